"""Why two reports belong together, and how strongly: compared in clear, one pair at a time, in memory only.

Hashes find the pairs worth comparing; here it is checked that what they share is really the same: a part of a plate
fits the whole and the car has the same colour or make, a house is not one of the same street in another town, a text
says the same. Strength runs from 1 to 100 and is for people to sort by; what counts towards raising is in `raising`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from service.patterns.doors import Door
from service.patterns.likeness import NEAR_IDENTICAL, likeness
from service.patterns.looks import COLOURS
from service.patterns.places import metres_between
from service.patterns.plates import Plate, folded
from service.patterns.traits import NEAR_IN_TIME, Key, Traits, keys_of, place_of, place_times

LinkKind = Literal["vehicle", "vehicle_part", "phone", "username", "address", "venue", "text", "place_time"]
LINKED_BY: Final[Mapping[str, str]] = {
    "vehicle": "the same vehicle",
    "vehicle_part": "part of a plate, and the same colour or make",
    "phone": "the same telephone number",
    "username": "the same name online",
    "address": "the same house",
    "venue": "the same venue",
    "text": "near-identical words",
    "place_time": "near in place and time, the same concern",
    "person": "a person linked them",
}
"""Why two reports are linked, in words."""
NEAR_METRES: Final = 1000.0
"""About a cell and its neighbours."""
RARE: Final = 10
"""So many reports within 90 days may share an identifier before a link by it weighs less."""
_PARTS: Final = (4, 4, 8, 8, 14, 14, 14)
"""What each character of a current plate is worth when both reports tell it: cars of one district share the first."""
_LOOK: Final = 15
_COLOURS: Final = frozenset(COLOURS.values())
_LEAST_KNOWN: Final = 5
_LEAST: Final = 20
_VEHICLE, _PHONE, _USERNAME, _VENUE = 95, 95, 90, 60
_PLACED, _HALF_PLACED, _UNPLACED, _OTHER_FLAT = 90, 70, 60, 45
_ANOTHER_COLOUR: Final = 10
_MOST_PART: Final = 90
# However many reports share it, the same car is the same car.
_FLOOR: Final = {"vehicle": 50, "phone": 50, "username": 50, "address": 50, "text": 40}
_LOOKED_UP_AS_STORED: Final = frozenset(
    {"vehicle", "vehicle_part", "phone", "username", "venue", "text_band"}
)
FOUND_BY: Final[dict[LinkKind, frozenset[str]]] = {
    "vehicle": frozenset({"vehicle"}),
    "vehicle_part": frozenset({"vehicle", "vehicle_part"}),
    "phone": frozenset({"phone"}),
    "username": frozenset({"username"}),
    "address": frozenset({"address", "address_somewhere", "address_unplaced"}),
    "venue": frozenset({"venue"}),
    "text": frozenset({"text_band"}),
    "place_time": frozenset({"place_time"}),
}
"""By which keys the other report must have been found for a link of a kind to be made: then the links are the same in
whatever order reports are examined, also where only the nearest of many are looked at."""


class Shared(msgspec.Struct, frozen=True):
    """One reason why two reports are linked. `keys` are what they share, to be kept as marks."""

    kind: LinkKind
    strength: int
    keys: tuple[Key, ...] = ()
    told: dict[str, int] = {}
    """Figures that explain the link: likeness in percent, metres, hours. Never words."""


def shared(first: Traits, second: Traits) -> list[Shared]:
    """Every reason to link two reports, each kind once and at its strongest. The order of the two does not matter."""
    found = [
        *_vehicles(first, second),
        *_same("phone", first.phones & second.phones, _PHONE),
        *_same("username", first.usernames & second.usernames, _USERNAME),
        *_addresses(first, second),
        *_venues(first, second),
        *_texts(first, second),
        *_near(first, second),
    ]
    return _once(found)


def weighed(reason: Shared, sharing: int) -> Shared | None:
    """The reason weighed by how rare what is shared is; None when too little is left of it.

    `sharing` is how many reports name it within the 90 days up to the later of the two.
    """
    strength = reason.strength if sharing <= RARE else reason.strength * RARE // sharing
    strength = max(strength, min(reason.strength, _FLOOR.get(reason.kind, 0)))
    return msgspec.structs.replace(reason, strength=strength) if strength >= _LEAST else None


def lookups(traits: Traits) -> set[Key]:
    """Under which keys the reports that may be linked with this one are stored."""
    keys = {key for key in keys_of(traits) if key.kind in _LOOKED_UP_AS_STORED}
    for door in traits.doors:
        if not door.house:
            continue
        place = place_of(door, traits)
        if place:
            keys.add(Key("address", f"{door.building}|{place}"))
        else:
            keys.add(Key("address_somewhere", door.building))
        keys.add(Key("address_unplaced", door.building))
    return keys | set(place_times(traits))


def _once(found: Iterable[Shared]) -> list[Shared]:
    kept: dict[LinkKind, Shared] = {}
    for reason in sorted(found, key=lambda reason: (-reason.strength, reason.keys)):
        before = kept.get(reason.kind)
        if before is None:
            kept[reason.kind] = reason
        else:
            keys = tuple(sorted({*before.keys, *reason.keys}))
            kept[reason.kind] = msgspec.structs.replace(before, keys=keys)
    if "vehicle" in kept:
        kept.pop("vehicle_part", None)
    return list(kept.values())


def _same(kind: LinkKind, values: Iterable[str], strength: int) -> Iterator[Shared]:
    for value in sorted(values):
        yield Shared(kind, strength, (Key(kind, value),))


def _vehicles(first: Traits, second: Traits) -> Iterator[Shared]:
    looks = first.looks & second.looks
    colours = first.looks & _COLOURS, second.looks & _COLOURS
    another_colour = all(colours) and not looks & _COLOURS
    for one in map(folded, first.vehicles):
        for other in map(folded, second.vehicles):
            if "?" not in one + other:
                if one == other:
                    yield Shared(
                        "vehicle", _VEHICLE - another_colour * _ANOTHER_COLOUR, (Key("vehicle", one),)
                    )
                continue
            known = _fit(one, other)
            strength = sum(_PARTS[place] for place in known) + _LOOK * min(len(looks), 2)
            strength -= another_colour * _LOOK
            if (looks or len(known) >= _LEAST_KNOWN) and strength >= _LEAST:
                yield Shared(
                    "vehicle_part", min(strength, _MOST_PART), (Key("vehicle", _fuller(one, other)),)
                )


def _fit(one: Plate, other: Plate) -> list[int]:
    """The places of two plates at which both are known and agree; empty when they cannot be the same."""
    if len(one) != len(other) or len(one) != len(_PARTS):
        return []
    both = [place for place in range(len(one)) if "?" not in one[place] + other[place]]
    return both if all(one[place] == other[place] for place in both) else []


def _fuller(one: Plate, other: Plate) -> Plate:
    """The one of which more is known, by which others can share it too."""
    return min(one, other, key=lambda plate: (plate.count("?"), plate))


def _addresses(first: Traits, second: Traits) -> Iterator[Shared]:
    for one in first.doors:
        for other in second.doors:
            if one.house and one.building == other.building:
                yield from _same_building(one, place_of(one, first), other, place_of(other, second))


def _same_building(one: Door, place: str, other: Door, other_place: str) -> Iterator[Shared]:
    if place and other_place and place != other_place:
        return
    strength = (_UNPLACED, _HALF_PLACED, _PLACED)[bool(place) + bool(other_place)]
    if one.unit and other.unit and one.unit != other.unit:
        strength = _OTHER_FLAT
    yield Shared("address", strength, (Key("address", one.building),))


def _venues(first: Traits, second: Traits) -> Iterator[Shared]:
    if first.town and second.town and first.town != second.town:
        return  # every second village has a Red Lion
    yield from _same("venue", first.venues & second.venues, _VENUE)


def _texts(first: Traits, second: Traits) -> Iterator[Shared]:
    alike = likeness(first.pairs, second.pairs)
    if alike >= NEAR_IDENTICAL:
        yield Shared("text", round(100 * alike), (), {"alike_percent": round(100 * alike)})


def _near(first: Traits, second: Traits) -> Iterator[Shared]:
    apart = abs(first.happened_at - second.happened_at)
    if first.position is None or second.position is None or apart > NEAR_IN_TIME:
        return
    metres = metres_between(first.position, second.position)
    if metres > NEAR_METRES or first.concerns.isdisjoint(second.concerns):
        return
    strength = 30 + round(20 * (1 - metres / NEAR_METRES) + 10 * (1 - apart / NEAR_IN_TIME))
    hours = round(apart.total_seconds() / 3600)
    # In hundreds of metres and whole hours: a link tells no more than its two reports do.
    yield Shared("place_time", strength, (), {"metres": round(metres / 100) * 100, "hours": hours})
