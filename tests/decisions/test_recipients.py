"""Every row of who is told: exactly the bodies that must be, and nobody else."""

from typing import Any

import pytest

from tests.decisions.deciding import decided, told

TVP = "tvp"
CHILD = "child_safeguarding"
ADULT = "adult_safeguarding"
SLAVERY = "anti_slavery_coordinator"

ROWS: list[tuple[set[str], str, dict[str, Any]]] = [
    # any P1
    ({TVP}, "other", {"danger_now": "yes"}),
    ({TVP, "asb_team"}, "fly_tipping", {"danger_now": "yes"}),
    ({TVP, "prevent"}, "radicalisation", {"danger_now": "yes"}),
    ({TVP}, "fraud_advance_fee", {"danger_now": "yes"}),
    # serious harm or crime without a row of its own
    ({TVP}, "domestic_abuse", {}),
    ({TVP}, "county_lines", {}),
    ({TVP}, "burglary_home", {}),
    ({TVP}, "theft_other", {}),
    ({TVP}, "drug_supply", {}),
    ({TVP}, "missing_vulnerable", {"happening": "now"}),
    # modern slavery
    ({SLAVERY}, "ms_labour", {"happening": "older"}),
    ({SLAVERY}, "debt_bondage", {"happening": "last_7_days"}),
    ({SLAVERY, TVP}, "ms_labour", {"happening": "last_24h"}),
    ({SLAVERY, TVP}, "ms_sexual", {"happening": "older"}),
    ({SLAVERY, TVP}, "ms_criminal", {"happening": "older"}),
    ({SLAVERY, TVP, CHILD}, "ms_domestic", {"child": "yes"}),
    # a child at risk
    ({TVP, CHILD}, "cse", {}),
    ({TVP, CHILD}, "cce", {"child": "no"}),
    ({TVP, CHILD}, "trafficking_child", {"happening": "older"}),
    ({TVP, CHILD}, "domestic_abuse", {"child": "maybe"}),
    ({TVP, CHILD}, "drug_supply", {"child": "yes"}),
    ({TVP}, "domestic_abuse", {"child": "no"}),
    # a child involved in another way
    ({TVP}, "burglary_home", {"child": "yes"}),
    ({"asb_team"}, "asb_nuisance", {"child": "yes"}),
    (set(), "other", {"child": "yes"}),
    # an adult at risk
    ({TVP, ADULT}, "domestic_abuse", {"adult_at_risk": "maybe"}),
    ({TVP, ADULT}, "fraud_doorstep", {"adult_at_risk": "yes"}),
    ({ADULT}, "fraud_romance", {"adult_at_risk": "yes"}),
    ({TVP, "asb_team", ADULT}, "hate_incident", {"adult_at_risk": "yes"}),
    ({"asb_team", ADULT}, "asb_personal", {"adult_at_risk": "yes"}),
    ({TVP, "asb_team", ADULT}, "asb_nuisance", {"adult_at_risk": "yes", "hate": "yes"}),
    ({"asb_team"}, "asb_nuisance", {"adult_at_risk": "yes"}),
    ({TVP}, "burglary_home", {"adult_at_risk": "yes"}),
    ({TVP}, "domestic_abuse", {"adult_at_risk": "no"}),
    # a nuisance with a threat, a weapon or hate
    ({"asb_team", TVP}, "asb_nuisance", {"threat_to_reporter": "yes"}),
    ({"asb_team", TVP}, "asb_nuisance", {"weapon": "seen", "weapon_kind": "other"}),
    ({"asb_team", TVP}, "asb_environmental", {"hate": "yes"}),
    ({"asb_team", TVP}, "asb_personal", {"description": "He threatened them."}),
    ({TVP}, "other", {"hate": "yes"}),
    ({TVP}, "discrimination_mh", {"hate": "yes"}),
    ({TVP}, "not_sure", {"threat_to_reporter": "yes"}),
    ({TVP}, "not_sure", {"hate": "yes"}),
    ({TVP}, "not_sure", {"description": "He threatened them."}),
    ({TVP}, "not_sure", {"weapon": "seen"}),
    ({"asb_team"}, "asb_nuisance", {"weapon": "mentioned"}),
    # spiking, drinking
    ({TVP, "nightsafe"}, "spiking_drink", {}),
    ({TVP, "nightsafe"}, "spiking_needle", {"happening": "older"}),
    ({"licensing", "nightsafe"}, "underage_drinking", {}),
    ({"licensing", "nightsafe"}, "underage_drinking", {"child": "yes"}),
    ({"licensing", TVP}, "alcohol_disorder", {}),
    # other rows
    ({TVP, "asb_team"}, "cuckooing", {}),
    ({"prevent"}, "radicalisation", {"happening": "now"}),
    ({"prevent", TVP, CHILD}, "radicalisation", {"child": "yes"}),
    ({"asb_team"}, "asb_personal", {}),
    ({"asb_team"}, "asb_environmental", {}),
    ({"asb_team"}, "drug_use_nuisance", {}),
    ({TVP, "asb_team"}, "hate_incident", {}),
    ({"asb_team"}, "fly_tipping", {}),
    ({TVP}, "burglary_business", {}),
    ({TVP}, "theft_vehicle_plant", {}),
    ({TVP}, "theft_fuel_metal", {}),
    ({TVP}, "livestock_crime", {}),
    ({TVP}, "hare_coursing", {}),
    ({TVP}, "suspicious_rural", {}),
    ({TVP}, "youth_violence_gangs", {}),
    ({TVP, CHILD}, "youth_violence_gangs", {"child": "maybe"}),
    ({TVP}, "vawg_public", {}),
    ({TVP}, "fraud_courier", {}),
    ({TVP}, "fraud_doorstep", {}),
    (set(), "fraud_advance_fee", {"description": "I paid him £90."}),
    (set(), "fraud_romance", {}),
    # abuse by carers
    ({ADULT}, "care_abuse", {"happening": "older"}),
    ({ADULT, TVP}, "care_abuse", {"happening": "last_24h"}),
    ({CHILD, TVP}, "care_abuse", {"child": "yes", "happening": "older"}),
    ({CHILD, ADULT, TVP}, "care_abuse", {"child": "maybe", "happening": "older"}),
    ({CHILD, ADULT, TVP}, "care_abuse", {"child": "yes", "adult_at_risk": "yes"}),
    # signposted
    (set(), "discrimination_mh", {}),
    ({CHILD}, "discrimination_mh", {"child": "yes"}),
    (set(), "other", {}),
    (set(), "not_sure", {}),
]


def _name(value: object) -> str:
    # A set prints in an order of each process's own, and parallel test processes must agree on names.
    return "+".join(sorted(value)) if isinstance(value, set) else str(value)[:60]


@pytest.mark.parametrize(("recipients", "concern", "answers"), ROWS, ids=_name)
def test_exactly_those_who_must_know_are_told(
    recipients: set[str], concern: str, answers: dict[str, Any]
) -> None:
    assert told(decided(concern, **answers)) == recipients


def test_rows_add_up_and_each_recipient_is_named_once_with_every_row() -> None:
    decision = decided("ms_sexual", child="yes", adult_at_risk="yes", happening="last_24h")

    why = {recipient.code: {reason.rule for reason in recipient.why} for recipient in decision.recipients}
    assert why == {
        TVP: {"modern-slavery-police", "child-at-risk"},
        SLAVERY: {"modern-slavery"},
        CHILD: {"child-at-risk"},
        ADULT: {"adult-at-risk"},
    }


@pytest.mark.parametrize(
    ("anonymity", "tiers"),
    [
        ("anonymous", {TVP: "D3", CHILD: "D3", "nightsafe": "D2"}),
        ("confidential", {TVP: "D3", CHILD: "D3", "nightsafe": "D2"}),
        ("named", {TVP: "D4", CHILD: "D4", "nightsafe": "D2"}),
        (None, {TVP: "D3", CHILD: "D3", "nightsafe": "D2"}),
    ],
)
def test_only_a_reporter_who_chose_to_be_named_is_shown_and_only_to_bodies_that_may_know(
    anonymity: str | None, tiers: dict[str, str]
) -> None:
    answers = {} if anonymity is None else {"anonymity": anonymity}

    decision = decided("spiking_drink", child="yes", **answers)

    assert {recipient.code: recipient.tier for recipient in decision.recipients} == tiers


def test_a_reason_names_the_rule_the_fact_and_where_it_was_read() -> None:
    decision = decided("asb_nuisance", reporter="venue", weapon="threatened", happening="now")

    (reason,) = [reason for reason in decision.reasons if reason.rule == "P1b"]
    assert {(item.atom, item.origin) for item in reason.because} == {
        ("weapon=threatened", "ticked"),
        ("happening=now", "ticked"),
    }
    (police,) = [recipient for recipient in decision.recipients if recipient.code == TVP]
    because = {item.atom: item.words for reason in police.why for item in reason.because}
    assert because["grade=P1"] == "P1b"
    assert because["family=nuisance"] == "concern=asb_nuisance"
