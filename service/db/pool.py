"""The asyncpg pool: codecs, time limits, and the database role the process works under."""

from typing import Any

import asyncpg
import msgspec

_JSONB_VERSION = b"\x01"


def _encode_jsonb(value: Any) -> bytes:
    return _JSONB_VERSION + (value if isinstance(value, bytes) else msgspec.json.encode(value))


def _decode_jsonb(value: bytes) -> Any:
    return msgspec.json.decode(value[1:])


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Give one connection the codecs every query of this service relies on: jsonb through msgspec.

    A value that is already `bytes` is taken as JSON text and passed through.
    """
    await connection.set_type_codec(
        "jsonb", encoder=_encode_jsonb, decoder=_decode_jsonb, schema="pg_catalog", format="binary"
    )


async def open_pool(url: str, *, role: str | None, size: int, command_timeout: float = 15.0) -> asyncpg.Pool:
    """Open a pool of at most `size` connections, each working as `role` (see migration 0002).

    The pool opens no connection before it is asked for one, so that a process can start while the database is away.
    `command_timeout` is in seconds.
    """
    settings = {"application_name": role or "evenlode"}
    if role is not None:
        settings["role"] = role
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        init=prepare_connection,
        command_timeout=command_timeout,
        timeout=5.0,
        server_settings=settings,
        reset=_keep,
    )


async def _keep(connection: asyncpg.Connection) -> None:
    """Spare the round trip of resetting a returned connection: nothing here changes a session's state."""
