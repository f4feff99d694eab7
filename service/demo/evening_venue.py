"""What pubs, clubs and takeaways report on the demo evening."""

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from service.demo.evening_scene import Scene

SCENES: Final = (
    Scene(
        "spiking_drink",
        3,
        (
            (
                "Customer went from fine to unable to stand in {minutes} minutes after {drink}. Her friends say it was"
                " her first."
            ),
            (
                "Regular customer confused and being sick after {drink}, which he says tasted of salt. We have kept"
                " the glass."
            ),
            "Woman found drowsy in {room}. A man nobody knows was trying to take her home; staff stepped in.",
        ),
        {
            "happening": ("now", "last_24h"),
            "injured": ("hurt", None),
            "offenders_on_site": (None, "yes", "no"),
        },
    ),
    Scene(
        "spiking_needle",
        1,
        ("Felt a sharp pain in the arm on the dance floor, small mark there now, and feels faint.",),
        {"happening": ("now", "last_24h"), "injured": "hurt"},
    ),
    Scene(
        "underage_drinking",
        3,
        (
            "{few} youngsters refused with borrowed identity cards, then an adult bought for them outside.",
            "Girl of about {age} very drunk in {room}, her friends left without her.",
            "Same group of under-18s trying every pub along {street}. Refused four tonight.",
        ),
        {"happening": ("now", "last_24h"), "child": "yes"},
        child=True,
    ),
    Scene(
        "alcohol_disorder",
        6,
        (
            "Fight in {room} between two groups, glasses thrown, over before the door team got there.",
            "Man refused service came back and kicked the door in.",
            "Group of {group} would not leave at closing and squared up to staff.",
            "Two men fighting outside, one has a cut head and says he is fine.",
        ),
        {
            "happening": ("now", "last_24h"),
            "injured": (None, "no", "hurt"),
            "offenders_on_site": (None, "yes", "no"),
        },
    ),
    Scene(
        "drug_supply",
        3,
        (
            "Young man going in and out of {room} with one customer after another. Small bags behind the cistern.",
            "Door search found {few} wraps. He said he was holding them for someone.",
        ),
        {"happening": ("now", "last_24h", "ongoing")},
    ),
    Scene(
        "weapons",
        1,
        (
            "Door search found a lock knife on a customer. He left it and ran.",
            "Customer showed another a blade in {room} and said he would be waiting outside.",
        ),
        {"happening": "last_24h", "weapon": ("seen", "threatened"), "weapon_kind": "blade"},
    ),
    Scene(
        "sexual_assault",
        1,
        (
            "Customer told our staff she was touched under her clothes in {room}. She is with us and will report it.",
        ),
        {"happening": ("now", "last_24h"), "victim_wants_help": "yes"},
    ),
    Scene(
        "vawg_public",
        2,
        (
            "Guest used the ask-for-help phrase at the bar. Man she met online was waiting outside for an hour.",
            "Man following women from {room} to the taxi rank, asked to leave twice.",
        ),
        {"happening": ("now", "last_24h")},
    ),
    Scene(
        "hate_incident",
        2,
        (
            "Racist abuse shouted at our kitchen porter from the doorway by {few} men.",
            "Couple called names for holding hands, drink thrown over them.",
        ),
        {"happening": "last_24h", "hate": "yes", "injured": (None, "hurt")},
    ),
    Scene(
        "serious_violence",
        1,
        ("Man hit with a bottle in {room}, bleeding heavily from the head, ambulance called.",),
        {"happening": "now", "injured": "seriously", "weapon": "used", "weapon_kind": "other"},
    ),
    Scene(
        "cse",
        1,
        ("Man in his thirties buying drinks for a girl of about {age} and asking for a room key.",),
        {"happening": "now", "child": "yes"},
        child=True,
    ),
    Scene(
        "theft_other",
        2,
        (
            "Two phones and a purse gone from {room} within {minutes} minutes of each other.",
            "Tip jar and charity box taken from the bar by a man in a dark coat.",
        ),
        {"happening": "last_24h"},
    ),
    Scene(
        "asb_nuisance",
        2,
        ("Group of {group} outside shouting at guests and throwing bins about, {often}.",),
        {"happening": ("last_24h", "ongoing")},
        asb=True,
    ),
)

_VENUES: Final = (
    "The Example Arms",
    "The Specimen and Hound",
    "The Placeholder",
    "Sample's Bar",
    "Club Example",
    "Example Kebab House",
)
_SYMPTOMS: Final = {
    "spiking_drink": ("confused", "vomiting", "unsteady", "drowsy", "collapsed"),
    "spiking_needle": ("puncture_mark", "sudden_pain", "drowsy"),
}


def venue(rng: Random) -> str:
    """A venue that does not exist, and whose name says so."""
    return rng.choice(_VENUES)


def answers(rng: Random, scene: Scene, at: datetime) -> dict[str, Any]:
    """What a venue adds: which it is, and for a spiking what police need while the evidence is there."""
    said: dict[str, Any] = {"venue": venue(rng), "premises_licence": f"00/{rng.randrange(100_000):05d}/PRM"}
    if scene.concern in _SYMPTOMS:
        began = at - timedelta(minutes=rng.randrange(10, 60))
        said["spiking"] = {
            "symptoms_began": began.isoformat(),
            "symptoms": sorted(set(rng.choices(_SYMPTOMS[scene.concern], k=3))),
            "drink_kept": rng.choice(("yes", "no")),
            "with_them": rng.choice(("friends", "staff")),
            "ambulance_called": rng.choice(("yes", "no")),
            "cctv_from": (began - timedelta(hours=1)).isoformat(),
            "cctv_to": at.isoformat(),
            "similar_tonight": rng.choice((0, 0, 0, 1)),
        }
    if scene.concern == "underage_drinking":
        said["refusals"] = rng.randrange(1, 9)
        said["id_details"] = rng.choice(
            ("photograph did not match", "same card shown twice", "no identity shown")
        )
    return said
