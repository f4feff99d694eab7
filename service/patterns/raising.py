"""Which reports are raised by their pattern: serious harm that shares an identifier, three or more within 90 days.

The guide: "serious-harm reports that share an identifier, three or more within 90 days from different reporters, are
raised to at least P2, with the links named as the reason." Pure: links and what is known of their reports in, reports
to raise out. Only ever up: what to do about it is left to the policy, whose rules see `pattern=shared`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final
from uuid import UUID

import msgspec

from service.patterns.links import LinkKind

WINDOW: Final = timedelta(days=90)
ENOUGH: Final = 3
"""Different reporters it takes."""
COUNTS_FROM: Final[Mapping[LinkKind, int]] = {
    "vehicle": 40,
    "vehicle_part": 50,
    "phone": 40,
    "username": 40,
    "address": 50,
    "venue": 40,
}
"""The kinds of link that make a shared identifier, and from which strength. Likeness and nearness do not."""
_CALLED: Final[Mapping[str, str]] = {"vehicle_part": "vehicle"}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What raising needs to know of a report. `marks` are its reporter's; none when anonymous."""

    id: UUID
    received_at: datetime
    serious: bool
    marks: frozenset[bytes] = frozenset()


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is stored. `keys` are the marks of what is shared."""

    first: UUID
    second: UUID
    kind: LinkKind
    strength: int
    keys: frozenset[str] = frozenset()
    cut: bool = False


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A report to raise, and for each thing it shares, such as `vehicle`, the reports that bear it out."""

    id: UUID
    by: dict[str, tuple[UUID, ...]]


def raised_by(
    standings: Mapping[UUID, Standing],
    links: Iterable[Linked],
    now: datetime,
    *,
    around: Collection[UUID] | None = None,
) -> list[Raised]:
    """The reports to raise, each once, with the largest group for each thing it shares.

    Links to reports without a standing are passed over.

    Groups are sought around the reports of `around` (default: all), of which all links must be given, and all those
    between the reports they lead to.
    """
    links = [link for link in links if link.first in standings and link.second in standings]
    cut = {_pair(link) for link in links if link.cut}
    same = _same_telling(standings, links)
    found: dict[UUID, dict[str, tuple[UUID, ...]]] = {}
    for (identity, _), members in sorted(
        _groups(links, standings.keys() if around is None else around).items()
    ):
        for one, others in _borne_out(members, standings, cut, same, now):
            by = found.setdefault(one, {})
            by[identity] = max(by.get(identity, ()), others, key=lambda group: (len(group), group))
    return [Raised(id=one, by=found[one]) for one in sorted(found)]


def _groups(
    links: list[Linked], around: Collection[UUID]
) -> dict[tuple[str, tuple[str, UUID]], frozenset[UUID]]:
    """Around each report and each thing it shares: the report and all that share it with it."""
    found: dict[tuple[str, tuple[str, UUID]], set[UUID]] = {}
    for link in links:
        if link.cut or link.strength < COUNTS_FROM.get(link.kind, 101):
            continue
        for key in link.keys:
            for centre in (link.first, link.second):
                if centre in around:
                    name = _identity(link.kind), (key, centre)
                    found.setdefault(name, set()).update((link.first, link.second))
    return {name: frozenset(members) for name, members in found.items() if len(members) >= ENOUGH}


def _borne_out(
    members: frozenset[UUID],
    standings: Mapping[UUID, Standing],
    cut: set[tuple[UUID, UUID]],
    same: set[tuple[UUID, UUID]],
    now: datetime,
) -> Iterator[tuple[UUID, tuple[UUID, ...]]]:
    """The members with enough others beside them, none of which a person has cut from them."""
    serious = sorted(
        (standings[member] for member in members if standings[member].serious),
        key=lambda one: one.received_at,
    )
    if len(serious) < ENOUGH or now - serious[-1].received_at > WINDOW:
        return
    for one in serious:
        beside = [other for other in serious if _ordered(one.id, other.id) not in cut]
        group = max(_windows(one, beside), key=lambda window: _reporters(window, same), default=[])
        if _reporters(group, same) >= ENOUGH:
            yield one.id, tuple(other.id for other in group if other.id != one.id)


def _windows(one: Standing, beside: list[Standing]) -> Iterator[list[Standing]]:
    """Every stretch of 90 days that holds this report, as the reports received in it."""
    for begin in beside:
        if begin.received_at <= one.received_at <= begin.received_at + WINDOW:
            yield [
                other
                for other in beside
                if begin.received_at <= other.received_at <= begin.received_at + WINDOW
            ]


def _reporters(group: list[Standing], same: set[tuple[UUID, UUID]]) -> int:
    """How many different people a group of reports comes from, at least."""
    people: list[set[UUID]] = []
    for one in group:
        known = [person for person in people if any(_ordered(one.id, other) in same for other in person)]
        people = [person for person in people if person not in known]
        people.append({one.id}.union(*known))
    return len(people)


def _same_telling(standings: Mapping[UUID, Standing], links: list[Linked]) -> set[tuple[UUID, UUID]]:
    """Pairs of reports that are, or may be, of one reporter.

    Two that share a mark are. Of two near-identical texts the second is taken for the first told again, unless both
    reporters are known and differ: then two people have said the same.
    """
    pairs = {
        _pair(link)
        for link in links
        if link.kind == "text"
        and not link.cut
        and not (standings[link.first].marks and standings[link.second].marks)
    }
    by_mark: dict[bytes, list[UUID]] = {}
    for one in standings.values():
        for mark in one.marks:
            by_mark.setdefault(mark, []).append(one.id)
    for own in by_mark.values():
        pairs.update(_ordered(one, other) for one, other in combinations(own, 2))
    return pairs


def _identity(kind: LinkKind) -> str:
    return _CALLED.get(kind, kind)


def _pair(link: Linked) -> tuple[UUID, UUID]:
    return link.first, link.second


def _ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return min(one, other), max(one, other)
