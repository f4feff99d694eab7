"""The demo evening: repeatable, acceptable to the service, in the district's proportions, and about nobody."""

import itertools
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import phonenumbers
import pytest

from schemas.facts import Location
from schemas.reports import Report
from service.demo import evening_care, evening_rural, evening_taxi, evening_venue
from service.demo.evening import Sending, evening
from service.demo.evening_languages import FOREIGN, MISCHIEF
from service.demo.evening_scene import WORDS
from service.intake.decode import decode_report
from service.intake.normalise import normalise

UNTIL: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
COUNT: Final = 3000
FOREIGN_TEXTS: Final = {text for scenes in FOREIGN.values() for _, scene in scenes for text in scene.texts}
SCENES: Final = (*evening_care.SCENES, *evening_rural.SCENES, *evening_taxi.SCENES, *evening_venue.SCENES)


@pytest.fixture(scope="module")
def clicks() -> list[Sending]:
    return evening(2026, COUNT, until=UNTIL)


@pytest.fixture(scope="module")
def told(clicks: list[Sending]) -> list[Sending]:
    return [sending for sending in clicks if not sending.second_click]


@pytest.fixture(scope="module")
def reports(told: list[Sending]) -> list[Report]:
    return [decode_report(sending.body) for sending in told]


def test_the_same_seed_makes_the_same_evening_and_another_seed_another() -> None:
    once = evening(7, 50, until=UNTIL)
    assert once == evening(7, 50, until=UNTIL)
    assert [sending.body for sending in once] != [sending.body for sending in evening(8, 50, until=UNTIL)]


def test_it_has_as_many_reports_as_asked_for_in_the_order_they_were_told(told: list[Sending]) -> None:
    assert [sending.number for sending in told] == list(range(COUNT))
    assert [sending.told_at for sending in told] == sorted(sending.told_at for sending in told)
    assert all(UNTIL - timedelta(days=1) <= sending.told_at <= UNTIL for sending in told)


def test_every_report_is_one_that_the_service_accepts(reports: list[Report]) -> None:
    for report in reports:
        normalise(report, UNTIL)


def test_a_second_click_sends_the_same_report_right_after_the_first(clicks: list[Sending]) -> None:
    for before, second in itertools.pairwise(clicks):
        if second.second_click:
            assert (second.number, second.body) == (before.number, before.body)


def share(matching: int) -> float:
    return matching / COUNT


def test_the_mix_of_reporters_and_of_their_choices_follows_the_district(
    clicks: list[Sending], reports: list[Report]
) -> None:
    kinds = Counter(str(type(report).__struct_config__.tag) for report in reports)
    assert share(kinds["rural_resident"]) == pytest.approx(50 / 90, abs=0.03)
    assert share(kinds["taxi_driver"]) == pytest.approx(15 / 90, abs=0.03)
    assert share(kinds["venue"]) == pytest.approx(15 / 90, abs=0.03)
    assert share(kinds["care_worker"]) == pytest.approx(10 / 90, abs=0.03)
    assert share(sum(report.anonymity == "anonymous" for report in reports)) == pytest.approx(0.4, abs=0.03)
    assert share(sum(report.child in {"yes", "maybe"} for report in reports)) == pytest.approx(0.12, abs=0.03)
    assert share(sum(report.description in FOREIGN_TEXTS for report in reports)) == pytest.approx(
        0.05, abs=0.02
    )
    assert share(len(clicks) - COUNT) == pytest.approx(0.1, abs=0.02)


def test_anti_social_behaviour_is_mostly_nuisance_in_witney_of_an_evening(
    told: list[Sending], reports: list[Report]
) -> None:
    asb = [
        (sending.told_at.hour, report)
        for sending, report in zip(told, reports, strict=True)
        if report.concern.startswith("asb_")
    ]
    kinds = Counter(report.concern for _, report in asb)
    assert kinds["asb_nuisance"] > kinds["asb_personal"] > kinds["asb_environmental"] > 0
    towns = Counter(report.location.town for _, report in asb if isinstance(report.location, Location))
    assert towns["Witney"] / towns.total() == pytest.approx(0.54, abs=0.06)
    hours = Counter(hour for hour, _ in asb)
    evening_hours = sum(hours[hour] for hour in (17, 18, 19, 20, 21, 22, 23, 0))
    assert evening_hours / hours.total() == pytest.approx(0.65, abs=0.06)


def test_people_write_in_many_different_sentences(reports: list[Report]) -> None:
    assert sum(len(scene.texts) for scene in SCENES) >= 60
    assert len({report.description for report in reports}) >= 300


def test_every_scene_comes_up_and_fills_its_gaps(reports: list[Report]) -> None:
    told = {report.description for report in reports}
    for scene in (*SCENES, MISCHIEF):
        for text in scene.texts:
            gaps = re.findall(r"{(\w+)}", text)
            assert set(gaps) <= set(WORDS)
            pattern = re.compile(
                "(?:.+)".join(re.escape(part) for part in re.split(r"{\w+}", text)), re.IGNORECASE
            )
            assert any(pattern.fullmatch(description) for description in told), text


def test_every_kind_fills_in_what_it_adds(reports: list[Report]) -> None:
    said = {
        (str(type(report).__struct_config__.tag), name)
        for report in reports
        for name in type(report).__struct_fields__
        if getattr(report, name) not in (None, [])
    }
    assert {
        ("taxi_driver", "journey"),
        ("taxi_driver", "passengers"),
        ("taxi_driver", "marked"),
        ("taxi_driver", "plate"),
        ("taxi_driver", "badge"),
        ("venue", "venue"),
        ("venue", "spiking"),
        ("venue", "refusals"),
        ("rural_resident", "items"),
        ("rural_resident", "tracks"),
        ("rural_resident", "animals"),
        ("rural_resident", "landlord"),
        ("care_worker", "debt"),
        ("care_worker", "papers_held"),
        ("care_worker", "cared_for_at_risk"),
        ("care_worker", "consent"),
    } <= said


def test_no_telephone_number_can_be_anybodys(reports: list[Report]) -> None:
    numbers = [report.contact.phone for report in reports if report.contact and report.contact.phone]
    numbers += [one.value for report in reports for one in report.identifiers if one.kind == "phone"]
    assert numbers
    for number in numbers:
        assert re.fullmatch(r"01632 960\d{3}|07700 900\d{3}", number)
    texts = " ".join(
        msgspec.json.encode([report.description, report.location]).decode() for report in reports
    )
    assert not list(phonenumbers.PhoneNumberMatcher(texts, "GB"))


def test_no_registration_was_ever_issued(reports: list[Report]) -> None:
    plates = [
        one.value for report in reports for one in report.identifiers if one.kind == "vehicle_registration"
    ]
    assert plates
    assert all(re.fullmatch(r"[A-HJ-PR-Y]{2}00 [A-HJ-PR-Z]{3}", plate) for plate in plates)
    assert len(set(plates)) < len(plates), "no vehicle is ever seen twice"


def test_full_postcodes_are_those_of_public_buildings(reports: list[Report]) -> None:
    postcodes = {report.location.postcode for report in reports if isinstance(report.location, Location)} - {
        None
    }
    assert {code for code in postcodes if code and " " in code} <= {"OX28 1NB", "OX20 1SN"}


def test_nobody_is_named(reports: list[Report]) -> None:
    names = {report.contact.name for report in reports if report.contact}
    assert names <= {
        "Duty manager",
        "Bar supervisor",
        "A driver",
        "A resident",
        "The farm office",
        "A care worker",
    }
