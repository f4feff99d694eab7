"""What the reporter is told, and by when evidence must be fetched."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.intake.decode import decode_report
from service.intake.facts import gather
from service.policy.vocabulary import CONCERNS
from service.routing.act_by import act_by
from service.routing.decide import decide
from service.routing.model import Decision, EvidenceClock
from service.settings import default_policy_folder
from tests.builders import KINDS
from tests.decisions.deciding import RECEIVED, decided, shipped

TOLD: list[tuple[str, str, dict[str, Any]]] = [
    ("ring_999", "other", {"danger_now": "yes"}),
    ("keep_the_glass", "spiking_drink", {}),
    ("urine_within_12_hours", "spiking_drink", {}),
    ("needle_care", "spiking_needle", {}),
    ("sexual_assault_support", "sexual_assault", {}),
    ("modern_slavery_helpline", "ms_domestic", {}),
    ("report_fraud", "fraud_advance_fee", {}),
    ("ring_bank_159", "fraud_romance", {}),
    ("mental_health_111", "discrimination_mh", {}),
    ("crimestoppers", "county_lines", {}),
    ("domestic_abuse_support", "domestic_abuse", {}),
    ("safeguarding_by_phone", "cse", {}),
]


@pytest.mark.parametrize(("code", "concern", "answers"), TOLD)
def test_the_reporter_is_told_what_helps_now(code: str, concern: str, answers: dict[str, Any]) -> None:
    assert code in {line.code for line in decided(concern, **answers).advice}


def test_999_comes_first_for_a_p1_and_not_at_all_for_a_p4() -> None:
    assert decided("spiking_drink", danger_now="yes").advice[0].code == "ring_999"
    assert "ring_999" not in {line.code for line in decided("fly_tipping").advice}


def test_advice_never_shows_the_grade_or_who_is_told() -> None:
    for concern in ("cse", "fly_tipping", "fraud_romance", "ms_labour", "cuckooing"):
        for line in decided(concern, danger_now="yes").advice:
            assert "P1" not in line.text
            assert "nightsafe" not in line.text.lower()


def hours_left(concern: str, **answers: Any) -> dict[str, timedelta]:
    return {clock.code: clock.act_by - RECEIVED for clock in decided(concern, **answers).clocks}


def test_a_clock_runs_from_when_the_symptoms_began() -> None:
    left = hours_left(
        "spiking_drink", reporter="venue", spiking={"symptoms_began": "2026-11-23T11:00:00+00:00"}
    )

    assert left["spiking_urine"] == timedelta(hours=8)
    assert left["spiking_police_test"] == timedelta(days=7, hours=-4)
    assert left["cctv_last_safe"] == timedelta(days=21, hours=-4)


def test_a_clock_runs_from_receipt_when_no_time_was_told() -> None:
    left = hours_left("sexual_assault")

    assert left["sexual_assault_forensic"] == timedelta(days=7)
    assert left["sexual_assault_oral"] == timedelta(days=1)


def test_a_clock_that_has_run_out_is_not_shown() -> None:
    left = hours_left("spiking_needle", occurred_at="2026-11-21T14:00:00+00:00")

    assert "spiking_urine" not in left
    assert "needle_hepatitis_b" not in left
    assert left["needle_hiv"] == timedelta(hours=23)


def test_a_moment_still_to_come_counts_from_receipt() -> None:
    left = hours_left("sexual_assault", occurred_at="2026-11-25T14:00:00+00:00")

    assert left == hours_left("sexual_assault")


def test_a_taxi_report_reminds_of_the_pictures_from_the_cab() -> None:
    left = hours_left("asb_nuisance", reporter="taxi_driver", marked={"at": "2026-11-22T15:00:00+00:00"})

    assert left == {"taxi_cctv": timedelta(days=6)}


def test_a_nuisance_told_by_a_resident_has_no_clock() -> None:
    assert hours_left("fly_tipping") == {}


@pytest.mark.parametrize("reporter", KINDS)
@pytest.mark.parametrize("concern", CONCERNS)
def test_nobody_reports_without_a_useful_word(concern: str, reporter: str) -> None:
    for happening in (None, "ongoing", "older"):
        answers = {} if happening is None else {"happening": happening}
        assert decided(concern, reporter=reporter, **answers).advice


def test_whoever_reports_antisocial_behaviour_is_told_of_the_case_review() -> None:
    for concern in (
        "asb_personal",
        "asb_nuisance",
        "asb_environmental",
        "drug_use_nuisance",
        "hate_incident",
    ):
        lines = {line.code: line.text for line in decided(concern, happening="ongoing").advice}
        assert "Case Review" in lines["asb_diary"]


BY: list[tuple[str, str, dict[str, Any], timedelta]] = [
    # domain.md 2.3, row by row; every time told is RECEIVED.
    ("spiking_vessels", "spiking_drink", {}, timedelta(hours=6)),
    ("spiking_urine", "spiking_needle", {}, timedelta(hours=12)),
    ("spiking_blood", "spiking_drink", {}, timedelta(days=3)),
    ("spiking_urine_laboratory", "spiking_drink", {}, timedelta(days=5)),
    ("spiking_police_test", "spiking_drink", {}, timedelta(days=7)),
    ("needle_hepatitis_b", "spiking_needle", {}, timedelta(hours=48)),
    ("needle_hiv", "spiking_needle", {}, timedelta(hours=72)),
    ("needle_hepatitis_b_last", "spiking_needle", {}, timedelta(days=7)),
    ("sexual_assault_oral", "sexual_assault", {}, timedelta(days=1)),
    ("sexual_assault_oral_last", "sexual_assault", {}, timedelta(days=2)),
    ("sexual_assault_3_days", "sexual_assault", {}, timedelta(days=3)),
    ("sexual_assault_forensic", "sexual_assault", {}, timedelta(days=7)),
    ("cctv_chase", "alcohol_disorder", {}, timedelta(days=7)),
    ("cctv_last_safe", "theft_other", {}, timedelta(days=21)),
    ("cctv_last_safe", "asb_nuisance", {"reporter": "venue"}, timedelta(days=21)),
    ("taxi_cctv", "county_lines", {"reporter": "taxi_driver"}, timedelta(days=7)),
    ("taxi_bookings", "county_lines", {"reporter": "taxi_driver"}, timedelta(days=180)),
    (
        "anpr",
        "county_lines",
        {"identifiers": [{"kind": "vehicle_registration", "value": "AB00 CDE"}]},
        timedelta(days=365),
    ),
    ("plant_moves", "theft_vehicle_plant", {}, timedelta(hours=6)),
    ("rural_marks", "hare_coursing", {}, timedelta(days=1)),
    ("bank_recall", "fraud_courier", {}, timedelta(days=1)),
]


@pytest.mark.parametrize(("code", "concern", "answers", "left"), BY)
def test_evidence_has_its_time(code: str, concern: str, answers: dict[str, Any], left: timedelta) -> None:
    assert hours_left(concern, occurred_at=RECEIVED.isoformat(), **answers)[code] == left


def test_every_clock_says_where_its_time_comes_from() -> None:
    entries = (default_policy_folder() / "clocks.toml").read_text().split("[[clock]]")[1:]
    assert len(entries) >= 18
    assert all("source = " in entry and "text = " in entry for entry in entries)


def acted_by(concern: str, **answers: Any) -> list[tuple[str, datetime]]:
    return [(one.name, one.at) for one in decided(concern, **answers).act_by]


def test_a_notification_carries_the_earliest_deadlines_in_order_without_saying_of_what() -> None:
    assert acted_by("spiking_drink", occurred_at="2026-11-23T14:40:00+00:00") == [
        ("evidence", datetime(2026, 11, 23, 20, tzinfo=UTC)),
        ("evidence", datetime(2026, 11, 24, 2, tzinfo=UTC)),
        ("evidence", datetime(2026, 11, 26, 14, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("concern", ["asb_nuisance", "cse", "fly_tipping", "drug_supply", "fraud_romance"])
def test_the_deadlines_of_a_notification_do_not_tell_who_reported_or_what_was_answered(concern: str) -> None:
    plain = decided(concern, occurred_at=RECEIVED.isoformat())
    answered = decided(
        concern,
        reporter="taxi_driver",
        occurred_at=RECEIVED.isoformat(),
        description="He took my money, I paid them already.",
        identifiers=[
            {"kind": "vehicle_registration", "value": "AB00 CDE"},
            {"kind": "venue", "value": "The Example Arms"},
        ],
    )
    assert len(answered.clocks) > len(plain.clocks)
    if answered.concerns == plain.concerns:
        assert answered.act_by == plain.act_by


def test_the_minute_of_an_event_cannot_be_worked_out_of_a_deadline() -> None:
    for minute in (0, 17, 59):
        (first, *_) = acted_by("theft_vehicle_plant", occurred_at=f"2026-11-23T14:{minute:02}:31+00:00")
        assert first == ("evidence", datetime(2026, 11, 23, 20, tzinfo=UTC))


def _hours(decision: Decision) -> set[float]:
    return {(clock.act_by - RECEIVED).total_seconds() / 3600 for clock in decision.clocks}


def test_evidence_of_something_long_ago_has_no_deadline_as_if_it_were_fresh() -> None:
    fresh = _hours(decided("spiking_drink", reporter="venue", happening="last_24h"))
    days_ago = _hours(decided("spiking_drink", reporter="venue", happening="last_7_days"))
    long_ago = _hours(decided("spiking_drink", reporter="venue", happening="older"))

    assert min(fresh) < 24
    assert days_ago == {hours - 24 for hours in fresh if hours > 24}
    assert long_ago == {hours - 168 for hours in fresh if hours > 168}


def test_a_deadline_that_ends_within_this_hour_does_not_read_as_gone_by() -> None:
    received = RECEIVED.replace(minute=40)
    clock = EvidenceClock("vessels", "Keep the glass.", received + timedelta(minutes=10))

    (deadline,) = act_by([clock], received)

    assert deadline.at == received


def test_who_decides_later_is_told_the_deadlines_that_are_left() -> None:
    known = gather(
        decode_report(b'{"reporter":"venue","concern":"spiking_needle","happening":"now"}'),
        shipped(),
        RECEIVED,
    )
    later = RECEIVED + timedelta(days=4)
    at_once, late = decide(known, shipped(), RECEIVED), decide(known, shipped(), RECEIVED, later)

    assert {clock.code for clock in late.clocks} < {clock.code for clock in at_once.clocks}
    assert late.act_by
    assert all(deadline.at > later for deadline in late.act_by)
    assert late.due > later
