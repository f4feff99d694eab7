"""The monthly partitions of `report`, bounded by the time inside its UUIDv7 ids."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

MONTHS_AHEAD = 6
"""Made in advance, so that half a year of a broken scheduler still loses nothing; after that the default takes them."""


def month_start(year: int, month: int) -> datetime:
    """Midnight UTC of the first of a month; months past December roll into the next year."""
    years, month_index = divmod(month - 1, 12)
    return datetime(year + years, month_index + 1, 1, tzinfo=UTC)


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7-ordered id of `moment`: its milliseconds, then zeros. Before 1970: the smallest of all."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


async def ensure_partitions(connection: asyncpg.Connection, now: datetime) -> list[str]:
    """Make the partitions of this month and the coming ones that do not exist yet; returns the names made.

    Needs a connection that owns the tables. Rows that had to go to the default partition stay there, and their month
    keeps using it: they are found all the same.
    """
    made = []
    for ahead in range(MONTHS_AHEAD + 1):
        start = month_start(now.year, now.month + ahead)
        name = f"report_{start:%Y_%m}"
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
            continue
        end = month_start(start.year, start.month + 1)
        low, high = first_id(start), first_id(end)
        if await connection.fetchval(
            "SELECT EXISTS (SELECT FROM report_default WHERE id >= $1 AND id < $2)", low, high
        ):
            continue
        # A partition's bounds must be literals; both are UUIDs made above, never input.
        await connection.execute(
            f"CREATE TABLE {name} PARTITION OF report FOR VALUES FROM ('{low}') TO ('{high}')"
        )
        made.append(name)
    return made
