"""What a team of each tier sees of a report, in the code and in the database alike."""

import msgspec
import pytest

from service.intake.decode import decode_report
from service.triage.tiers import view_for
from tests.builders import full_report, report
from tests.triage.desk import TriageDesk

KINDS = ("taxi_driver", "venue", "rural_resident", "care_worker")
_ONLY_THE_REPORTER = (
    "description",
    "identifiers.name",
    "plate",
    "contact",
    "journey",
    "employer",
    "reporter",
)


def _stored(kind: str, **answers: object) -> dict[str, object]:
    stored: dict[str, object] = msgspec.json.decode(
        msgspec.json.encode(decode_report(msgspec.json.encode(full_report(kind, **answers))))
    )
    return stored


@pytest.mark.parametrize("kind", KINDS)
async def test_the_database_makes_the_same_summary(desk: TriageDesk, kind: str) -> None:
    for body in (_stored(kind), report(kind), report(kind, location="by the church"), {}):
        made = await desk.owner.fetchval("SELECT summary_of($1)", body)
        assert made == view_for("D2", body)


def test_a_summary_does_not_tell_which_kind_of_reporter_sent_it() -> None:
    summaries = [view_for("D2", _stored(kind)) for kind in KINDS]
    assert summaries[0]["venues"] == ["The Example Arms"]
    assert all(summary == summaries[0] for summary in summaries)


def test_a_summary_holds_nothing_by_which_a_person_could_be_known() -> None:
    for kind in KINDS:
        text = repr(view_for("D2", _stored(kind)))
        for told in (
            "Boss",
            "AB00",
            "7700",
            "red door",
            "Church Green",
            "OX28",
            "51.78",
            "real.words",
            ":15",
            "23:30",
        ):
            assert told not in text, told


def test_a_pointer_holds_nothing_and_the_record_everything() -> None:
    body = _stored("venue")
    assert view_for("D1", body) == {}
    assert view_for("D3", body) == body
