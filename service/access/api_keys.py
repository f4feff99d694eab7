"""API keys of organisations: for certain work, until a day, shown once and kept as a hash."""

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from service.access.errors import ApiKeyUnknown, TeamUnknown
from service.access.presented import API_KEY_PREFIX
from service.access.record import record
from service.access.tokens import new_token, token_hash
from service.clock import utc_now
from service.db.sql import load_queries
from service.ids import uuid7

Scope = Literal["reports:send", "deliveries:acknowledge", "audit:read"]
LONGEST: Final = timedelta(days=366)
_QUERIES: Final = load_queries("service.access", "api_keys.sql")


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is listed: what it is for, and nothing by which it could be used."""

    id: UUID
    organisation: str
    team: str | None
    scopes: list[str]
    made_by: str
    made_at: datetime
    expires_at: datetime
    first_used_at: datetime | None
    used_on: date | None
    ended_at: datetime | None


async def every(connection: asyncpg.Connection) -> list[ApiKey]:
    """All keys, those in use first."""
    return [ApiKey(**row) for row in await connection.fetch(_QUERIES["every"])]


async def add(
    connection: asyncpg.Connection,
    organisation: str,
    scopes: list[Scope],
    expires_at: datetime,
    *,
    team: str | None = None,
    by: str,
) -> tuple[UUID, str]:
    """Make a key; returns its id and the key itself, which is not kept. Raises TeamUnknown."""
    made, key = uuid7(utc_now()), API_KEY_PREFIX + new_token()
    async with connection.transaction():
        try:
            await connection.execute(
                _QUERIES["add"], made, organisation, team, scopes, token_hash(key), by, expires_at
            )
        except asyncpg.ForeignKeyViolationError as unknown:
            raise TeamUnknown from unknown
        await record(
            connection, by, "api_key.added", made, organisation=organisation, scopes=scopes, team=team
        )
    return made, key


async def rotate(
    connection: asyncpg.Connection, old: UUID, expires_at: datetime, *, overlap: timedelta, by: str
) -> tuple[UUID, str]:
    """Make a key that may do what another may, which stays good for `overlap` more. Raises ApiKeyUnknown."""
    async with connection.transaction():
        row = await connection.fetchrow(_QUERIES["found"], old)
        if row is None:
            raise ApiKeyUnknown
        made = await add(connection, row["organisation"], row["scopes"], expires_at, team=row["team"], by=by)
        await connection.execute(_QUERIES["end_at"], old, utc_now() + overlap)
        await record(connection, by, "api_key.rotated", old, to=str(made[0]))
    return made


async def end(connection: asyncpg.Connection, key: UUID, *, by: str) -> None:
    """End a key at once. Raises ApiKeyUnknown."""
    async with connection.transaction():
        if await connection.fetchval(_QUERIES["end"], key) is None:
            raise ApiKeyUnknown
        await record(connection, by, "api_key.ended", key)
