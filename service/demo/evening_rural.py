"""What people who live in the countryside and its towns report on the demo evening.

Anti-social behaviour is most of it, as it is most of what reaches the district: 71 of 100 such reports are nuisance to
everybody, 21 are aimed at a person, 9 harm the surroundings.
"""

from random import Random
from typing import Any, Final

from service.demo.evening_scene import Scene

SCENES: Final = (
    Scene(
        "asb_nuisance",
        42,
        (
            "Group of {group} at {park} shouting and setting off fireworks, {often}.",
            "Loud music from cars at {park} until two in the morning.",
            "{bike} up and down {street}, no lights, no helmets, {often}.",
            "Eggs thrown at windows along {street} tonight.",
            "Bins set alight behind {park}, it is out now.",
            "People drinking at {park} since the afternoon, bottles everywhere and children about.",
            "Knocking on doors and running away along {street}, {often}.",
        ),
        {"happening": ("now", "last_24h", "ongoing"), "times_seen": (None, None, 1, 3)},
        asb=True,
    ),
    Scene(
        "asb_nuisance",
        6,
        (
            "Children of about {age} on the roof of the shelter at {park}, throwing stones at buses.",
            "A group of {age}-year-olds riding through shoppers on {street} and shouting at them.",
        ),
        {"happening": ("now", "last_24h"), "child": ("yes", "maybe")},
        child=True,
        asb=True,
    ),
    Scene(
        "asb_personal",
        14,
        (
            "Our neighbour bangs on the wall all night and calls my wife names, {often}.",
            "Stones at our window again, only ours. My mother is 81 and lives downstairs.",
            "The family over the road film us whenever we go out and post it.",
            "They let the tyres down for the third time. I know who it is but not how to prove it.",
        ),
        {
            "happening": ("ongoing", "last_24h"),
            "targeted": "yes",
            "adult_at_risk": (None, None, "maybe"),
            "times_seen": (2, 3, 6),
        },
        asb=True,
    ),
    Scene(
        "asb_environmental",
        5,
        (
            "New graffiti on the war memorial wall at {park}.",
            "Shelter smashed at {park}, glass all over the path.",
        ),
        {"happening": ("last_24h", "last_7_days")},
        asb=True,
    ),
    Scene(
        "fly_tipping",
        3,
        (
            "Load of builders' rubble and what looks like asbestos tipped in the gateway, blocking it.",
            "{car} seen leaving, mattresses and fridges in the verge.",
        ),
        {"happening": ("last_24h", "last_7_days")},
    ),
    Scene(
        "drug_use_nuisance",
        3,
        ("Needles by the swings at {park}.", "Cannabis smoke through our windows from {park}, {often}."),
        {"happening": ("last_24h", "ongoing")},
        asb=True,
    ),
    Scene(
        "suspicious_rural",
        6,
        (
            "{car} stopped at three gates in a row and photographed the locks.",
            "Drone over the yard after dark for {minutes} minutes, second night running.",
            "Unknown {car} slow past the farm with its lights off.",
        ),
        {"happening": ("now", "last_24h"), "times_seen": (None, 2)},
    ),
    Scene(
        "burglary_business",
        4,
        (
            "Workshop broken into overnight, {tools} gone, lock cut through.",
            "Barn forced, {tools} and a {plant} taken. Dogs were quiet.",
        ),
        {"happening": "last_24h"},
    ),
    Scene(
        "theft_vehicle_plant",
        4,
        (
            "{plant} gone from the barn overnight, chain cut.",
            "Saw our {plant} go down the lane behind a {car} just now. Tracker says it is moving.",
        ),
        {"happening": ("now", "last_24h")},
    ),
    Scene(
        "theft_fuel_metal",
        2,
        ("Heating oil tank drained, about six hundred litres.", "Lead stripped from the chapel porch."),
        {"happening": ("last_24h", "last_7_days")},
    ),
    Scene(
        "hare_coursing",
        2,
        (
            "{few} 4x4s on the stubble with lurchers, right now, they have been through the hedge.",
            "Coursers again on the top field. One said he knows where we live.",
        ),
        {
            "happening": ("now", "last_24h"),
            "offenders_on_site": ("yes", None),
            "threat_to_reporter": ("yes", None),
        },
    ),
    Scene(
        "livestock_crime",
        1,
        ("{few} ewes killed in the field by dogs in the night.", "Eleven lambs gone from the far paddock."),
        {"happening": "last_24h"},
    ),
    Scene(
        "burglary_home",
        1,
        ("Back window forced at an empty cottage while the owners are away.",),
        {"happening": ("last_24h", "last_7_days")},
    ),
    Scene(
        "hate_incident",
        2,
        ("Swastika scratched on the family's car and a note through the door.",),
        {"happening": ("last_24h", "last_7_days"), "hate": "yes", "targeted": "yes"},
    ),
    Scene(
        "domestic_abuse",
        2,
        (
            "Shouting and things breaking next door again, then silence. There is a small child.",
            "Neighbour's children told ours that daddy locked mummy out.",
        ),
        {"happening": ("now", "ongoing"), "child": "yes", "times_seen": (2, 3)},
        child=True,
    ),
    Scene(
        "county_lines",
        2,
        (
            "Boys of about {age} we do not know at the holiday cottage, cars stopping for a minute at all hours.",
            "Lad dropped in the lay-by with a rucksack, another car picks him up. {often}.",
        ),
        {"happening": ("ongoing", "last_24h"), "child": ("yes", "maybe")},
        child=True,
    ),
    Scene(
        "fraud_doorstep",
        1,
        ("Cold callers doing drives, took {money} from the neighbour and left it half dug.",),
        {"happening": ("last_24h", "last_7_days")},
    ),
    Scene(
        "fraud_advance_fee",
        1,
        ("Text says I have won a caravan and must pay {money} first. I have not paid.",),
        {"happening": "last_7_days"},
    ),
    Scene(
        "not_sure",
        1,
        (
            "Something is going on at the old dairy, lights and vans at odd hours. I cannot say more than that.",
        ),
        {"happening": "ongoing"},
    ),
)

_RURAL_THEFT: Final = {"burglary_business", "theft_vehicle_plant", "theft_fuel_metal"}


def answers(rng: Random, scene: Scene) -> dict[str, Any]:
    """What a resident adds: what was taken and how they came and went, animals, and the landlord for a neighbour."""
    said: dict[str, Any] = {}
    if scene.concern in _RURAL_THEFT:
        what = rng.choice(("quad bike", "generator", "battery tools", "heating oil", "trailer"))
        said["items"] = [{"what": what, "make": "not known", "value_gbp": rng.randrange(200, 9_000, 50)}]
        said["way_in"] = rng.choice(
            ("gate lifted off its hinges", "hedge cut", "padlock cut", "over the back field")
        )
        said["tracks"] = rng.choice(
            ("tyre marks towards the A361", "footprints at the gate", "none that I can see")
        )
        said["direction_of_travel"] = rng.choice(("north", "towards the A40", "south on the A361"))
    if scene.concern in {"livestock_crime", "hare_coursing"}:
        said["animals"] = {
            "kind": rng.choice(("sheep", "hares", "cattle")),
            "dogs_loose_now": rng.choice(("yes", "no")),
        }
    if scene.concern == "asb_personal" and rng.random() < 0.5:
        said["landlord"] = rng.choice(("the housing association", "private landlord", "council"))
    return said
