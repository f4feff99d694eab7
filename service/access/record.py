"""Entries of the audit that are not made by an actor's own transaction."""

from typing import Any

import asyncpg

_ENTRY = "INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), $1, $2, $3, $4)"


async def record(
    connection: asyncpg.Connection, actor: str, action: str, subject: object, **detail: Any
) -> None:
    """Put an entry on the record, as part of the transaction under way. Never with a password, a code or a token."""
    await connection.execute(_ENTRY, actor, action, str(subject), detail)
