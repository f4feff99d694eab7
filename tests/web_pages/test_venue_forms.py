"""What the venue's forms make of taps: each answer becomes a fact that the intake takes."""

from datetime import UTC, datetime
from itertools import chain
from typing import Any

import msgspec
import pytest

from schemas.reports import VenueReport
from service.intake.decode import decode_report
from service.web.public.answers import body_of
from service.web.public.forms import BY_DOOR
from service.web.public.forms.spiking import SPIKING
from service.web.public.forms.venue import VENUE_FORMS
from service.web.public.questions import Form, Question

WRITTEN = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
CHOICES = [
    pytest.param(form, question, choice.value, id=f"{form.door} {question.name}={choice.value}")
    for form in VENUE_FORMS
    for question in form.questions()
    for choice in question.choices
]


def report_of(form: Form, **fields: Any) -> VenueReport:
    given = {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in fields.items()
    }
    report = decode_report(msgspec.json.encode(body_of(form, given, WRITTEN)))
    assert isinstance(report, VenueReport)
    return report


@pytest.mark.parametrize(("form", "question", "value"), CHOICES)
def test_every_choice_makes_a_report_that_the_intake_takes(
    form: Form, question: Question, value: str
) -> None:
    assert report_of(form, **{question.name: value}).concern


@pytest.mark.parametrize("form", VENUE_FORMS, ids=lambda form: form.door)
def test_not_being_sure_leaves_what_the_door_says(form: Form) -> None:
    assert report_of(form, ask_what="not_sure").concern == form.always.get("concern", "not_sure")


def test_of_several_things_that_happened_the_gravest_is_the_concern() -> None:
    violence = BY_DOOR["/venue/violence"]
    report = report_of(violence, ask_what=["used", "trouble", "blade"])
    assert (report.concern, report.weapon, report.weapon_kind) == ("serious_violence", "used", "blade")


@pytest.mark.parametrize(
    ("tapped", "began", "precision", "happening"),
    [
        ("just_now", "2026-11-28T23:30:00+00:00", "about", "now"),
        ("within_hour", "2026-11-28T22:30:00+00:00", "about", "last_24h"),
        ("three_hours", "2026-11-28T20:30:00+00:00", "about", "last_24h"),
        ("tonight", "2026-11-28T17:30:00+00:00", "part_of_day", "last_24h"),
    ],
)
def test_when_it_began_counts_from_the_tap_and_is_never_too_late(
    tapped: str, began: str, precision: str, happening: str
) -> None:
    report = report_of(SPIKING, ask_began=tapped)
    assert report.spiking is not None
    assert report.spiking.symptoms_began == datetime.fromisoformat(began)
    assert (report.occurred_precision, report.happening) == (precision, happening)


def test_pictures_are_wanted_from_an_hour_before_until_the_tap_unless_told_otherwise() -> None:
    report = report_of(SPIKING, ask_began="within_hour", ask_cctv="around").spiking
    assert report is not None
    assert report.cctv_from == datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
    assert report.cctv_to == WRITTEN
    own = report_of(
        SPIKING, ask_began="within_hour", ask_cctv="own", spiking__cctv_from="2026-11-28T20:00"
    ).spiking
    assert own is not None
    assert (own.cctv_from, own.cctv_to) == (datetime(2026, 11, 28, 20, tzinfo=UTC), None)
    none = report_of(SPIKING, ask_began="within_hour", ask_cctv="none").spiking
    assert none is not None
    assert none.cctv_from is None


def test_without_a_moment_to_count_from_no_time_is_made_up() -> None:
    body = body_of(SPIKING, {"ask_began": ["just_now"], "ask_cctv": ["around"]}, None)
    assert "spiking" not in body
    assert "occurred_at" not in body
    assert body["happening"] == "now"


def test_a_needle_an_ambulance_and_others_tonight_are_told() -> None:
    report = report_of(SPIKING, ask_what="needle", spiking__with_them="ambulance", ask_similar="more")
    assert report.concern == "spiking_needle"
    assert report.spiking is not None
    assert (report.spiking.with_them, report.spiking.ambulance_called, report.spiking.similar_tonight) == (
        "ambulance",
        "yes",
        2,
    )


def test_every_question_but_what_happened_can_be_left_or_answered_with_not_sure() -> None:
    asked = chain.from_iterable(form.questions() for form in VENUE_FORMS)
    for question in asked:
        values = {choice.value for choice in question.choices}
        assert not question.choices or values & {"not_sure", "none", "other", "anonymous"}, question.name
        assert not question.required
