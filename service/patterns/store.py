"""What comparing reports reads and writes in the database. One function for each query; nothing here commits."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, get_args
from uuid import UUID

import asyncpg
import msgspec

from service.db.partitions import first_id
from service.db.sql import load_queries
from service.ids import uuid7
from service.patterns.links import LinkKind, Shared
from service.patterns.raising import Standing
from service.routing.model import Decision, Reason, Recipient

LOCK: Final = 8304
"""One examines at a time: a second would only do the same again."""
ROLE: Final = "evenlode_pattern"


@cache
def _query(name: str) -> str:
    return load_queries("service.patterns", "patterns.sql")[name]


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A report as comparing needs it. `body` is the wire form without its source; `grade` the one in force.

    `added` is what the reporter wrote afterwards, `answered` what they answered to a coordinator's question.
    """

    id: UUID
    received_at: datetime
    anonymity: str
    body: str
    reference: str
    grade: int
    concerns: list[str]
    decided_at: datetime
    added: list[str]
    answered: list[str]


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is kept. `keys` are marks, in hexadecimal digits; `told` the figures that explain it."""

    first: UUID
    second: UUID
    kind: LinkKind
    strength: int
    keys: frozenset[str]
    told: dict[str, int]
    cut_by: str | None = None
    cut_why: str | None = None

    def other(self, one: UUID) -> UUID:
        """The report at the other end."""
        return self.second if one == self.first else self.first


class NewLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link to be made; `first` is the smaller id."""

    first: UUID
    second: UUID
    reason: Shared
    keys: list[str]


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on a report, for a person to read."""

    grade: int
    cause: str
    decided_at: datetime
    reasons: list[Reason]
    recipients: list[Recipient]


class Raise(msgspec.Struct, frozen=True, kw_only=True):
    """All that raising one report leaves behind. `ids` is the stem of its ids; `made_at` when notifications are due."""

    report_id: UUID
    ids: str
    decided_at: datetime
    decision: Decision
    ways: list[dict[str, Any]]
    made_at: datetime
    coarse: bool
    detail: dict[str, Any]


async def lock(connection: asyncpg.Connection) -> bool:
    """Take the lock of this work for the connection's life; False when somebody else has it."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1::bigint)", LOCK)
    return taken


async def unlock(connection: asyncpg.Connection) -> None:
    """Give the lock back; a connection that was lost has given it back already."""
    if not connection.is_closed():
        await connection.execute("SELECT pg_advisory_unlock($1::bigint)", LOCK)


async def unexamined(connection: asyncpg.Connection, most: int) -> list[UUID]:
    """Reports that were not looked at yet, oldest first."""
    since: datetime | None = await connection.fetchval(_query("begin_at"))
    lowest = UUID(int=0) if since is None else first_id(since)
    return [row["id"] for row in await connection.fetch(_query("unexamined"), lowest, most)]


async def complete(connection: asyncpg.Connection, until: datetime) -> None:
    """Note that no report received before `until` is left to begin with."""
    await connection.execute(_query("complete"), until)


async def again(connection: asyncpg.Connection, since: datetime, now: datetime) -> int:
    """Have reports received since a moment examined once more; returns how many."""
    return len(await connection.fetch(_query("again"), first_id(since), now, since))


async def unfinished(connection: asyncpg.Connection, most: int) -> list[UUID]:
    """Reports whose links are not all made, newest first."""
    return [row["report_id"] for row in await connection.fetch(_query("unfinished"), most)]


async def added_to(connection: asyncpg.Connection, since: datetime) -> None:
    """Examine again what was added to since it was examined, by messages since then."""
    await connection.execute(_query("added_to"), first_id(since))


async def finish(connection: asyncpg.Connection, ids: Collection[UUID], now: datetime) -> None:
    """Note that these reports are done."""
    await connection.execute(_query("finish"), list(ids), now)


async def reports(connection: asyncpg.Connection, ids: Collection[UUID]) -> list[Stored]:
    """What was said in some reports, and what is decided on them."""
    rows = await connection.fetch(_query("reports"), list(ids))
    return [Stored(**row) for row in rows]


async def standings(
    connection: asyncpg.Connection, ids: Collection[UUID], serious: Collection[str]
) -> list[Standing]:
    """What raising needs to know of some reports; `serious` are the concerns of serious harm."""
    return [
        Standing(
            id=row["id"],
            received_at=row["received_at"],
            serious=not set(serious).isdisjoint(row["concerns"]),
            marks=frozenset(row["marks"]),
        )
        for row in await connection.fetch(_query("standings"), list(ids))
    ]


async def index(
    connection: asyncpg.Connection,
    identifiers: Sequence[tuple[UUID, str, bytes]],
    reports: Collection[UUID],
    now: datetime,
) -> None:
    """Store by what reports can be known again (report, kind, hash), in place of what was stored before."""
    await connection.execute(
        _query("index"),
        [one[0] for one in identifiers],
        [one[1] for one in identifiers],
        [one[2] for one in identifiers],
        list(reports),
        now,
    )


async def sharing(
    connection: asyncpg.Connection, asked: Sequence[tuple[UUID, bytes]], most: int
) -> list[list[UUID]]:
    """For each (report, hash): the reports of that hash nearest in time, at most `most` before and as many after."""
    found: list[list[UUID]] = [[] for _ in asked]
    rows = await connection.fetch(
        _query("sharing"), [one[0] for one in asked], [one[1] for one in asked], most
    )
    for row in rows:
        found[row["place"] - 1].append(row["report_id"])
    return found


async def link(connection: asyncpg.Connection, links: Iterable[NewLink], now: datetime) -> None:
    """Make links, or bring their strength up to date. Cut ones stay as they are, and two cut reports stay cut."""
    links = sorted(links, key=lambda one: (one.first, one.second, one.reason.kind))
    await connection.execute(
        _query("link"),
        [uuid7(now) for _ in links],
        [one.first for one in links],
        [one.second for one in links],
        [one.reason.kind for one in links],
        [one.reason.strength for one in links],
        [{"keys": one.keys, "told": one.reason.told} for one in links],
        now,
    )


async def links_of(
    connection: asyncpg.Connection, ids: Collection[UUID], kinds: Collection[LinkKind] = get_args(LinkKind)
) -> list[LinkRow]:
    """All links of some reports by some kinds, cut ones too."""
    return [_link_row(row) for row in await connection.fetch(_query("links_of"), list(ids), list(kinds))]


async def links_among(
    connection: asyncpg.Connection, ids: Collection[UUID], kinds: Collection[LinkKind]
) -> list[LinkRow]:
    """The links between some reports by some kinds, cut ones too."""
    return [_link_row(row) for row in await connection.fetch(_query("links_among"), list(ids), list(kinds))]


def _link_row(row: asyncpg.Record) -> LinkRow:
    return LinkRow(
        first=row["first"],
        second=row["second"],
        kind=row["kind"],
        strength=row["strength"],
        keys=frozenset(row["detail"]["keys"]),
        told=row["detail"]["told"],
        cut_by=row["cut_by"],
        cut_why=row["cut_why"],
    )


async def cut(
    connection: asyncpg.Connection, pair: tuple[UUID, UUID], *, now: datetime, by: str, why: str
) -> list[str]:
    """Cut what links two reports and put it on the record; returns the kinds cut. In the caller's transaction."""
    first, second = sorted(pair)
    kinds = sorted(row["kind"] for row in await connection.fetch(_query("cut"), first, second, now, by, why))
    if kinds:
        detail = {"with": str(second), "kinds": kinds}
        await connection.execute(_query("record"), now, by, "link.cut", str(first), detail)
    return kinds


async def record_reading(
    connection: asyncpg.Connection, report_id: UUID, *, now: datetime, by: str, account: str, shown: int
) -> None:
    """Put on the record that somebody looked at what links a report; `account` is of the machine."""
    detail = {"account": account, "shown": shown}
    await connection.execute(_query("record"), now, by, "link.read", str(report_id), detail)


async def found(connection: asyncpg.Connection, reference: str) -> UUID | None:
    """The report of a reference."""
    report_id: UUID | None = await connection.fetchval(_query("found"), reference)
    return report_id


async def raise_report(connection: asyncpg.Connection, one: Raise) -> bool:
    """Raise one report, all of it or nothing; False when its pattern has raised it before."""
    decision = one.decision
    done = await connection.fetchval(
        _query("raise"),
        one.report_id,
        one.ids,
        one.decided_at,
        int(decision.grade[1]),
        decision.due,
        decision.policy,
        decision,
        one.ways,
        one.made_at,
        one.coarse,
        one.detail,
    )
    return done is not None


async def decisions_of(connection: asyncpg.Connection, report_id: UUID) -> list[DecisionRow]:
    """Every decision on a report, the newest first."""
    rows = await connection.fetch(_query("decisions_of"), report_id)
    return [msgspec.convert(dict(row), DecisionRow) for row in rows]
