"""What each kind of reporter's own answers do to a decision."""

from typing import Any

import pytest

from tests.decisions.deciding import decided, rules, told


def test_a_driver_who_saw_a_passenger_under_18_has_a_child_on_board() -> None:
    older = decided("county_lines", reporter="taxi_driver", passengers={"ages": [18, 40]})
    younger = decided("county_lines", reporter="taxi_driver", passengers={"ages": [17, 40]})

    assert "child_safeguarding" not in told(older)
    assert "child_safeguarding" in told(younger)


def test_a_child_with_an_unrelated_adult_names_exploitation_when_the_driver_is_not_sure() -> None:
    decision = decided("not_sure", reporter="taxi_driver", passengers={"child_with_unrelated_adult": "yes"})

    assert decision.concerns == ["not_sure", "cse"]
    assert decision.grade == "P2"
    assert told(decision) == {"tvp", "child_safeguarding"}


def test_a_child_who_may_be_with_an_unrelated_adult_is_a_child_but_names_no_concern() -> None:
    decision = decided("other", reporter="taxi_driver", passengers={"child_with_unrelated_adult": "maybe"})

    assert decision.concerns == ["other"]
    assert decision.grade == "P3"


def test_the_moment_a_driver_pressed_mark_says_when_it_happened() -> None:
    marked = {"at": "2026-11-23T14:30:00+00:00"}

    assert decided("cuckooing", reporter="taxi_driver", marked=marked).grade == "P2"
    assert decided("cuckooing", reporter="taxi_driver").grade == "P3"


def test_collapse_in_a_venue_is_a_serious_injury() -> None:
    decision = decided(
        "spiking_drink", reporter="venue", happening="now", spiking={"symptoms": ["collapsed"]}
    )

    assert "P1a" in rules(decision)


def test_drowsiness_in_a_venue_is_not_a_serious_injury() -> None:
    decision = decided("spiking_drink", reporter="venue", happening="now", spiking={"symptoms": ["drowsy"]})

    assert decision.grade == "P2"


def test_a_person_left_with_a_stranger_is_still_with_the_suspect() -> None:
    spiking = {"with_them": "stranger"}

    assert "P2c" in rules(decided("spiking_drink", reporter="venue", happening="older", spiking=spiking))


@pytest.mark.parametrize(
    ("spiking", "concern"),
    [
        ({"symptoms": ["confused"]}, "spiking_drink"),
        ({"drink": "lager"}, "spiking_drink"),
        ({"symptoms": ["puncture_mark"]}, "spiking_needle"),
    ],
)
def test_answers_about_a_spiking_tell_of_it_whatever_was_ticked(
    spiking: dict[str, Any], concern: str
) -> None:
    decision = decided("alcohol_disorder", reporter="venue", spiking=spiking)

    assert decision.concerns == ["alcohol_disorder", concern]
    assert told(decision) == {"tvp", "licensing", "nightsafe"}


def test_an_empty_spiking_block_tells_nothing() -> None:
    assert decided("alcohol_disorder", reporter="venue", spiking={}).concerns == ["alcohol_disorder"]


def test_two_similar_spikings_the_same_night_make_three_occasions() -> None:
    decision = decided("spiking_drink", reporter="venue", happening="older", spiking={"similar_tonight": 2})

    assert "P2d" in rules(decision)


def test_the_symptoms_say_when_a_spiking_happened() -> None:
    began = {"symptoms_began": "2026-11-12T22:00:00+00:00"}

    assert decided("spiking_drink", reporter="venue", spiking=began).grade == "P3"


@pytest.mark.parametrize(
    ("answers", "grade"),
    [
        ({}, "P2"),
        ({"items": [{"what": "trailer"}]}, "P2"),
        ({"items": [{"what": "gate", "how": "damaged"}]}, "P3"),
        ({"items": [{"what": "gate", "how": "damaged"}], "animals": {"taken": 1}}, "P2"),
        ({"animals": {"taken": 0}}, "P3"),
        ({"animals": {"kind": "sheep"}}, "P2"),
    ],
)
def test_a_theft_from_a_farm_is_urgent_unless_nothing_was_taken(answers: dict[str, Any], grade: str) -> None:
    assert decided("livestock_crime", happening="last_24h", **answers).grade == grade


@pytest.mark.parametrize(
    ("answers", "concern"),
    [
        ({"items": [{"what": "toolbox"}]}, "theft_other"),
        ({"items": [{"what": "quad bike", "cesar": "ABC123"}]}, "theft_vehicle_plant"),
        ({"animals": {"taken": 4}}, "livestock_crime"),
    ],
)
def test_what_was_taken_names_the_concern_of_a_resident_who_is_not_sure(
    answers: dict[str, Any], concern: str
) -> None:
    assert decided("not_sure", **answers).concerns == ["not_sure", concern]


def test_damage_alone_names_no_concern() -> None:
    assert decided("not_sure", items=[{"what": "fence", "how": "damaged"}]).concerns == ["not_sure"]


@pytest.mark.parametrize(
    "answers",
    [
        {"papers_held": "yes"},
        {"visa_threats": "yes"},
        {"escorted": "yes"},
        {"debt": {"owed_gbp": 4000}},
    ],
)
def test_whatever_keeps_a_care_worker_there_is_p2_and_names_the_exploitation(answers: dict[str, Any]) -> None:
    decision = decided("not_sure", reporter="care_worker", happening="last_7_days", **answers)

    assert decision.concerns == ["not_sure", "ms_care_sector"]
    assert rules(decision) == {"P2c"}
    assert told(decision) == {"anti_slavery_coordinator", "tvp"}


def test_two_hard_terms_name_exploitation_and_one_does_not() -> None:
    one = decided("other", reporter="care_worker", pay_below_contract="yes")
    two = decided("other", reporter="care_worker", pay_below_contract="yes", hours_per_week=70)

    assert one.concerns == ["other"]
    assert two.concerns == ["other", "ms_care_sector"]


def test_a_graver_concern_is_not_renamed_by_the_answers_about_work() -> None:
    decision = decided("care_abuse", reporter="care_worker", papers_held="yes")

    assert decision.concerns == ["care_abuse"]


@pytest.mark.parametrize("concern", ["sexual_assault", "serious_violence"])
def test_violence_against_a_kept_worker_hides_the_keeping_from_nobody(concern: str) -> None:
    kept = decided(concern, reporter="care_worker", papers_held="yes")
    free = decided(concern, reporter="care_worker")

    assert kept.concerns == [concern, "ms_care_sector"]
    assert told(kept) == {"anti_slavery_coordinator", "tvp"}
    assert free.concerns == [concern]


@pytest.mark.parametrize(
    ("answers", "grade"),
    [
        ({"on_behalf_of": "myself"}, "P2"),
        ({"on_behalf_of": "myself", "consent": "no"}, "P3"),
        ({"on_behalf_of": "myself", "victim_wants_help": "no"}, "P3"),
        ({"on_behalf_of": "somebody_else"}, "P3"),
        ({"on_behalf_of": "somebody_else", "consent": "yes"}, "P2"),
    ],
)
def test_who_reports_for_themselves_asks_for_help_unless_they_say_no(
    answers: dict[str, Any], grade: str
) -> None:
    assert decided("ms_labour", reporter="care_worker", happening="older", **answers).grade == grade


def test_a_person_cared_for_at_risk_brings_in_adult_safeguarding() -> None:
    exploited = decided("ms_care_sector", reporter="care_worker", cared_for_at_risk="maybe")
    unsure = decided("not_sure", reporter="care_worker", cared_for_at_risk="yes")

    assert told(exploited) == {"anti_slavery_coordinator", "adult_safeguarding"}
    assert unsure.concerns == ["not_sure", "care_abuse"]
    assert told(unsure) == {"adult_safeguarding"}
