"""Asking the database from a command."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from service.cli.deliveries import DatabaseUnreachable
from service.db.pool import prepare_connection
from service.embedded.running import database_url

T = TypeVar("T")


def ask(question: Callable[[asyncpg.Connection], Awaitable[T]], *, role: str | None) -> T:
    """What `question` answers, asked as a role of migration 0002, or as the connection's own user.

    Raises DatabaseUnreachable or SettingsError, saying what to do.
    """
    url = database_url()
    settings = {} if role is None else {"role": role}

    async def connected() -> T:
        try:
            connection = await asyncpg.connect(url, timeout=5, server_settings=settings)
        except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
            raise DatabaseUnreachable from fault
        try:
            await prepare_connection(connection)
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def account() -> str:
    """The account of this machine that runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
