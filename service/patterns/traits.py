"""A report as what it can be known again by: everything it names, wherever it stands in the report.

Nothing about the reporter is among it: contact, badge and the driver's own plate are not in a stored report.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from schemas.facts import Location
from schemas.reports import CareWorkerReport, Report, RuralResidentReport, TaxiDriverReport, VenueReport
from service.intake.normalise import phone_e164, postcode
from service.patterns.doors import Door
from service.patterns.identifiers import Readings, read
from service.patterns.likeness import Pairs, bands_of, pairs_of
from service.patterns.looks import looks_of
from service.patterns.places import Cell, cell_of, neighbourhood, only_place
from service.patterns.plates import Plate, folded, plate_of
from service.patterns.venues import venue_name
from service.patterns.wording import words_of

NEAR_IN_TIME: Final = timedelta(hours=48)
_MOST_OF_A_KIND: Final = 12
"""Identifiers of one kind taken from one report: enough for any real one, and a bound for a hostile one."""
_COARSE_POSITION: Final = 500.0
_NO_SUBJECT: Final = frozenset({"not_sure", "other"})
_ORGANISATIONS: Final = ("+44800", "+44808", "+443", "+44845", "+44870")
"""Numbers of helplines, councils and firms: many reports name them, and they tell of nobody."""


class Key(NamedTuple):
    """What is hashed: two reports with the same key have something in common. Kinds as in the identifier table."""

    kind: str
    value: str


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What one report names, in one spelling."""

    vehicles: tuple[Plate, ...] = ()
    looks: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    doors: tuple[Door, ...] = ()
    postcodes: frozenset[str] = frozenset()
    venues: frozenset[str] = frozenset()
    town: str = ""
    position: tuple[float, float] | None = None
    happened_at: datetime
    concerns: frozenset[str] = frozenset()
    pairs: Pairs = frozenset()


def traits_of(
    report: Report,
    received_at: datetime,
    concerns: Iterable[str],
    *,
    added: Iterable[str] = (),
    answered: Iterable[str] = (),
) -> Traits:
    """Read a stored report. `concerns` are those of its decision; `received_at` stands for an untold time.

    What the reporter `added` counts like the report's own words. A telephone number `answered` to a question is left
    out: it may be the reporter's own, by which two of their reports would bear each other out.
    """
    ticked = _ticked(report)
    own = [read(text) for text in _texts(report, ticked) if text]
    said, replies = [*own, *map(read, added)], [read(text) for text in answered]
    readings = [*said, *replies]
    location = report.location if isinstance(report.location, Location) else None
    found: dict[str, dict[str, None]] = {}
    for one in (
        *(one for reading in said for one in reading.found),
        *(one for reading in replies for one in reading.found if one.kind != "phone"),
    ):
        found.setdefault(one.kind, {})[one.value] = None
    vehicles = [
        plate for value in ticked.get("vehicle_registration", ()) if (plate := plate_of(value)) is not None
    ]
    vehicles += [plate for plate in found.get("vehicle_registration", ()) if plate not in vehicles]
    phones = [*ticked.get("phone", ()), *found.get("phone", ())]
    venues = [venue_name(value) for value in (*ticked.get("venue", ()), *_own_venue(report))]
    postcodes = {*found.get("postcode", ()), *ticked.get("postcode", ())}
    if location is not None and location.postcode:
        postcodes.add(location.postcode)
    return Traits(
        vehicles=tuple(dict.fromkeys(vehicles))[:_MOST_OF_A_KIND],
        looks=frozenset().union(*(looks_of(reading.words.lower) for reading in readings)),
        phones=_few(
            number
            for value in phones
            if (number := phone_e164(value)) is not None and not number.startswith(_ORGANISATIONS)
        ),
        usernames=_few(
            [
                *(value.strip().lstrip("@").casefold() for value in ticked.get("username", ())),
                *found.get("username", ()),
            ]
        ),
        doors=_doors(readings),
        postcodes=_few(full for value in postcodes if (full := postcode(value)) is not None and " " in full),
        venues=_few(filter(None, [*venues, *found.get("venue", ())])),
        # Another town in a later message must not take the place from what was told before.
        town=_town(location, own) or _town(None, readings),
        position=_position(report, location),
        happened_at=report.occurred_at or received_at,
        concerns=frozenset(concerns) - _NO_SUBJECT,
        pairs=pairs_of(words_of(report.description).lower),
    )


def keys_of(traits: Traits) -> set[Key]:
    """Everything of a report that is stored as a hash."""
    return {
        *(Key("vehicle", folded(plate)) for plate in traits.vehicles if "?" not in plate),
        *(Key("vehicle_part", part) for plate in traits.vehicles for part in _parts(plate, traits.looks)),
        *(Key("phone", number) for number in traits.phones),
        *(Key("username", name) for name in traits.usernames),
        *_door_keys(traits),
        *(Key("postcode", code) for code in traits.postcodes),
        *(Key("venue", name) for name in traits.venues),
        *(Key("venue_town", traits.town) for _ in traits.venues if traits.town),
        *(Key("text_band", band) for band in bands_of(traits.pairs)),
        *_place_keys(traits),
    }


def place_times(traits: Traits) -> Iterator[Key]:
    """The keys under which reports near in place and time with the same concern are stored: ours and those around."""
    if traits.position is None:
        return
    day = _two_days(traits.happened_at)
    for cell in neighbourhood(cell_of(*traits.position)):
        for bucket in (day - 1, day, day + 1):
            for concern in traits.concerns:
                yield _place_time(cell, bucket, concern)


def place_of(door: Door, traits: Traits) -> str:
    """The town or village of a house: told beside it, or the only one the report names."""
    return door.place or traits.town


def full_postcode(traits: Traits) -> str:
    """The one full postcode a report names; empty when it names none or several."""
    return next(iter(traits.postcodes)) if len(traits.postcodes) == 1 else ""


def _place_time(cell: Cell, bucket: int, concern: str) -> Key:
    return Key("place_time", f"{cell[0]}:{cell[1]}|{bucket}|{concern}")


def _two_days(moment: datetime) -> int:
    return math.floor(moment.timestamp() / NEAR_IN_TIME.total_seconds())


def _place_keys(traits: Traits) -> Iterator[Key]:
    if traits.position is None:
        return
    cell = cell_of(*traits.position)
    yield Key("place_cell", f"{cell[0]}:{cell[1]}")
    for concern in traits.concerns:
        yield _place_time(cell, _two_days(traits.happened_at), concern)


def _door_keys(traits: Traits) -> Iterator[Key]:
    for door in traits.doors:
        place = place_of(door, traits)
        if door.street:
            yield Key("street", f"{door.street}|{place}")
        if not door.house:
            continue
        if place:
            yield Key("address", f"{door.building}|{place}")
            yield Key("address_somewhere", door.building)
        else:
            yield Key("address_unplaced", door.building)


def _parts(plate: Plate, looks: frozenset[str]) -> Iterator[str]:
    """Pieces of a plate by which a part of it finds the whole: with a colour or make, or long enough by themselves."""
    plate = folded(plate)
    if len(plate) < _SHORTEST_PARTED:
        return
    for piece in (plate[:-3] + "-", "-" + plate[-3:]):
        if "?" not in piece:
            yield from (f"{piece}|{look}" for look in looks)
    for piece in (plate[:5] + "-", "-" + plate[-5:]):
        if "?" not in piece and len(plate) == _CURRENT_LENGTH:
            yield piece


_SHORTEST_PARTED: Final = 6
_CURRENT_LENGTH: Final = 7


def _few(values: Iterable[str]) -> frozenset[str]:
    return frozenset(sorted(set(values))[:_MOST_OF_A_KIND])


def _ticked(report: Report) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for item in report.identifiers:
        values.setdefault(item.kind, []).append(item.value)
    return values


def _texts(report: Report, ticked: dict[str, list[str]]) -> Iterator[str]:
    """Every text of a report in which something may be named."""
    yield report.description
    for kind in ("vehicle_registration", "description", "address", "name", "username", "venue"):
        yield from ticked.get(kind, ())
    if isinstance(report.location, Location):
        location = report.location
        town = location.town or ""
        yield from (f"{told}, {town}" for told in (location.address, location.description) if told)
    elif report.location:
        yield report.location
    yield from _own_texts(report)


def _own_texts(report: Report) -> Iterator[str]:
    """What a kind's own answers say of places and vehicles."""
    told: list[Any] = []
    match report:
        case TaxiDriverReport(journey=journey) if journey is not None:
            told = [journey.booked_by, journey.paid_by, journey.pick_up, journey.drop_off, *journey.stops]
        case VenueReport():
            told = [report.id_details]
        case RuralResidentReport():
            told = [report.way_in, report.tracks, report.direction_of_travel]
        case CareWorkerReport():
            told = [report.housing]
    yield from filter(None, told)


def _own_venue(report: Report) -> Iterator[str]:
    if isinstance(report, VenueReport) and report.venue:
        yield report.venue


def _doors(readings: list[Readings]) -> tuple[Door, ...]:
    doors = {
        (door.house, door.street, door.unit, door.place): door
        for reading in readings
        for door in reading.doors
    }
    return tuple(doors.values())[:_MOST_OF_A_KIND]


def _town(location: Location | None, readings: list[Readings]) -> str:
    if location is not None and location.town:
        return only_place(words_of(location.town).lower) or location.town.casefold().strip()
    return only_place([word for reading in readings for word in [*reading.words.lower, "|"]]) or ""


def _position(report: Report, location: Location | None) -> tuple[float, float] | None:
    """Where it was, when it was told to within a cell."""
    if location is not None and location.latitude is not None and location.longitude is not None:
        fine = location.accuracy_m is None or location.accuracy_m <= _COARSE_POSITION
        return (location.latitude, location.longitude) if fine else None
    mark = report.marked if isinstance(report, TaxiDriverReport) else None
    if mark is None or mark.latitude is None or mark.longitude is None:
        return None
    return mark.latitude, mark.longitude
