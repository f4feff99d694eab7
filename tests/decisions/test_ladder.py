"""Every line of the ladder: a report that meets it, and near misses that must not."""

from typing import Any

import pytest

from tests.decisions.deciding import decided, rules

PLATE = [{"kind": "vehicle_registration", "value": "AB00 CDE"}]

MEETS: list[tuple[str, str, dict[str, Any]]] = [
    # P1a
    ("P1a", "fly_tipping", {"danger_now": "yes"}),
    ("P1a", "asb_nuisance", {"injured": "seriously", "happening": "now"}),
    ("P1a", "other", {"injured": "seriously"}),
    # P1b
    ("P1b", "asb_nuisance", {"weapon": "threatened", "happening": "now"}),
    ("P1b", "alcohol_disorder", {"weapon": "used", "weapon_kind": "other", "happening": "now"}),
    ("P1b", "weapons", {"weapon": "seen", "weapon_kind": "firearm", "happening": "last_24h"}),
    ("P1b", "suspicious_rural", {"weapon": "seen", "weapon_kind": "firearm", "happening": "now"}),
    # P1c
    ("P1c", "sexual_assault", {"happening": "now"}),
    ("P1c", "sexual_assault", {"happening": "older", "victim_still_there": "yes"}),
    ("P1c", "ms_domestic", {"reporter": "care_worker", "locked_in": "yes", "happening": "now"}),
    ("P1c", "ms_care_sector", {"reporter": "care_worker", "locked_in": "yes"}),
    (
        "P1c",
        "ms_care_sector",
        {"reporter": "care_worker", "locked_in": "yes", "happening": "ongoing", "victim_still_there": "yes"},
    ),
    (
        "P1c",
        "domestic_abuse",
        {"reporter": "taxi_driver", "passengers": {"asked_to_be_let_out": "yes"}, "happening": "now"},
    ),
    # P1d
    ("P1d-child", "cse", {"happening": "now"}),
    ("P1d-child", "county_lines", {"happening": "now", "child": "maybe"}),
    ("P1d-child", "ms_sexual", {"happening": "now", "child": "yes"}),
    ("P1d-child", "ms_labour", {"reporter": "taxi_driver", "happening": "now", "child": "yes"}),
    (
        "P1d-child",
        "domestic_abuse",
        {"reporter": "venue", "happening": "now", "child": "yes", "victim_still_there": "yes"},
    ),
    (
        "P1d-child",
        "county_lines",
        {"reporter": "taxi_driver", "happening": "now", "passengers": {"ages": [30, 15]}},
    ),
    ("P1d-missing", "missing_vulnerable", {"happening": "now"}),
    ("P1d-missing", "missing_vulnerable", {"child": "yes"}),
    ("P1d-missing", "missing_vulnerable", {"child": "maybe", "happening": "last_24h"}),
    ("P1d-missing", "missing_vulnerable", {"adult_at_risk": "maybe", "happening": "ongoing"}),
    # P1e
    ("P1e", "asb_personal", {"description": "He said he will kill her.", "happening": "last_7_days"}),
    ("P1e", "domestic_abuse", {"description": "threats to kill", "happening": "ongoing"}),
    ("P1e", "other", {"description": "She wants to die.", "happening": "last_24h"}),
    ("P1e", "radicalisation", {"description": "He is planning an attack.", "happening": "older"}),
    (
        "P1e",
        "hbv_fgm_fm",
        {"description": "She is flying to Pakistan to be married on Saturday."},
    ),
    # P1f
    ("P1f", "burglary_home", {"offenders_on_site": "yes", "happening": "now"}),
    ("P1f", "burglary_business", {"offenders_on_site": "yes"}),
    ("P1f", "theft_other", {"offenders_on_site": "yes", "happening": "last_24h"}),
    ("P1f", "hare_coursing", {"happening": "now"}),
    ("P1f", "livestock_crime", {"animals": {"dogs_loose_now": "yes"}}),
    ("P1f", "serious_violence", {"offenders_on_site": "yes", "happening": "now"}),
    ("P1f", "alcohol_disorder", {"injured": "hurt", "offenders_on_site": "yes", "happening": "now"}),
    ("P1f", "domestic_abuse", {"injured": "hurt", "victim_still_there": "yes", "happening": "now"}),
    ("P1f", "serious_violence", {"victim_still_there": "yes", "happening": "now"}),
    (
        "P1f",
        "vawg_public",
        {"description": "He punched her.", "victim_still_there": "yes", "happening": "now"},
    ),
    ("P1f", "asb_nuisance", {"weapon": "threatened", "offenders_on_site": "yes"}),
    ("P1f", "fraud_doorstep", {"offenders_on_site": "yes", "happening": "now"}),
    ("P1f", "fraud_courier", {"description": "A courier is on his way to collect the cash."}),
    # P2
    ("P2a", "domestic_abuse", {"happening": "now"}),
    ("P2a", "cuckooing", {"happening": "last_24h"}),
    ("P2a", "stalking_harassment", {"occurred_at": "2026-11-22T20:00:00+00:00"}),
    ("P2b", "serious_violence", {"child": "maybe", "happening": "older"}),
    ("P2b", "cce", {"happening": "older"}),
    ("P2b", "drug_supply", {"child": "yes", "happening": "older"}),
    ("P2c", "cuckooing", {"victim_still_there": "yes", "happening": "older"}),
    ("P2c", "ms_labour", {"victim_wants_help": "yes", "happening": "older"}),
    ("P2c", "ms_care_sector", {"reporter": "care_worker", "papers_held": "yes"}),
    ("P2d", "radicalisation", {"happening": "ongoing"}),
    ("P2d", "stalking_harassment", {"times_seen": 3, "happening": "older"}),
    ("P2e", "sexual_assault", {"happening": "last_7_days"}),
    ("P2e", "spiking_drink", {"happening": "last_7_days"}),
    ("P2e", "spiking_needle", {}),
    ("P2f", "drug_supply", {"happening": "now"}),
    ("P2f", "asb_nuisance", {"weapon": "seen", "weapon_kind": "blade", "happening": "last_7_days"}),
    ("P2f", "asb_nuisance", {"weapon": "seen", "weapon_kind": "firearm", "happening": "last_7_days"}),
    ("P2f", "alcohol_disorder", {"weapon": "threatened", "weapon_kind": "other", "happening": "ongoing"}),
    ("P2f", "alcohol_disorder", {"weapon": "used"}),
    ("P2g", "theft_vehicle_plant", {"happening": "last_24h"}),
    ("P2g", "theft_fuel_metal", {"happening": "last_24h", "reporter": "taxi_driver"}),
    ("P2g", "livestock_crime", {"happening": "last_24h", "animals": {"taken": 12}}),
    ("P2h", "fly_tipping", {"threat_to_reporter": "yes", "happening": "older"}),
    ("P2i-hate", "hate_incident", {"injured": "hurt", "happening": "last_7_days"}),
    ("P2i-hate", "asb_nuisance", {"hate": "yes", "injured": "hurt"}),
    ("P2i-hate", "hate_incident", {"description": "they said they would smash his face in"}),
    ("P2i-hate", "asb_environmental", {"hate": "yes", "description": "They threatened them."}),
    ("P2i-fraud", "fraud_romance", {"adult_at_risk": "yes", "happening": "ongoing"}),
    ("P2i-fraud", "fraud_romance", {"adult_at_risk": "yes", "victim_still_there": "yes"}),
    ("P2i-fraud", "fraud_doorstep", {"adult_at_risk": "maybe", "description": "about to transfer the money"}),
    # P3
    ("P3a", "domestic_abuse", {"happening": "older"}),
    ("P3a", "domestic_abuse", {}),
    ("P3a", "burglary_home", {"happening": "last_24h"}),
    ("P3a", "vawg_public", {"happening": "now"}),
    ("P3a-remote-fraud", "fraud_advance_fee", {"adult_at_risk": "yes"}),
    ("P3a-remote-fraud", "fraud_romance", {"description": "I sent him £400"}),
    ("P3a-remote-fraud", "fraud_romance", {"happening": "ongoing"}),
    ("P3a-remote-fraud", "fraud_romance", {"child": "maybe"}),
    ("P3a-remote-fraud", "fraud_romance", {"victim_still_there": "yes"}),
    ("P3a-remote-fraud", "fraud_romance", {"victim_wants_help": "yes"}),
    ("P3a-remote-fraud", "fraud_advance_fee", {"times_seen": 3}),
    ("P3a-remote-fraud", "fraud_advance_fee", {"injured": "hurt"}),
    ("P3a-remote-fraud", "fraud_romance", {"description": "He made threats."}),
    ("P3a-hurt", "asb_nuisance", {"injured": "hurt"}),
    ("P3a-hurt", "asb_nuisance", {"weapon": "threatened", "happening": "older"}),
    ("P3a-hurt", "asb_nuisance", {"weapon": "used", "happening": "older"}),
    ("P3a-hurt", "asb_nuisance", {"description": "They punched him."}),
    ("P3b", "asb_personal", {}),
    ("P3b", "fly_tipping", {"targeted": "yes"}),
    ("P3b", "asb_environmental", {"hate": "yes"}),
    ("P3b", "other", {"adult_at_risk": "maybe"}),
    ("P3b", "drug_use_nuisance", {"child": "maybe"}),
    ("P3b", "asb_nuisance", {"times_seen": 3}),
    ("P3b", "asb_nuisance", {"happening": "ongoing"}),
    ("P3c", "suspicious_rural", {"identifiers": PLATE}),
    ("P3c", "suspicious_rural", {"times_seen": 2}),
    ("P3d", "not_sure", {}),
    ("P3d", "not_sure", {"description": "I have a bad feeling about the place."}),
    ("P3d", "asb_nuisance", {"description": "Hałas przez całą noc, nie możemy spać."}),
    # P4
    ("P4", "fly_tipping", {}),
    ("P4", "asb_nuisance", {"happening": "now"}),
    ("P4", "suspicious_rural", {"times_seen": 1, "description": "Somebody was about."}),
    ("P4", "fraud_advance_fee", {"description": "They asked for a fee. I did not reply."}),
    ("P4", "fraud_romance", {}),
    ("P4", "not_sure", {"description": "Someone dumped rubbish by the gate."}),
]


@pytest.mark.parametrize(("rule", "concern", "answers"), MEETS, ids=lambda value: str(value)[:60])
def test_a_report_that_meets_a_line_of_the_ladder_takes_its_grade(
    rule: str, concern: str, answers: dict[str, Any]
) -> None:
    decision = decided(concern, **answers)

    assert rule in rules(decision)
    assert decision.grade == rule[:2]


NEAR_MISSES: list[tuple[str, str, dict[str, Any]]] = [
    ("P3", "asb_nuisance", {"danger_now": "no", "injured": "hurt", "happening": "now"}),
    ("P2", "serious_violence", {"injured": "seriously", "happening": "last_24h"}),
    ("P2", "spiking_drink", {"injured": "seriously", "happening": "ongoing"}),
    ("P2", "alcohol_disorder", {"weapon": "used", "happening": "last_24h"}),
    ("P2", "weapons", {"weapon": "seen", "weapon_kind": "firearm", "happening": "last_7_days"}),
    ("P2", "weapons", {"weapon": "mentioned", "weapon_kind": "firearm", "happening": "now"}),
    ("P2", "sexual_assault", {"happening": "last_24h", "victim_still_there": "no"}),
    ("P3", "sexual_assault", {"happening": "older", "victim_still_there": "no"}),
    ("P2", "ms_care_sector", {"reporter": "care_worker", "locked_in": "yes", "happening": "last_7_days"}),
    (
        "P2",
        "ms_care_sector",
        {
            "reporter": "care_worker",
            "papers_held": "yes",
            "visa_threats": "yes",
            "escorted": "yes",
            "happening": "now",
        },
    ),
    (
        "P3",
        "domestic_abuse",
        {"reporter": "taxi_driver", "passengers": {"asked_to_be_let_out": "yes"}, "happening": "last_7_days"},
    ),
    ("P2", "cse", {"happening": "last_24h"}),
    (
        "P2",
        "ms_domestic",
        {"reporter": "care_worker", "child": "yes", "happening": "now", "victim_still_there": "yes"},
    ),
    ("P2", "domestic_abuse", {"reporter": "taxi_driver", "child": "yes", "happening": "now"}),
    ("P2", "missing_vulnerable", {"child": "yes", "happening": "older"}),
    ("P2", "missing_vulnerable", {"happening": "ongoing"}),
    ("P2", "domestic_abuse", {"description": "I'll sort her out, he said.", "happening": "last_24h"}),
    ("P3", "asb_personal", {"description": "He said he will kill her.", "happening": "older"}),
    ("P2", "missing_vulnerable", {"description": "She wants to die.", "happening": "ongoing"}),
    ("P3", "burglary_home", {"offenders_on_site": "no", "happening": "now"}),
    ("P3", "burglary_home", {"offenders_on_site": "yes", "happening": "ongoing"}),
    ("P3", "theft_other", {"happening": "now"}),
    ("P3", "alcohol_disorder", {"offenders_on_site": "yes", "happening": "now"}),
    ("P3", "fraud_courier", {"happening": "now"}),
    ("P3", "fraud_doorstep", {"adult_at_risk": "yes", "happening": "last_7_days"}),
    ("P3", "drug_supply", {"happening": "last_24h"}),
    ("P3", "vawg_public", {"child": "yes", "happening": "last_24h"}),
    ("P3", "stalking_harassment", {"times_seen": 2, "happening": "last_7_days"}),
    ("P3", "spiking_drink", {"happening": "older"}),
    ("P4", "asb_nuisance", {"weapon": "seen", "weapon_kind": "other"}),
    ("P4", "asb_nuisance", {"weapon": "seen", "weapon_kind": "blade", "happening": "older"}),
    ("P4", "asb_nuisance", {"weapon": "none"}),
    ("P4", "asb_nuisance", {"weapon": "mentioned", "weapon_kind": "blade", "happening": "last_7_days"}),
    ("P2", "missing_vulnerable", {"happening": "last_24h"}),
    ("P3", "theft_vehicle_plant", {"happening": "last_7_days"}),
    ("P3", "theft_vehicle_plant", {"happening": "last_24h", "items": [{"what": "quad", "how": "attempted"}]}),
    ("P3", "livestock_crime", {"happening": "last_24h", "animals": {"hurt": 3}}),
    ("P3", "theft_other", {"happening": "last_24h"}),
    ("P4", "fly_tipping", {"threat_to_reporter": "no"}),
    ("P3", "hate_incident", {"injured": "hurt", "happening": "older"}),
    ("P3", "hate_incident", {"happening": "last_24h"}),
    (
        "P4",
        "asb_nuisance",
        {"times_seen": 2, "targeted": "no", "hate": "no", "child": "no", "adult_at_risk": "no"},
    ),
    ("P4", "suspicious_rural", {"identifiers": [{"kind": "description", "value": "a white van"}]}),
    ("P4", "asb_nuisance", {"identifiers": PLATE}),
    ("P2", "county_lines", {"happening": "now", "child": "no"}),
    ("P2", "ms_labour", {"reporter": "taxi_driver", "happening": "last_24h", "child": "yes"}),
    ("P2", "ms_labour", {"reporter": "taxi_driver", "happening": "now"}),
    ("P2", "ms_labour", {"happening": "now", "child": "yes"}),
    (
        "P2",
        "domestic_abuse",
        {"reporter": "venue", "happening": "last_24h", "child": "yes", "victim_still_there": "yes"},
    ),
    ("P2", "domestic_abuse", {"reporter": "venue", "happening": "now", "victim_still_there": "yes"}),
    (
        "P3",
        "asb_nuisance",
        {"reporter": "venue", "happening": "now", "child": "yes", "victim_still_there": "yes"},
    ),
    ("P3", "missing_vulnerable", {"adult_at_risk": "yes", "happening": "last_7_days"}),
    ("P3", "hbv_fgm_fm", {}),
    ("P3", "alcohol_disorder", {"injured": "hurt", "offenders_on_site": "yes", "happening": "ongoing"}),
    ("P2", "alcohol_disorder", {"weapon": "used", "offenders_on_site": "yes", "happening": "ongoing"}),
    ("P3", "alcohol_disorder", {"description": "They punched him.", "happening": "now"}),
    (
        "P3",
        "alcohol_disorder",
        {"description": "They punched him.", "offenders_on_site": "yes", "happening": "ongoing"},
    ),
    ("P2", "serious_violence", {"happening": "now"}),
    ("P2", "serious_violence", {"happening": "last_24h", "victim_still_there": "yes"}),
    ("P2", "domestic_abuse", {"injured": "hurt", "victim_still_there": "yes", "happening": "last_24h"}),
    ("P3", "vawg_public", {"description": "A stranger punched her.", "victim_still_there": "yes"}),
    ("P3", "theft_other", {"description": "Told to collect the parcel."}),
    ("P4", "asb_nuisance", {"victim_still_there": "yes"}),
    ("P4", "asb_nuisance", {"victim_wants_help": "yes"}),
    ("P3", "burglary_home", {"reporter": "care_worker", "papers_held": "yes"}),
    ("P3", "alcohol_disorder", {"weapon": "used", "happening": "older"}),
    ("P3", "asb_personal", {"description": "He threatened them."}),
    ("P3", "hate_incident", {"description": "He threatened them.", "happening": "older"}),
    ("P3", "asb_nuisance", {"hate": "yes", "injured": "hurt", "happening": "older"}),
    ("P3", "asb_nuisance", {"hate": "yes", "description": "He threatened them.", "happening": "older"}),
    (
        "P3",
        "burglary_home",
        {"adult_at_risk": "yes", "happening": "now", "offenders_on_site": "no", "victim_still_there": "yes"},
    ),
    ("P3", "burglary_home", {"adult_at_risk": "yes", "description": "about to transfer the money"}),
    ("P3", "fraud_romance", {"description": "about to transfer the money"}),
    ("P4", "fraud_advance_fee", {"targeted": "yes", "hate": "yes", "times_seen": 2}),
]


@pytest.mark.parametrize(("grade", "concern", "answers"), NEAR_MISSES, ids=lambda value: str(value)[:60])
def test_a_report_that_just_misses_a_line_takes_the_next_grade(
    grade: str, concern: str, answers: dict[str, Any]
) -> None:
    assert decided(concern, **answers).grade == grade


def test_every_line_of_the_ladder_is_met_by_some_report_here() -> None:
    from tests.decisions.deciding import shipped

    policy = shipped()
    lines = {rule.id for graded in policy.rules.values() for rule in graded} | {policy.otherwise.id}

    # What other reports bear out is no part of one report.
    assert {rule for rule, _, _ in MEETS} == lines - {"P2-pattern"}


@pytest.mark.parametrize(
    ("occurred_at", "happening", "grade"),
    [
        ("2026-11-22T15:00:00+00:00", None, "P2"),
        ("2026-11-22T14:59:00+00:00", None, "P3"),
        ("2026-11-22T16:59:00+02:00", None, "P3"),
        ("2026-11-22T14:59:00+00:00", "last_24h", "P2"),
        ("2026-11-23T14:00:00+00:00", "older", "P2"),
        ("2026-11-24T09:00:00+00:00", None, "P2"),
    ],
)
def test_the_more_urgent_of_the_ticked_time_and_the_clock_counts(
    occurred_at: str, happening: str | None, grade: str
) -> None:
    answers = {} if happening is None else {"happening": happening}

    assert decided("cuckooing", occurred_at=occurred_at, **answers).grade == grade


@pytest.mark.parametrize(
    ("marked_at", "happening", "grade"),
    [
        ("2026-11-23T14:30:00+00:00", None, "P1"),
        ("2026-11-23T14:29:00+00:00", None, "P2"),
        ("2026-11-23T14:30:00+00:00", "last_24h", "P2"),
    ],
)
def test_a_moment_just_gone_is_now_unless_the_reporter_said_otherwise(
    marked_at: str, happening: str | None, grade: str
) -> None:
    answers = {} if happening is None else {"happening": happening}

    assert decided("cse", reporter="taxi_driver", marked={"at": marked_at}, **answers).grade == grade


def test_a_date_without_a_time_is_taken_at_the_latest_it_can_mean() -> None:
    when = {"occurred_at": "2026-11-22T00:00:00+00:00"}

    assert decided("cuckooing", **when).grade == "P3"
    assert decided("cuckooing", occurred_precision="date", **when).grade == "P2"
