"""Why two reports are linked, and how strongly."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest

from schemas.reports import Report
from service.patterns.likeness import NEAR_IDENTICAL, bands_of, likeness, pairs_of
from service.patterns.links import Shared, lookups, shared, weighed
from service.patterns.traits import Traits, keys_of, traits_of
from tests.builders import report

_MOMENT: Final = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def traits(
    description: str = "", *, concern: str = "county_lines", at: datetime = _MOMENT, **answers: Any
) -> Traits:
    """What a driver's report names."""
    kind = answers.pop("kind", "taxi_driver")
    body = report(kind, concern=concern, description=description, **answers)
    return traits_of(msgspec.convert(body, Report), at, [concern])


def reasons(one: Traits, other: Traits) -> dict[str, int]:
    """Kinds and strengths; the same both ways, and found by a hash that both have."""
    found = {reason.kind: reason.strength for reason in shared(one, other)}
    assert found == {reason.kind: reason.strength for reason in shared(other, one)}
    if found:
        assert lookups(one) & keys_of(other)
        assert lookups(other) & keys_of(one)
    return found


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ("reg AB00 CDE", "ab00cde was there", 95),
        ("reg AB00 CDE", "ABOO CDE on the plate, or AB00 CDE", 95),
        ("silver golf AB00 CDE", "black golf ab00 cde", 85),
    ],
)
def test_a_plate_is_the_same_in_any_spelling_and_less_surely_so_in_another_colour(
    one: str, other: str, strength: int
) -> None:
    assert reasons(traits(one), traits(other)) == {"vehicle": strength}


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ("silver golf AB00 CDE", "AB00 something, a silver VW", 54),
        ("silver golf AB00 CDE", "silver car ending CDE", 57),
        ("silver golf AB00 CDE", "AB00 ??? blue golf", 24),
        ("silver golf AB0? CDE", "silver golf A?00 CDE", 84),
        ("AB00 CDE", "reg AB00 CD?", 52),
    ],
)
def test_part_of_a_plate_links_by_what_is_known_of_it_and_by_colour_and_make(
    one: str, other: str, strength: int
) -> None:
    assert reasons(traits(one), traits(other)) == {"vehicle_part": strength}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AB00 CDE", "AB00 something"),  # a thousand cars begin so
        ("silver golf AB00 CDE", "red ford starts AB00 something"),
        ("silver golf AB00 CDE", "silver golf AB00 CDF"),
        ("silver golf AB00 CDE", "silver golf, did not get the plate"),
    ],
)
def test_cars_that_may_well_be_two_are_not_linked(one: str, other: str) -> None:
    assert reasons(traits(one), traits(other)) == {}


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ("flat 3, 12 Mill Street, Witney", "number twelve mill st in witney", 90),
        ("12 Mill Street, Witney", "no 12 in Mill St", 70),
        ("12 Mill St", "twelve Mill Street", 60),
        ("flat 3, 12 Mill Street", "flat 4, 12 Mill Street", 45),
    ],
)
def test_a_house_is_the_same_in_any_words_and_more_surely_so_with_its_town(
    one: str, other: str, strength: int
) -> None:
    assert reasons(traits(one), traits(other)) == {"address": strength}


def test_the_same_street_and_number_in_another_town_is_another_house() -> None:
    here, there = traits("12 Mill Street, Witney"), traits("12 Mill Street, Eynsham")
    assert reasons(here, there) == {}
    assert reasons(here, traits("12 mill street", location={"town": "Witney"})) == {"address": 90}


def test_identifiers_are_found_wherever_in_a_report_they_stand() -> None:
    told = traits("AB00 CDE at 12 Mill Street, 07700 900123, snap: example_user, outside the Red Lion")
    assert reasons(told, traits(identifiers=[{"kind": "vehicle_registration", "value": "ab00cde"}])) == {
        "vehicle": 95
    }
    assert reasons(told, traits(journey={"drop_off": "12 mill st"})) == {"address": 60}
    assert reasons(told, traits(location={"address": "12 Mill St"})) == {"address": 60}
    assert reasons(told, traits(identifiers=[{"kind": "phone", "value": "+447700900123"}])) == {"phone": 95}
    assert reasons(told, traits(identifiers=[{"kind": "username", "value": "@Example_User"}])) == {
        "username": 90
    }
    assert reasons(told, traits(kind="venue", venue="The Red Lion")) == {"venue": 60}
    assert reasons(told, traits(identifiers=[{"kind": "description", "value": "reg ab 00 cde"}])) == {
        "vehicle": 95
    }


def test_a_venue_of_the_same_name_in_another_town_is_another() -> None:
    one = traits("outside the Red Lion in Witney")
    assert reasons(one, traits("the red lion, Eynsham")) == {}
    assert reasons(one, traits("the red lion again")) == {"venue": 60}
    assert reasons(one, traits(kind="venue", venue="Red Lion Witney")) == {"venue": 60}


@pytest.mark.parametrize(
    "place", ["the taxi rank", "the station", "Tesco", "the pub", "Witney", "The Club, Witney"]
)
def test_places_that_everybody_names_link_nothing(place: str) -> None:
    one = traits(f"at {place}", identifiers=[{"kind": "venue", "value": place}])
    assert reasons(one, traits(f"lads at {place}", identifiers=[{"kind": "venue", "value": place}])) == {}


def test_the_number_of_a_helpline_links_nothing() -> None:
    assert reasons(traits("rang 0800 555 111"), traits("told 0800 555 111")) == {}


_TOLD: Final = (
    "Two men in the back were arguing about money and one of them said that he would come to the house on Friday and"
    " take the keys if it was not there by then"
)

_OF_ANOTHER: Final = "a girl of about fourteen got in at the station and did not know where she was going"


def test_near_identical_texts_are_linked_and_others_are_not() -> None:
    again = _TOLD.replace("arguing", "shouting").upper()
    assert reasons(traits(_TOLD), traits(_TOLD)) == {"text": 100}
    assert NEAR_IDENTICAL * 100 <= reasons(traits(_TOLD), traits(again))["text"] < 100
    assert (
        reasons(traits(_TOLD), traits("Two men in the back were arguing about football all the way home"))
        == {}
    )
    assert reasons(traits("noise again last night"), traits("noise again last night")) == {}


def test_texts_of_another_subject_seldom_share_a_band() -> None:
    one = pairs_of(_TOLD.split())
    other = pairs_of(_OF_ANOTHER.split())
    assert likeness(one, other) == 0
    assert set(bands_of(one)).isdisjoint(bands_of(other))


_HERE: Final = {"latitude": 51.7850, "longitude": -1.4850}
_NEAR: Final = {"latitude": 51.7885, "longitude": -1.4850}
_FAR: Final = {"latitude": 51.8000, "longitude": -1.4850}


def test_reports_near_in_place_and_time_are_linked_when_the_concern_is_the_same() -> None:
    one = traits(location=_HERE)
    later = _MOMENT + timedelta(hours=47)
    assert reasons(one, traits(location=_NEAR, at=later)) == {"place_time": 42}
    assert reasons(one, traits(location=_NEAR, at=_MOMENT + timedelta(hours=49))) == {}
    assert reasons(one, traits(location=_FAR)) == {}
    assert reasons(one, traits(location=_NEAR, concern="cse")) == {}
    assert reasons(one, traits(location={**_NEAR, "accuracy_m": 5000})) == {}


def test_not_sure_and_other_are_no_concern_to_share() -> None:
    assert reasons(traits(location=_HERE, concern="other"), traits(location=_HERE, concern="other")) == {}


@pytest.mark.parametrize(
    ("kind", "strength", "sharing", "left"),
    [
        ("venue", 60, 10, 60),
        ("venue", 60, 20, 30),
        ("venue", 60, 31, None),
        ("vehicle_part", 54, 27, 20),
        ("vehicle", 95, 61, 50),
        ("address", 45, 61, 45),
    ],
)
def test_a_link_weighs_less_the_more_reports_share_what_it_is_by_but_the_same_car_stays_the_same(
    kind: Any, strength: int, sharing: int, left: int | None
) -> None:
    found = weighed(Shared(kind, strength), sharing)
    assert (found and found.strength) == left


def test_nothing_of_the_reporter_is_among_what_a_report_is_known_by() -> None:
    body = report(
        "taxi_driver",
        concern="county_lines",
        anonymity="confidential",
        contact={"phone": "07700 900999"},
        plate="WO 0042",
        badge="PH-0042",
    )
    told = traits_of(msgspec.convert(body, Report), _MOMENT, ["county_lines"])
    assert keys_of(told) == set()
