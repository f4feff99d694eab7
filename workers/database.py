"""What it looks like when PostgreSQL is away: the one list that everything here waits out."""

import asyncio
from typing import Final

import asyncpg

DATABASE_AWAY: Final = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    # A connection that ends between two steps of preparing a statement.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalServerError,
)


def doubling(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after `failures` in a row: `first`, doubled each time, at most `longest`."""
    return min(longest, first * 2.0 ** min(max(failures - 1, 0), 16))
