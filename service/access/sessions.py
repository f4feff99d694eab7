"""Sessions: at most 12 hours, at most 60 minutes unused, and every one can be seen and ended by its owner."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from service.access.record import record
from service.access.tokens import new_token, token_hash
from service.clock import utc_now
from service.db.sql import load_queries
from service.ids import uuid7

Why = Literal[
    "signed out", "ended by its owner", "password changed", "factor changed", "rights changed", "disabled"
]
_QUERIES: Final = load_queries("service.access", "sessions.sql")


class Session(msgspec.Struct, frozen=True):
    """A session as its owner sees it."""

    id: UUID
    method: str
    device: str
    started_at: datetime
    seen_at: datetime


async def start(connection: asyncpg.Connection, account: UUID, method: str, device: str) -> str:
    """Begin a session and return its token, always a new one: nobody can have chosen it beforehand."""
    token = new_token()
    session = uuid7(utc_now())
    await connection.execute(_QUERIES["start"], session, token_hash(token), account, method, device)
    await record(connection, f"account:{account}", "session.started", session, method=method, device=device)
    return token


async def own(connection: asyncpg.Connection, account: UUID) -> list[Session]:
    """The live sessions of an account, the last used first."""
    return [Session(*row.values()) for row in await connection.fetch(_QUERIES["own"], account)]


async def end(connection: asyncpg.Connection, account: UUID, session: UUID, why: Why) -> bool:
    """End one session of an account; False when it has none such that is open."""
    ended = await connection.fetchval(_QUERIES["end"], account, session, why)
    if ended is not None:
        await record(connection, f"account:{account}", "session.ended", session, why=why)
    return ended is not None


async def end_all(
    connection: asyncpg.Connection, account: UUID, why: Why, *, but: UUID | None = None, by: str | None = None
) -> int:
    """End every session of an account but one; returns how many."""
    ended = await connection.fetch(_QUERIES["end_all"], account, but, why)
    for row in ended:
        await record(connection, by or f"account:{account}", "session.ended", row["id"], why=why)
    return len(ended)


def device_of(user_agent: str) -> str:
    """Browser and system in two words, by which people know their own: no version, nothing to tell others by."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for sign, name in browsers if sign in user_agent), "A browser")
    system = next((name for sign, name in systems if sign in user_agent), None)
    return browser if system is None else f"{browser} on {system}"
