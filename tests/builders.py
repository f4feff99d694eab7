"""Report bodies as a client sends them: the least a kind needs, and everything it can say."""

from copy import deepcopy
from typing import Any, Final
from uuid import uuid4

KINDS: Final = ("taxi_driver", "venue", "rural_resident", "care_worker")

_FACTS: Final[dict[str, Any]] = {
    "concern": "county_lines",
    "description": "Two boys of about 15 dropped at the same house three nights running.",
    "happening": "last_24h",
    "danger_now": "no",
    "injured": "no",
    "weapon": "mentioned",
    "weapon_kind": "blade",
    "child": "maybe",
    "adult_at_risk": "no",
    "victim_still_there": "yes",
    "victim_wants_help": "no",
    "offenders_on_site": "no",
    "targeted": "no",
    "hate": "no",
    "times_seen": 3,
    "threat_to_reporter": "no",
    "identifiers": [
        {"kind": "vehicle_registration", "value": "AB00 CDE"},
        {"kind": "phone", "value": "07700 900321"},
        {"kind": "postcode", "value": "OX28 1NB"},
        {"kind": "address", "value": "the end house, red door"},
        {"kind": "venue", "value": "The Example Arms"},
        {"kind": "name", "value": "called Boss"},
        {"kind": "description", "value": "tall, grey hooded top"},
        {"kind": "username", "value": "example_user"},
    ],
    "occurred_at": "2024-11-19T23:30:15+00:00",
    "occurred_precision": "about",
    "location": {
        "description": "by the bus shelter",
        "address": "Church Green",
        "town": "Witney",
        "postcode": "OX28 1NB",
        "latitude": 51.785,
        "longitude": -1.485,
        "accuracy_m": 30,
        "grid_reference": "SP 351 097",
        "what3words": "///not.real.words",
        "uprn": "100120000000",
    },
    "anonymity": "confidential",
    "contact": {
        "name": "Example Person",
        "phone": "07700 900123",
        "email": "person@example.org",
        "safe_to_contact": "yes",
        "safe_times": "after 9pm",
        "safe_method": "voice",
        "language": "Urdu",
    },
}

_ADDED: Final[dict[str, dict[str, Any]]] = {
    "taxi_driver": {
        "plate": "WO 0042",
        "badge": "PH-0042",
        "issuing_council": "West Oxfordshire",
        "operator": "Windrush Cars",
        "journey": {
            "booked_by": "a woman, by phone",
            "paid_by": "cash",
            "pick_up": "the station",
            "drop_off": "the end house",
            "stops": ["the shop", "the bus shelter"],
            "wait_here": "yes",
        },
        "passengers": {
            "count": 2,
            "ages": [15, 40],
            "child_with_unrelated_adult": "maybe",
            "asked_to_be_let_out": "no",
        },
        "bags_or_parcels": "one rucksack, kept close",
        "marked": {
            "at": "2024-11-19T23:31:07+00:00",
            "latitude": 51.78,
            "longitude": -1.48,
            "heading_degrees": 270,
        },
    },
    "venue": {
        "venue": "The Example Arms",
        "premises_licence": "00/00042/PREMA",
        "spiking": {
            "symptoms_began": "2024-11-19T23:10:00+00:00",
            "symptoms": ["confused", "vomiting", "puncture_mark"],
            "drink": "vodka and lemonade",
            "drink_kept": "yes",
            "sample_taken": "no",
            "with_them": "friends",
            "ambulance_called": "no",
            "cctv_from": "2024-11-19T22:00:00+00:00",
            "cctv_to": "2024-11-20T00:00:00+00:00",
            "similar_tonight": 2,
        },
        "refusals": 4,
        "id_details": "a driving licence, photograph does not match",
    },
    "rural_resident": {
        "items": [
            {
                "what": "quad bike",
                "how": "taken",
                "make": "Example",
                "serial": "EX-0001",
                "cesar": "AB 0001",
                "value_gbp": 6500,
            },
            {"what": "gate", "how": "damaged"},
        ],
        "way_in": "gate lifted off its hinges",
        "tracks": "tyre marks towards the A361",
        "direction_of_travel": "north",
        "animals": {"kind": "sheep", "taken": 2, "hurt": 1, "dogs_loose_now": "no"},
        "landlord": "a housing association",
    },
    "care_worker": {
        "on_behalf_of": "somebody_else",
        "employer": "Example Care",
        "sponsor": "Example Care Holdings",
        "papers_held": "yes",
        "debt": {"paid_for_job_gbp": 9000, "owed_gbp": 4000.5, "owed_to": "the agent"},
        "pay_below_contract": "yes",
        "hours_per_week": 80,
        "housing": "six to a room above the office",
        "housing_tied_to_job": "yes",
        "escorted": "yes",
        "locked_in": "no",
        "visa_threats": "yes",
        "cared_for_at_risk": "maybe",
        "consent": "yes",
    },
}


def report(kind: str = "rural_resident", **answers: Any) -> dict[str, Any]:
    """The least a report of this kind needs, with `answers` added or put in its place."""
    return {"reporter": kind, "concern": "fly_tipping", **answers}


def full_report(kind: str, **answers: Any) -> dict[str, Any]:
    """Every field that a report of this kind can carry, filled in; the dates are those of `EVENING`."""
    return {"reporter": kind, **deepcopy(_FACTS), **deepcopy(_ADDED[kind]), **answers}


def idempotency_key() -> str:
    """A key that nobody else uses."""
    return str(uuid4())
