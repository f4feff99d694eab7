"""What it looks like when PostgreSQL is away, or fails in whatever way: the lists that everything here catches."""

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
"""Away, restarting, read-only after a fail-over, out of room, or too slow: all of them pass, and are waited out."""

DATABASE_FAULT: Final = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Any fault of the database or of the way to it, where it comes to the same what it was."""
