"""What became of an evening's reports, read from the database: grades, notifications, and whether the books balance."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.routing.outbox import Books

_LOOK_EVERY: Final = 0.25


@cache
def _query(name: str) -> str:
    return load_queries("service.demo", "evening.sql")[name]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The notifications to one recipient by one channel. `waiting` includes those with a worker."""

    recipient: str
    channel: str
    delivered: int
    waiting: int
    dead: int


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The account of some reports. `stored` is how many of them the database holds, `grades` how many at each."""

    stored: int
    grades: dict[int, int]
    lines: list[Line]
    books: Books


async def read_ledger(connection: asyncpg.Connection, reports: Sequence[UUID]) -> Ledger:
    """Read the account of these reports at one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        grades = await connection.fetch(_query("grades"), reports)
        lines = await connection.fetch(_query("notifications"), reports)
        books = dict(await connection.fetchrow(_query("books"), reports))
    return Ledger(
        stored=books.pop("stored"),
        grades={row["grade"]: row["reports"] for row in grades},
        lines=[Line(**row) for row in lines],
        books=Books(**books),
    )


async def until_settled(
    connection: asyncpg.Connection,
    reports: Sequence[UUID],
    *,
    patience: float,
    progress: Callable[[int], None] = lambda _outstanding: None,
) -> int:
    """Wait until none of these reports' notifications is outstanding, or none has moved for `patience` seconds.

    Returns how many are outstanding; `progress` is told it at every look.
    """
    fewest: int | None = None
    deadline = time.monotonic() + patience
    while True:
        outstanding: int = await connection.fetchval(_query("outstanding"), reports)
        progress(outstanding)
        if outstanding == 0:
            return 0
        if fewest is None or outstanding < fewest:
            fewest, deadline = outstanding, time.monotonic() + patience
        if time.monotonic() > deadline:
            return outstanding
        await asyncio.sleep(_LOOK_EVERY)
