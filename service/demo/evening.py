"""The demo evening: reports of all four kinds as a district would get them, the same each time for the same seed.

The mix follows what is known of West Oxfordshire: who reports, when and where anti-social behaviour and rural crime
happen, four in ten reporters anonymous, one report in ten sent by a second click, a child involved in 12 of 100,
another language in 5 of 100, and 2 of 100 sent for a laugh. No clock, no network: pure in (seed, count, until).
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from service.demo import evening_care, evening_rural, evening_taxi, evening_venue
from service.demo.evening_languages import FOREIGN, MISCHIEF
from service.demo.evening_places import Place, as_location, asb_place, rural_place, town_place
from service.demo.evening_scene import Scene, landline, mobile, registration, tell, tick, vehicles

# Of 100 reporters 50 residents, 15 drivers, 15 venues, 10 care workers; the 10 agencies have no kind of their own yet.
_KINDS: Final = {"rural_resident": 50, "taxi_driver": 15, "venue": 15, "care_worker": 10}
_SCENES: Final[dict[str, tuple[Scene, ...]]] = {
    "rural_resident": evening_rural.SCENES,
    "taxi_driver": evening_taxi.SCENES,
    "venue": evening_venue.SCENES,
    "care_worker": evening_care.SCENES,
}
_CHILD: Final = 0.12
_FOREIGN: Final = 0.05
_MISCHIEF: Final = 0.02
_SECOND_CLICK: Final = 0.1
_ANONYMITY: Final = {"anonymous": 0.4, "confidential": 0.4, "named": 0.2}

_LONDON: Final = ZoneInfo("Europe/London")
# Weights of the hours of a day. Anti-social behaviour: 65 of 100 from five to one, most about seven.
_ASB_HOURS: Final = (
    (2,) + (2.2,) * 16 + (8, 10, 13, 11, 9, 7, 5)  # 0, 1-16, 17-23
)
_VENUE_HOURS: Final = (9, 9, 6) + (0.2,) * 14 + (1, 1, 2, 3, 4, 8, 9)
_DARK_HOURS: Final = (5, 5, 5, 4, 4, 4) + (2.7,) * 14 + (6, 7, 8, 6)
_ROUND_THE_CLOCK_HOURS: Final = (3, 3, 1, 1, 1, 2) + (3,) * 11 + (5, 6, 6, 6, 5, 5, 4)
_CARE_HOURS: Final = (0.5,) * 6 + (4,) * 16 + (2, 1)


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One press of "send". A second click has the number and body of the first and comes right after it."""

    number: int
    told_at: datetime
    reporter: str
    anonymity: str
    body: bytes
    second_click: bool = False


def evening(seed: int, count: int, *, until: datetime) -> list[Sending]:
    """`count` reports of the twenty-four hours before `until`, oldest first, with their second clicks besides.

    `until` carries an offset. The same three arguments give the same bytes.
    """
    rng = Random(seed)  # noqa: S311 - a demo must be repeatable, and hides nothing
    seen = vehicles(rng)
    sendings: list[Sending] = []
    told = sorted((_report(rng, seen, until) for _ in range(count)), key=lambda report: report.told_at)
    for number, report in enumerate(told):
        sending = msgspec.structs.replace(report, number=number)
        sendings.append(sending)
        if rng.random() < _SECOND_CLICK:
            sendings.append(msgspec.structs.replace(sending, second_click=True))
    return sendings


def _report(rng: Random, seen: list[str], until: datetime) -> Sending:
    kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    scene, language = _scene(rng, kind)
    told_at = _moment(rng, _hours(kind, scene), until)
    anonymity = rng.choices(list(_ANONYMITY), list(_ANONYMITY.values()))[0]
    body: dict[str, Any] = {
        "reporter": kind,
        "concern": scene.concern,
        "description": tell(rng, scene),
        **tick(rng, scene.facts),
    }
    place = _place(rng, kind, scene)
    body["location"] = as_location(rng, place)
    body |= _occurred(rng, body.get("happening"), told_at)
    body |= _answers(rng, kind, scene, told_at, anonymous=anonymity == "anonymous")
    if kind == "taxi_driver" and body.get("happening") == "now":
        body["marked"] = {
            "at": told_at.isoformat(),
            "latitude": place.latitude,
            "longitude": place.longitude,
            "heading_degrees": rng.randrange(360),
        }
    if identifiers := _identifiers(rng, kind, seen):
        body["identifiers"] = identifiers
    body["anonymity"] = anonymity
    if anonymity != "anonymous":
        body["contact"] = _contact(rng, kind, language)
    return Sending(
        number=0, told_at=told_at, reporter=kind, anonymity=anonymity, body=msgspec.json.encode(body)
    )


def _scene(rng: Random, kind: str) -> tuple[Scene, str | None]:
    """What happened, and the language it is told in (None for English)."""
    chance = rng.random()
    if chance < _MISCHIEF:
        return MISCHIEF, None
    if chance < _MISCHIEF + _FOREIGN:
        language, scene = rng.choice(FOREIGN[kind])
        return scene, language
    # The child's share is of all reports, and these are the rest of them.
    child = rng.random() < _CHILD / (1 - _MISCHIEF - _FOREIGN)
    scenes = [scene for scene in _SCENES[kind] if scene.child == child]
    return rng.choices(scenes, [scene.weight for scene in scenes])[0], None


def _hours(kind: str, scene: Scene) -> tuple[float, ...]:
    if scene.asb:
        return _ASB_HOURS
    return {
        "venue": _VENUE_HOURS,
        "rural_resident": _DARK_HOURS,
        "taxi_driver": _ROUND_THE_CLOCK_HOURS,
        "care_worker": _CARE_HOURS,
    }[kind]


def _moment(rng: Random, hours: tuple[float, ...], until: datetime) -> datetime:
    """A minute of the day before `until`, by the weight of its hour in local time."""
    local = until.astimezone(_LONDON).replace(second=0, microsecond=0)
    hour = rng.choices(range(24), hours)[0]
    moment = local.replace(hour=hour, minute=rng.randrange(60))
    return moment if moment <= local else moment - timedelta(days=1)


def _place(rng: Random, kind: str, scene: Scene) -> Place:
    if scene.asb:
        return asb_place(rng)
    return rural_place(rng) if kind == "rural_resident" else town_place(rng)


def _occurred(rng: Random, happening: str | None, told_at: datetime) -> dict[str, Any]:
    """When it happened, where the reporter says so; what is happening now needs no time."""
    match happening:
        case "last_24h":
            before = timedelta(minutes=rng.randrange(10, 300))
        case "last_7_days":
            before = timedelta(hours=rng.randrange(30, 140))
        case _:
            return {}
    if rng.random() < 0.3:
        return {}
    return {
        "occurred_at": (told_at - before).isoformat(),
        "occurred_precision": rng.choice(("exact", "about", "part_of_day")),
    }


def _answers(rng: Random, kind: str, scene: Scene, told_at: datetime, *, anonymous: bool) -> dict[str, Any]:
    if scene is MISCHIEF:
        return {}
    match kind:
        case "taxi_driver":
            return evening_taxi.answers(rng, scene, anonymous=anonymous)
        case "venue":
            return evening_venue.answers(rng, scene, told_at)
        case "care_worker":
            return evening_care.answers(rng, scene)
        case _:
            return evening_rural.answers(rng, scene)


def _identifiers(rng: Random, kind: str, seen: list[str]) -> list[dict[str, str]]:
    found = []
    if rng.random() < (0.35 if kind in {"taxi_driver", "rural_resident"} else 0.1):
        plate = rng.choice(seen) if rng.random() < 0.6 else registration(rng)
        found.append({"kind": "vehicle_registration", "value": plate})
    if rng.random() < 0.15:
        wearing = rng.choice(("grey hooded top", "red cap", "work boots", "long dark coat"))
        found.append(
            {"kind": "description", "value": f"{rng.choice(('tall', 'short', 'slight', 'broad'))}, {wearing}"}
        )
    if rng.random() < 0.06:
        found.append({"kind": "phone", "value": mobile(rng)})
    if rng.random() < 0.04:
        found.append({"kind": "username", "value": f"example_{rng.randrange(1000):03d}"})
    return found


_ROLES: Final = {
    "venue": ("Duty manager", "Bar supervisor"),
    "taxi_driver": ("A driver",),
    "rural_resident": ("A resident", "The farm office"),
    "care_worker": ("A care worker",),
}


def _contact(rng: Random, kind: str, language: str | None) -> dict[str, Any]:
    contact: dict[str, Any] = {
        "name": rng.choice(_ROLES[kind]),
        "phone": landline(rng) if kind == "venue" or rng.random() < 0.2 else mobile(rng),
    }
    if rng.random() < 0.6:
        contact["safe_to_contact"] = rng.choice(("yes", "yes", "no"))
        contact["safe_method"] = rng.choice(("voice", "text"))
        contact["safe_times"] = rng.choice(("after 9pm", "any time", "weekday mornings"))
    if language:
        contact["language"] = language
    return contact
