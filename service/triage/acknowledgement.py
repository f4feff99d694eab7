"""A receiver's word on a notification, by its own key or by the link that came with it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from service.access.tokens import new_token, token_hash
from service.errors import ServiceError

GOOD_FOR: Final = timedelta(days=14)
_TAKE: Final = "SELECT acknowledge_delivery($1, $2, $3, $4, $5, $6)"
_LINK: Final = "INSERT INTO acknowledgement_link (token_hash, delivery_id, expires_at) VALUES ($1, $2, $3)"


class AcknowledgementRefused(ServiceError):
    """This cannot be acknowledged with what was sent: the link has ended, or the key is not of whom was told."""

    code = "acknowledgement-refused"
    status = 403


async def acknowledge_delivery(
    pool: asyncpg.Pool,
    delivery: UUID,
    *,
    api_key: str | None,
    token: str | None,
    verdict: str,
    their_reference: str | None,
    note: str | None,
) -> None:
    """Take `accepted`, `refused` (not for us) or `outcome`. Raises AcknowledgementRefused, always for the same reason.

    Who asks in vain is not told whether there is such a notification; that somebody did is on the record.
    """
    taken = await pool.fetchval(
        _TAKE,
        delivery,
        None if api_key is None else token_hash(api_key),
        token,
        verdict,
        their_reference,
        note,
    )
    if not taken:
        raise AcknowledgementRefused


async def new_link(connection: asyncpg.Connection, delivery: UUID, now: datetime) -> str:
    """A token for the link of one sending of a notification, in the worker's own transaction."""
    token = new_token()
    await connection.execute(_LINK, token_hash(token), delivery, now + GOOD_FOR)
    return token
