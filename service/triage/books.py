"""The books for those who keep them: what came in, whom it was decided to tell, and what became of each notice."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from service.db.partitions import first_id
from service.db.sql import load_queries
from service.policy.vocabulary import GRADES, Grade
from service.triage.errors import NotPossibleNow, ReasonNeeded

MOST: Final = 100


@cache
def _query(name: str) -> str:
    return load_queries("service.triage", "books.sql")[name]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the notifications made on one day: for one recipient and channel, or added up."""

    made: int = 0
    delivered: int = 0
    waiting: int = 0
    dead: int = 0
    phoned: int = 0
    held: int = 0
    dropped: int = 0

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing and nothing counted twice."""
        rest: int = sum(msgspec.structs.astuple(self)[1:])
        return self.made == rest


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The notifications to one recipient by one channel."""

    recipient: str
    channel: str
    sent: Sent


class Reports(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of one day, and what was decided on it; `unserved` are routes without a notification."""

    reports: int = 0
    routed: int = 0
    untold: int = 0
    decided: int = 0
    routes: int = 0
    unserved: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every report was routed or is known to have nobody, and everybody decided on has a notification."""
        return (
            self.reports == self.routed + self.untold and self.decided == self.routes and self.unserved == 0
        )


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One local day. `reports` is None for who keeps the books of some recipients only."""

    day: date
    reports: Reports | None
    sent: Sent
    lines: list[Line]

    @property
    def balanced(self) -> bool:
        """Whether all of it adds up."""
        return (self.reports is None or self.reports.balanced) and all(
            one.sent.balanced for one in self.lines
        )


class Dead(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that was given up: somebody has to act."""

    id: UUID
    reference: str
    recipient: str
    channel: str
    grade: Grade
    made_at: datetime
    attempts: int
    last_fault: str | None


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """An open report that no recipient is told of."""

    reference: str
    grade: Grade
    due_at: datetime
    concerns: list[str]


async def days(
    connection: asyncpg.Connection, *, last: date, number: int, zone: ZoneInfo, everybody: bool
) -> list[Day]:
    """The books of `number` local days up to `last`, the newest first. In a transaction of the actor.

    `everybody` when the actor keeps the books of all; the database gives each what is theirs.
    """
    begin = datetime.combine(last - timedelta(days=number - 1), time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    asked = (first_id(begin), first_id(end), zone.key)
    lines: dict[date, list[Line]] = {}
    for row in await connection.fetch(_query("by_day"), *asked):
        sent = Sent(**{name: row[name] for name in Sent.__struct_fields__})
        lines.setdefault(row["day"], []).append(
            Line(recipient=row["recipient"], channel=row["channel"], sent=sent)
        )
    reports = {
        row["day"]: Reports(**{name: row[name] for name in Reports.__struct_fields__})
        for row in await connection.fetch(_query("reports"), *asked)
    }
    return [
        Day(
            day=day,
            reports=reports.get(day, Reports()) if everybody else None,
            sent=added(one.sent for one in lines.get(day, [])),
            lines=lines.get(day, []),
        )
        for day in (last - timedelta(days=back) for back in range(number))
    ]


def added(several: Iterable[Sent]) -> Sent:
    """The numbers of several added up."""
    rows = [msgspec.structs.astuple(one) for one in several] or [msgspec.structs.astuple(Sent())]
    return Sent(**dict(zip(Sent.__struct_fields__, map(sum, zip(*rows, strict=True)), strict=True)))


async def dead(connection: asyncpg.Connection) -> list[Dead]:
    """Notifications given up, of those whose books the actor keeps, the most urgent first."""
    rows = await connection.fetch(_query("dead"), MOST)
    return [Dead(**{**row, "grade": GRADES[row["grade"] - 1]}) for row in rows]


async def untold(connection: asyncpg.Connection) -> list[Untold]:
    """Open reports that no recipient is told of, of the actor's own queue, the most urgent first."""
    rows = await connection.fetch(_query("untold"), MOST)
    return [Untold(**{**row, "grade": GRADES[row["grade"] - 1]}) for row in rows]


async def settle(
    connection: asyncpg.Connection, letter: UUID, how: Literal["retry", "phoned"], why: str | None = None
) -> None:
    """Send a dead notification again, or note that its recipient was told by telephone. On the record.

    Raises ReasonNeeded, or NotPossibleNow when it is not dead any more or not the actor's to settle.
    """
    try:
        settled = await connection.fetchval(_query("settle"), letter, how, why)
    except asyncpg.CheckViolationError:
        raise ReasonNeeded("Say whom you spoke to and what was said, in 3 to 1,000 characters.") from None
    if not settled:
        raise NotPossibleNow("This notification is no longer given up, or is not yours to settle.")
