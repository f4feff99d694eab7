"""What taxi and private-hire drivers report on the demo evening."""

from random import Random
from typing import Any, Final

from service.demo.evening_scene import Scene

SCENES: Final = (
    Scene(
        "county_lines",
        2,
        (
            (
                "Picked up a lad of about {age} at the station, cash from a roll of notes, three short stops and told"
                " me to wait at each. Two phones going the whole time."
            ),
            "Young one, {age} or so, not local, no idea of the address he was given. Somebody else booked and paid.",
            (
                "Third time this month the same number books a boy from the station to the same flat. He never has a"
                " bag going in and always has one coming out."
            ),
        ),
        {"happening": ("now", "last_24h", "ongoing"), "child": "yes", "times_seen": (None, 2, 3)},
        child=True,
    ),
    Scene(
        "cse",
        1,
        (
            "Girl about {age} with a man in his forties, she was very drunk. Dropped at a hotel.",
            "Two girls in school shoes collected from a party, a much older man paid and told me where to take them.",
        ),
        {"happening": ("now", "last_24h"), "child": "yes", "victim_still_there": ("yes", None)},
        child=True,
    ),
    Scene(
        "drug_supply",
        3,
        (
            (
                "Fare asked for {few} stops of two minutes each and wait here. Smell of cannabis, money changing"
                " hands through the window."
            ),
            "Regular run to the same door at all hours, different passengers, none of them knows who lives there.",
            "Parcel collected for a passenger who was not there, would not say what was in it. I handed it back.",
        ),
        {"happening": ("last_24h", "last_7_days", "ongoing"), "times_seen": (None, 2, 4)},
    ),
    Scene(
        "cuckooing",
        1,
        (
            (
                "The man who lives at the drop-off used to ride with me. Now strangers answer his door and he looks"
                " frightened."
            ),
        ),
        {"happening": "ongoing", "adult_at_risk": "maybe", "times_seen": (3, 4)},
    ),
    Scene(
        "ms_labour",
        1,
        (
            (
                "Same van load of workers every morning at five, nobody speaks, one man pays for all, straight there"
                " and straight back."
            ),
            "Eight people in one small house, taken to a farm and brought back after dark. One asked me where he was.",
        ),
        {"happening": "ongoing", "victim_still_there": ("yes", None), "times_seen": (3, 5)},
    ),
    Scene(
        "vawg_public",
        2,
        (
            "Man told me to drive slowly alongside a woman walking home. I refused and he got out.",
            "A {car} followed a woman from the taxi rank, slowed whenever she did. I stayed until she was indoors.",
        ),
        {"happening": ("now", "last_24h")},
    ),
    Scene(
        "domestic_abuse",
        1,
        (
            (
                "Passenger was crying, he held her phone and answered every question for her. She asked to get out and"
                " he said drive on."
            ),
            "Woman with a cut lip going to her sister's. Said she cannot go home tonight.",
        ),
        {"happening": "last_24h", "injured": ("hurt", None), "victim_wants_help": ("yes", None)},
    ),
    Scene(
        "serious_violence",
        1,
        (
            (
                "Dropped {few} lads near {park}, one had the handle of a knife showing at his waist. Talk of sorting"
                " somebody out."
            ),
        ),
        {"happening": ("now", "last_24h"), "weapon": "seen", "weapon_kind": "blade"},
    ),
    Scene(
        "fraud_courier",
        2,
        (
            (
                "Elderly passenger told by the bank on the phone to fetch {money} in cash. Stayed on the phone the"
                " whole way. I think it was not the bank."
            ),
            "Asked to collect an envelope from an old gentleman and bring it to a man in a car park.",
        ),
        {"happening": ("now", "last_24h"), "adult_at_risk": ("maybe", "yes")},
    ),
    Scene(
        "hate_incident",
        1,
        (
            "Passenger shouted abuse about my religion and refused to pay. It is the second time with this group.",
            "Spat at through the window at the rank and told to go home. I was born in Oxford.",
        ),
        {"happening": ("last_24h", "last_7_days"), "hate": "yes", "times_seen": (None, 2)},
    ),
    Scene(
        "asb_nuisance",
        3,
        (
            "Fare runners again, {few} of them over the wall by {park}.",
            "Cars racing round {park} car park and blocking the rank, {often}.",
        ),
        {"happening": ("last_24h", "ongoing"), "times_seen": (None, 3)},
        asb=True,
    ),
    Scene(
        "missing_vulnerable",
        1,
        (
            (
                "Old lady in slippers waved me down and gave an address that has not existed for years. She is in my"
                " cab now."
            ),
            "Young man on the bridge would not get in and would not say why. I did not like leaving him.",
        ),
        {"happening": "now", "adult_at_risk": "yes"},
    ),
)

_COUNCILS: Final = ("West Oxfordshire District Council", "Oxford City Council", "Cherwell District Council")
_OPERATORS: Final = ("Example Cars", "Placeholder Private Hire", None)


def answers(rng: Random, scene: Scene, *, anonymous: bool) -> dict[str, Any]:
    """What a driver adds: the journey, the passengers, and plate or badge unless the report is anonymous."""
    said: dict[str, Any] = {
        "journey": {
            "booked_by": rng.choice(
                ("app", "by phone, another number", "hailed at the rank", "a regular account")
            ),
            "paid_by": rng.choice(("cash", "card", "the person who booked")),
            "pick_up": rng.choice(("rail station", "taxi rank", "a lay-by on the A40", "hotel", "a house")),
            "drop_off": rng.choice(("a flat", "hotel off the A40", "recreation ground", "the high street")),
            "wait_here": rng.choice(("yes", "no")),
        },
        "passengers": _passengers(rng, child=scene.child),
    }
    if rng.random() < 0.3:
        said["bags_or_parcels"] = rng.choice(
            ("one rucksack", "a taped parcel", "no bags at all", "two holdalls")
        )
    if operator := rng.choice(_OPERATORS):
        said["operator"] = operator
    if not anonymous:
        said["issuing_council"] = rng.choice(_COUNCILS)
        # Numbers of five digits beginning with 00 are example numbers: no council here issues them.
        said[rng.choice(("plate", "badge"))] = f"00{rng.randrange(1000):03d}"
    return said


def _passengers(rng: Random, *, child: bool) -> dict[str, Any]:
    ages = [rng.randrange(19, 60) for _ in range(rng.randrange(1, 4))]
    if not child:
        return {"count": len(ages), "ages": ages}
    return {
        "count": len(ages) + 1,
        "ages": [rng.randrange(13, 17), *ages],
        "child_with_unrelated_adult": rng.choice(("yes", "maybe")),
    }
