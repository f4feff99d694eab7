"""Tokens and keys that a request presents, and whom they stand for."""

from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from litestar import Request

from service.access.actor import Actor
from service.access.errors import ApiKeyRefused
from service.access.tokens import token_hash
from service.db.sql import load_queries
from service.parts import parts_of
from service.settings import Secret

API_KEY_PREFIX: Final = "evk_"
_QUERIES: Final = load_queries("service.access", "presented.sql")


class KeyHolder(msgspec.Struct, frozen=True):
    """An organisation's system, as its API key tells."""

    id: UUID
    organisation: str
    team: str | None
    """Whose notifications it may answer; None for nobody's."""
    scopes: tuple[str, ...]

    @property
    def on_record(self) -> str:
        """How the audit names this key."""
        return f"key:{self.id}"


async def actor_of_token(pool: asyncpg.Pool, token: str, *, in_use: bool = True) -> Actor | None:
    """Whom a session's token stands for, or None when it opens no live session.

    Without `in_use` it is a page that asks by itself, which does not keep the session alive.
    """
    row = await pool.fetchrow(_QUERIES["open_session" if in_use else "look_at_session"], token)
    if row is None:
        return None
    return Actor(
        account=row["account_id"],
        name=row["name"],
        office=row["office"],
        teams=row["teams"],
        session=row["session_id"],
        token=Secret(token),
        expires_at=row["expires_at"],
    )


async def record_refusal(
    request: Request[Any, Any, Any], why: Literal["session_over", "cross_site", "not_allowed"]
) -> None:
    """Put on the record what the holder of a session, live or over, was refused. Nothing for whoever has none."""
    token = session_token(request)
    if token:
        # A character that the database cannot keep must not keep the refusal off the record.
        path = request.scope["path"].replace("\0", "\ufffd")
        await parts_of(request).desk_pool.execute(
            _QUERIES["request_refused"], token, request.method, path, why
        )


def session_token(request: Request[Any, Any, Any]) -> str:
    """The session's token that a request carries; empty for none, and for what cannot be one."""
    token: str = request.cookies.get(parts_of(request).desk.site.cookie_name("session"), "")
    return token if token.isprintable() else ""


async def key_holder(request: Request[Any, Any, Any], scope: str) -> KeyHolder | None:
    """Whose API key came with the request, or None when none came. Raises ApiKeyRefused for one that is no good.

    That one is for other work is on the record.
    """
    given = request.headers.get("authorization", "")
    kind, _, key = given.partition(" ")
    if kind.lower() != "bearer" or not key.startswith(API_KEY_PREFIX):
        return None
    row = await parts_of(request).pool.fetchrow(_QUERIES["open_api_key"], token_hash(key))
    if row is None:
        raise ApiKeyRefused
    holder = KeyHolder(row["id"], row["organisation"], row["team"], tuple(row["scopes"]))
    if scope not in holder.scopes:
        detail = {"method": request.method, "path": request.scope["path"], "why": "not_allowed"}
        await parts_of(request).pool.execute(
            _QUERIES["key_refused"], holder.on_record, str(holder.id), detail
        )
        raise ApiKeyRefused
    return holder
