"""Examining reports: what each names is stored, what belongs together is linked, what links bear out is raised.

Re-runnable: every step leaves the same behind however often it is done, in whatever order, and wherever it was cut off.
Identifiers of all new reports are stored before any is linked, the newest reports are linked first, links are kept once
for a pair and kind, and a report is raised by its pattern once, in one transaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from schemas.reports import Report
from service.clock import to_the_minute
from service.keys import KeyRing
from service.patterns import store
from service.patterns.lifting import lift
from service.patterns.links import FOUND_BY, LinkKind, lookups, shared, weighed
from service.patterns.raising import COUNTS_FROM, WINDOW, Linked, raised_by
from service.patterns.store import LinkRow, NewLink, Stored
from service.patterns.traits import Key, Traits, keys_of, traits_of
from service.policy.model import Policy

NEAREST: Final = 30
"""Reports of one identifier that are looked at before a report and after it, nearest in time first."""
MOST_COMPARED: Final = 200
"""Reports that one report is compared with at most: the bound of its cost."""
_BATCH: Final = 50
_SETTLED: Final = timedelta(hours=1)
"""A report is stored within seconds of the time in its id, so before this nothing new can appear."""
_REMEMBERED: Final = 2_000
# Where more could be compared than MOST_COMPARED, these come first.
_ORDER: Final = {
    kind: place
    for place, kind in enumerate(
        (
            "vehicle",
            "phone",
            "username",
            "address",
            "address_somewhere",
            "address_unplaced",
            "venue",
            "vehicle_part",
            "text_band",
            "place_time",
        )
    )
}
_IDENTIFYING: Final[tuple[LinkKind, ...]] = tuple(COUNTS_FROM)
_TELLING: Final[tuple[LinkKind, ...]] = (*COUNTS_FROM, "text")
_HIGH: Final = 2
_WINDOW_MILLISECONDS: Final = int(WINDOW.total_seconds() * 1000)
_BODY: Final = msgspec.json.Decoder(Report)
_log = structlog.get_logger()


class Account(msgspec.Struct):
    """What one run did."""

    examined: int = 0
    raised: int = 0


class Examiner:
    """Compares reports over one connection, which works as `store.ROLE`.

    `policy` has its usable channels only; `now` is when the work begins.
    """

    def __init__(
        self, connection: asyncpg.Connection, *, policy: Policy, ring: KeyRing, now: datetime
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._serious = {
            code for code, concern in policy.concerns.items() if concern.family == "serious_harm"
        }
        self._ring = ring
        self._began = now
        self._clock_at_beginning = monotonic()
        self._traits: dict[UUID, Traits] = {}
        self._indexed: set[UUID] = set()

    async def run(self, progress: Callable[[int], None] = lambda _: None) -> Account | None:
        """Examine whatever is outstanding; None when somebody else is at it. `progress` gets how many are done."""
        if not await store.lock(self._connection):
            return None
        account = Account()
        try:
            await store.added_to(self._connection, self._began - WINDOW)
            while batch := await self._next():
                account.raised += await self.link_and_raise(batch)
                await store.finish(self._connection, batch, to_the_minute(self._now()))
                account.examined += len(batch)
                progress(account.examined)
        finally:
            await store.unlock(self._connection)
        return account

    async def _next(self) -> list[UUID]:
        """The reports to link next, the newest first, once all that came in are indexed.

        Examining all again takes long and holds the lock. Looking for new ones before each batch lets them pass it.
        """
        while batch := await store.unexamined(self._connection, _BATCH):
            await self.index(batch)
        await store.complete(self._connection, self._began - _SETTLED)
        return await store.unfinished(self._connection, _BATCH)

    async def index(self, ids: Sequence[UUID]) -> None:
        """Store by what these reports can be known again."""
        known = await self._known(ids)
        marks = [
            (report, key.kind, self._mark(key))
            for report in ids
            if report in known
            for key in keys_of(known[report])
        ]
        await store.index(self._connection, marks, ids, to_the_minute(self._now()))
        self._indexed.update(ids)

    async def link_and_raise(self, batch: Sequence[UUID]) -> int:
        """Link reports with what is stored, and raise what is borne out; returns how many were raised."""
        # What is stored may have been read by an earlier release, or in a run that was cut off.
        if stale := [report for report in batch if report not in self._indexed]:
            await self.index(stale)
        links = await self._links(batch)
        await store.link(self._connection, links, to_the_minute(self._now()))
        raised = 0
        for one, by in await self._borne_out(links):
            raised += await lift(self._connection, one, by, policy=self._policy, now=self._now())
        return raised

    async def _links(self, batch: Sequence[UUID]) -> list[NewLink]:
        known = await self._known(batch)
        asked = [
            (report, key)
            for report in batch
            if report in known
            for key in sorted(lookups(known[report]), key=lambda key: (_ORDER[key.kind], key))
        ]
        near = await store.sharing(
            self._connection, [(report, self._mark(key)) for report, key in asked], NEAREST
        )
        found: dict[UUID, dict[UUID, list[tuple[str, list[UUID]]]]] = {}
        for (report, key), others in zip(asked, near, strict=True):
            beside = found.setdefault(report, {})
            for other in others:
                if other in beside or len(beside) < MOST_COMPARED:
                    beside.setdefault(other, []).append((key.kind, others))
        links: dict[tuple[UUID, UUID, str], NewLink] = {}
        for report, beside in found.items():
            compared = await self._known(beside)
            for other, found_by in beside.items():
                if other in compared:
                    for one in self._compare(report, known[report], other, compared[other], found_by):
                        links[one.first, one.second, one.reason.kind] = one
            await asyncio.sleep(0)
        return list(links.values())

    def _compare(
        self, one: UUID, traits: Traits, other: UUID, others: Traits, found_by: list[tuple[str, list[UUID]]]
    ) -> Iterable[NewLink]:
        """The links between two reports. `found_by` are the kinds of key that found the other, with all they found."""
        for reason in shared(traits, others):
            counts = [_sharing(one, other, near) for kind, near in found_by if kind in FOUND_BY[reason.kind]]
            kept = weighed(reason, min(counts)) if counts else None
            if kept is not None:
                keys = [self._mark(key).hex() for key in kept.keys]
                yield NewLink(first=min(one, other), second=max(one, other), reason=kept, keys=keys)

    async def _borne_out(self, new: Iterable[NewLink]) -> list[tuple[Stored, dict[str, list[Stored]]]]:
        """The reports below P2 that are to be raised, and by what they share those that bear each out.

        A group that has become large enough holds a report just linked, so it is sought around that and around those
        it was linked with.
        """
        ends = {end for one in new if _counts(one) for end in (one.first, one.second)}
        around = {
            one.id for one in await store.standings(self._connection, ends, self._serious) if one.serious
        }
        links = await store.links_of(self._connection, around, _IDENTIFYING)
        ends = {end for row in links for end in (row.first, row.second)}
        standings = {
            one.id: one for one in await store.standings(self._connection, ends, self._serious) if one.serious
        }
        # Those between the reports that these lead to say which are cut from each other, and which are told twice.
        between = await store.links_among(self._connection, standings, _TELLING)
        raised = raised_by(standings, map(_linked, between), self._now(), around=around)
        named = {one.id for one in raised} | {
            other for one in raised for group in one.by.values() for other in group
        }
        known = {one.id: one for one in await store.reports(self._connection, named)}
        return [
            (known[one.id], {by: [known[other] for other in others] for by, others in one.by.items()})
            for one in raised
            if known[one.id].grade > _HIGH
        ]

    async def _known(self, ids: Iterable[UUID]) -> dict[UUID, Traits]:
        """What these reports name. One that cannot be read is left out: it must not hold up the others."""
        if len(self._traits) > _REMEMBERED:
            self._traits.clear()
        wanted = list(ids)
        missing = [one for one in wanted if one not in self._traits]
        for start in range(0, len(missing), _BATCH):
            for stored in await store.reports(self._connection, missing[start : start + _BATCH]):
                try:
                    self._traits[stored.id] = traits_of(
                        _BODY.decode(stored.body),
                        stored.received_at,
                        stored.concerns,
                        added=stored.added,
                        answered=stored.answered,
                    )
                except Exception as fault:  # noqa: BLE001 - whatever it is, it is this report's alone
                    _log.error("pattern.unreadable", report=str(stored.id), fault=type(fault).__name__)
            await asyncio.sleep(0)  # other work of this process gets its turn
        return {one: self._traits[one] for one in wanted if one in self._traits}

    def _now(self) -> datetime:
        """The present moment. Examining all again takes long: what comes in meanwhile is not raised before it came."""
        return self._began + timedelta(seconds=monotonic() - self._clock_at_beginning)

    def _mark(self, key: Key) -> bytes:
        return self._ring.mark(key.kind, key.value)


def _counts(link: NewLink) -> bool:
    return link.reason.strength >= COUNTS_FROM.get(link.reason.kind, 101)


def _linked(row: LinkRow) -> Linked:
    return Linked(
        first=row.first,
        second=row.second,
        kind=row.kind,
        strength=row.strength,
        keys=row.keys,
        cut=row.cut_by is not None,
    )


def _sharing(one: UUID, other: UUID, near: list[UUID]) -> int:
    """How many reports share the identifier within the 90 days up to the later of two, both included.

    By the times in the ids. `near` are those nearest to `one`, so the count ends at a multiple of NEAREST.
    """
    last = max(one, other)
    first = UUID(int=((last.int >> 80) - _WINDOW_MILLISECONDS) << 80)
    return sum(first <= report <= last for report in (one, *near))
