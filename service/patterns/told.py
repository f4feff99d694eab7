"""Reports as counting needs them: read from the database once, and turned into complaints and sightings."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.patterns.case_review import Complaint
from service.patterns.clusters import PLACE_KINDS, Sighting
from service.patterns.reporters import people

PLACES: Final = ("address", "venue", "street", "place_cell")
"""What a Case Review can be about, from the narrowest to the widest."""
_ONE_PLACE: Final = frozenset({"address", "address_somewhere", "address_unplaced", "venue", "street"})
"""Two reports that share one of these were at one place; a cell of the map is too wide for that."""
_VENUE_TOWN: Final = "venue_town"
_MARK_BYTES: Final = 16
_NIGHT_ENDS: Final = timedelta(hours=6)
_OF_ITS_NIGHT: Final = frozenset({"now", "last_24h"})
_UNDECIDED: Final = frozenset({"other", "not_sure"})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One report. `person` is the least of its reporter's marks; `same_text` the oldest report of the same words."""

    id: UUID
    reference: str
    received_at: datetime
    occurred_at: datetime | None
    happening: str | None
    position: tuple[float, float] | None
    concerns: frozenset[str]
    is_hate: bool
    person: bytes | None
    places: Mapping[str, frozenset[bytes]]
    same_text: UUID | None


@cache
def query(name: str) -> str:
    """One of the queries of counts.sql."""
    return load_queries("service.patterns", "counts.sql")[name]


async def read_told(connection: asyncpg.Connection, since: date) -> list[Told]:
    """Every report received on `since` or later, oldest first."""
    # A UUIDv7 begins with the milliseconds it was made for; a day earlier, since that day is local.
    first = datetime.combine(since, time(), UTC) - timedelta(days=1)
    lowest = UUID(int=max(0, int(first.timestamp() * 1000)) << 80)
    rows = await connection.fetch(query("told"), lowest)
    places: dict[UUID, dict[str, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for row in await connection.fetch(query("places"), lowest, sorted({*PLACES, *_ONE_PLACE, _VENUE_TOWN})):
        places[row["report_id"]][row["kind"]].add(row["hash"])
    _tell_venues_apart(places.values())
    persons = people({row["id"]: row["marks"] for row in rows})
    texts = _grouped(
        (row["first"], row["second"]) for row in await connection.fetch(query("same_texts"), lowest)
    )
    return [
        Told(
            id=row["id"],
            reference=row["reference"],
            received_at=row["received_at"],
            occurred_at=None if row["occurred_at"] is None else datetime.fromisoformat(row["occurred_at"]),
            happening=row["happening"],
            position=None if row["latitude"] is None else (row["latitude"], row["longitude"]),
            concerns=frozenset(row["concerns"]),
            is_hate=row["is_hate"],
            person=persons[row["id"]],
            places={kind: frozenset(hashes) for kind, hashes in places[row["id"]].items()},
            same_text=texts.get(row["id"]),
        )
        for row in rows
    ]


def complaint_of(told: Told, zone: ZoneInfo) -> Complaint:
    """A report as a complaint.

    Without a moment, what happens now or happened within a day is taken to be of the night of its receipt, and whatever
    is not older of its day.
    """
    moment = told.occurred_at
    if moment is None and told.happening in _OF_ITS_NIGHT:
        moment = told.received_at
    night = day = None
    if moment is not None:
        night, day = _local(moment - _NIGHT_ENDS, zone), _local(moment, zone)
    elif told.happening not in {None, "older"}:
        day = _local(told.received_at, zone)
    return Complaint(
        reference=told.reference,
        reported_on=_local(told.received_at, zone),
        occurred_on=day,
        night=night,
        person=told.person,
        places=frozenset().union(*(told.places.get(kind, frozenset()) for kind in _ONE_PLACE)),
        position=told.position,
        concerns=told.concerns,
        is_hate=told.is_hate,
        same_text=None if told.same_text is None else str(told.same_text),
    )


def sighting_of(told: Told, zone: ZoneInfo) -> Sighting | None:
    """A report as a sighting on the day it happened; None when that day or the concern cannot be known."""
    concerns = told.concerns - _UNDECIDED
    if not concerns or (told.occurred_at is None and told.happening == "older"):
        return None
    moment = min(told.occurred_at or told.received_at, told.received_at)
    return Sighting(
        report=told.id,
        day=_local(moment, zone),
        places=frozenset((kind, place) for kind in PLACE_KINDS for place in told.places.get(kind, ())),
        concerns=concerns,
        same_text=told.same_text,
    )


def _tell_venues_apart(places: Iterable[dict[str, set[bytes]]]) -> None:
    """Make of each venue's name the venue of its town: every second village has a Red Lion.

    Where a report does not say the town, it is the only one that others say for the name. Where they say several, the
    reports without one stand by themselves. `places` are those of each report, and are changed.
    """
    towns: dict[bytes, set[bytes]] = defaultdict(set)
    for own in places:
        for venue in own.get("venue", ()):
            towns[venue] |= own.get(_VENUE_TOWN, set())
    for own in places:
        if "venue" not in own:
            continue
        told = own.pop(_VENUE_TOWN, set())
        own["venue"] = {_venue_in(venue, told or towns[venue]) for venue in own["venue"]}


def _venue_in(venue: bytes, towns: set[bytes]) -> bytes:
    """The mark of a venue in a town; of its name alone where none or several may be meant."""
    if len(towns) != 1:
        return venue
    return hashlib.blake2b(venue + next(iter(towns)), digest_size=_MARK_BYTES).digest()


def _local(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _grouped(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """The oldest report of each group that links hold together."""
    oldest: dict[UUID, UUID] = {}

    def root(report: UUID) -> UUID:
        oldest.setdefault(report, report)
        while oldest[report] != report:
            oldest[report] = oldest[oldest[report]]
            report = oldest[report]
        return report

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        oldest[second] = first
    return {report: root(report) for report in list(oldest)}
