"""Reports that look machine-made: seen by a coordinator, whose word lets their notifications go or drops them.

A report in quarantine is stored, decided and in the queue like any other; what waits is its notifications.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Literal

import asyncpg
import msgspec

from service.db.sql import load_queries

Ending = Literal["released", "dropped"]


@cache
def _query(name: str) -> str:
    return load_queries("service.routing", "quarantine.sql")[name]


class Suspected(msgspec.Struct, frozen=True, kw_only=True):
    """One report in quarantine. `held` is false where it is only marked, `notifications` how many wait."""

    reference: str
    at: datetime
    signs: list[str]
    held: bool
    grade: int
    concerns: list[str]
    notifications: int


async def listed(connection: asyncpg.Connection, limit: int) -> list[Suspected]:
    """Those that nobody has settled, the most urgent first."""
    return [Suspected(**row) for row in await connection.fetch(_query("listed"), limit)]


async def end(
    connection: asyncpg.Connection,
    references: Sequence[str] | None,
    ending: Ending,
    *,
    now: datetime,
    by: str,
    account: str,
) -> list[str]:
    """Settle some reports, or all that are open when None, each on the record; returns the references settled.

    `by` is who decides, `account` that of the machine. One transaction.
    """
    async with connection.transaction():
        ended = await connection.fetch(_query("end"), references, ending, now, by)
        reports = [row["report_id"] for row in ended]
        moved = await connection.fetch(_query("release" if ending == "released" else "drop"), reports, now)
        for report in reports:
            many = Counter(row["report_id"] for row in moved)[report]
            detail = {"account": account, "notifications": many}
            await connection.execute(_query("record"), now, by, f"quarantine.{ending}", str(report), detail)
        if moved and ending == "released":
            grades = ",".join(str(grade) for grade in sorted({row["grade"] for row in moved}))
            await connection.execute(_query("wake"), grades)
    return sorted(row["reference"] for row in ended)
