"""The resident's form over HTTP: what its answers become, and the map that any place step can show."""

from typing import Any, Final

import httpx
import msgspec
import pytest

from service.intake.decode import decode_report
from service.web.public.answers import body_of
from service.web.public.forms.rural import RURAL
from service.web.public.place import PLACE_GOOD_TO_M
from service.web.public.place_map import PLACE_MAP, PlaceMap
from tests.web import Shared

HTML: Final = {"Accept": "text/html"}
LARGEST_MAP: Final = 25_000


def told(**fields: str | list[str]) -> dict[str, Any]:
    """The body that these answers make, after the intake has found nothing wrong with its shape."""
    given = {
        name.replace("__", "."): [value] if isinstance(value, str) else value
        for name, value in fields.items()
    }
    body = body_of(RURAL, given)
    decode_report(msgspec.json.encode(body))
    return body


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        ({"ask_what": "machinery"}, {"concern": "theft_vehicle_plant"}),
        ({"ask_what": "fuel"}, {"concern": "theft_fuel_metal"}),
        ({"ask_what": "burglary", "ask_broken_into": "home"}, {"concern": "burglary_home"}),
        ({"ask_what": "burglary", "ask_broken_into": "farm"}, {"concern": "burglary_business"}),
        ({"ask_what": "stolen"}, {"concern": "theft_other"}),
        (
            {"ask_what": "animals", "animals__dogs_loose_now": "yes", "animals__hurt": "3"},
            {"concern": "livestock_crime", "animals": {"dogs_loose_now": "yes", "hurt": 3}},
        ),
        ({"ask_what": "coursing"}, {"concern": "hare_coursing"}),
        ({"ask_what": "tipping"}, {"concern": "fly_tipping"}),
        ({"ask_what": "strangers"}, {"concern": "suspicious_rural"}),
        (
            {"ask_what": "neighbours", "ask_aimed": "us", "ask_times": "3", "landlord": "A landlord"},
            {"concern": "asb_personal", "targeted": "yes", "times_seen": 3, "landlord": "A landlord"},
        ),
        (
            {"ask_what": "neighbours", "ask_aimed": "everybody"},
            {"concern": "asb_nuisance", "targeted": "no"},
        ),
        ({"ask_what": "neighbours", "ask_aimed": "things"}, {"concern": "asb_environmental"}),
        ({"ask_what": "drugs", "ask_drugs": "dealing"}, {"concern": "drug_supply"}),
        ({"ask_what": "drugs", "ask_drugs": ["dealing", "home"]}, {"concern": "cuckooing"}),
        ({"ask_what": "drugs", "ask_drugs": ["using", "child"]}, {"concern": "county_lines", "child": "yes"}),
        ({"ask_what": "fraud", "ask_fraud": "door"}, {"concern": "fraud_doorstep"}),
        ({"ask_what": "fraud", "ask_fraud": "courier"}, {"concern": "fraud_courier"}),
        ({"ask_what": "fraud", "ask_fraud": "romance"}, {"concern": "fraud_romance"}),
        ({"ask_what": "fraud", "ask_fraud": "advance"}, {"concern": "fraud_advance_fee"}),
        ({"ask_what": "hate"}, {"concern": "hate_incident", "hate": "yes"}),
        ({"ask_what": "risk", "ask_risk": "care"}, {"concern": "care_abuse", "adult_at_risk": "yes"}),
        ({"ask_what": "risk", "ask_risk": "work"}, {"concern": "ms_labour"}),
        ({"ask_what": "risk"}, {"concern": "not_sure"}),
        ({"ask_what": "not_sure"}, {"concern": "not_sure"}),
    ],
    ids=lambda given: "-".join(map(str, given.values())) if isinstance(given, dict) else None,
)
def test_an_answer_in_a_residents_words_becomes_facts(
    answers: dict[str, str | list[str]], facts: dict[str, Any]
) -> None:
    body = told(**answers)

    assert {name: body.get(name) for name in facts} == facts


def test_a_thing_of_which_only_the_number_is_known_is_still_listed() -> None:
    body = told(ask_what="machinery", items__0__cesar="CX1", identifiers__2__value="Q1 ABC")

    assert body["items"] == [{"what": "machinery or vehicle", "cesar": "CX1"}]
    assert body["identifiers"] == [{"kind": "vehicle_registration", "value": "Q1 ABC"}]


def test_that_something_is_gone_without_a_word_of_what_lists_nothing() -> None:
    assert "items" not in told(ask_what="fuel", ask_how="taken")


def test_a_place_from_the_list_is_a_position_as_vague_as_the_place() -> None:
    location = told(ask_what="tipping", location__town="Asthall")["location"]

    assert (location["town"], location["accuracy_m"]) == ("Asthall", PLACE_GOOD_TO_M)
    assert (location["latitude"], location["longitude"]) == (51.8, -1.583)


def test_the_phones_position_goes_before_the_place_of_the_list() -> None:
    location = told(
        ask_what="tipping",
        location__town="Asthall",
        location__latitude="51.81",
        location__longitude="-1.59",
        location__accuracy_m="14",
        location__grid_reference="SP 2911",
    )["location"]

    assert (location["latitude"], location["longitude"], location["accuracy_m"]) == (51.81, -1.59, 14)
    assert (location["town"], location["grid_reference"]) == ("Asthall", "SP 2911")


@pytest.mark.parametrize("wrong", ["", "north", "nan", "51.8;"])
def test_a_position_that_is_no_number_is_no_position(wrong: str) -> None:
    body = told(ask_what="tipping", location__latitude=wrong, location__longitude="-1.5")

    assert "latitude" not in body.get("location", {})


async def test_wrong_places_and_numbers_are_told_at_their_questions(shared: Shared) -> None:
    answer = await shared.http.post(
        "/rural",
        data={
            "ask_what": "machinery",
            "location.grid_reference": "somewhere",
            "location.postcode": "ZZ99 9ZZ",
            "items.0.what": "Quad bike",
            "items.0.value_gbp": "a lot",
            "_do": "send",
        },
        headers=HTML,
    )

    assert answer.status_code == 422
    # The shape of the answers is looked at before their meaning, so the number comes first.
    assert 'href="#items-0-value-gbp"' in answer.text
    again = await shared.http.post(
        "/rural",
        data={
            "ask_what": "machinery",
            "location.grid_reference": "somewhere",
            "location.postcode": "ZZ99 9ZZ",
            "_do": "send",
        },
        headers=HTML,
    )
    assert again.status_code == 422
    for place in ("location-postcode", "location-grid-reference"):
        assert f'href="#{place}"' in again.text
        assert f'id="{place}-error"' in again.text
    assert 'value="somewhere"' in again.text


async def test_the_page_to_check_on_says_a_position_in_words(shared: Shared) -> None:
    answer = await shared.http.post(
        "/rural",
        data={
            "ask_what": "coursing",
            "location.latitude": "51.81",
            "location.longitude": "-1.59",
            "location.accuracy_m": "1700",
            "_do": "check",
        },
        headers=HTML,
    )

    assert "good to about 1700 metres" in answer.text
    assert ">51.81<" not in answer.text


async def test_the_map_is_small_says_whose_it_is_and_is_not_sent_twice(shared: Shared) -> None:
    answer = await shared.http.get(PLACE_MAP, headers={"Accept-Encoding": "gzip"})
    drawn = msgspec.json.decode(answer.content, type=PlaceMap)

    assert answer.num_bytes_downloaded < LARGEST_MAP
    assert "GeoNames" in drawn.attribution
    assert "CC-BY-4.0" in drawn.licence
    assert {line.name for line in drawn.lines} >= {"A40", "A361", "Thames", "Windrush", "Evenlode"}
    south, west, north, east = drawn.bounds
    assert all(south <= place.at[0] <= north and west <= place.at[1] <= east for place in drawn.places)
    known = await shared.http.get(PLACE_MAP, headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


async def test_the_map_says_on_the_page_that_it_is_not_to_scale(shared: Shared) -> None:
    page = await _shown(shared.http)

    assert "Not to scale between places." in page
    assert "GeoNames (geonames.org), CC BY 4.0" in page


async def _shown(http: httpx.AsyncClient) -> str:
    return (await http.get("/rural", headers=HTML)).text
