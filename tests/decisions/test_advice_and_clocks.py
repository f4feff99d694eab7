"""What the reporter is told, and by when evidence must be fetched."""

from datetime import timedelta
from typing import Any

import pytest

from tests.decisions.deciding import RECEIVED, decided

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

    assert left == {"sexual_assault_forensic": timedelta(days=7)}


def test_a_clock_that_has_run_out_is_not_shown() -> None:
    left = hours_left("spiking_needle", occurred_at="2026-11-21T14:00:00+00:00")

    assert "spiking_urine" not in left
    assert "needle_hepatitis_b" not in left
    assert left["needle_hiv"] == timedelta(hours=23)


def test_a_moment_still_to_come_counts_from_receipt() -> None:
    assert hours_left("sexual_assault", occurred_at="2026-11-25T14:00:00+00:00") == {
        "sexual_assault_forensic": timedelta(days=7)
    }


def test_a_taxi_report_reminds_of_the_pictures_from_the_cab() -> None:
    left = hours_left("asb_nuisance", reporter="taxi_driver", marked={"at": "2026-11-22T15:00:00+00:00"})

    assert left == {"taxi_cctv": timedelta(days=6)}


def test_a_nuisance_told_by_a_resident_has_no_clock() -> None:
    assert hours_left("fly_tipping") == {}
