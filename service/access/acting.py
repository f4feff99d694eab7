"""Transactions as somebody signed in, and as the keeping of accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from service.access.actor import Actor
from service.access.errors import NotSignedIn

_AS = "SELECT set_config('role', $1, true), set_config('evenlode.session', $2, true)"


@asynccontextmanager
async def acting(pool: asyncpg.Pool, actor: Actor) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the actor: as `evenlode_console`, naming the actor's session to row security.

    It is committed when the block ends and rolled back when it raises. Role and session end with it. Raises
    NotSignedIn when the session has ended meanwhile, instead of letting a person look at an empty queue.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_AS, "evenlode_console", actor.token.reveal())
        if await connection.fetchval("SELECT actor_account()") is None:
            raise NotSignedIn
        yield connection


@asynccontextmanager
async def keeping(pool: asyncpg.Pool, actor: Actor | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of signing in, or of an actor who keeps accounts: as `evenlode_access`."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_AS, "evenlode_access", "" if actor is None else actor.token.reveal())
        yield connection
