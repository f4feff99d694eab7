"""A receiver's word on a notification, by its own key or by the link that came with it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from service.access.tokens import new_token, token_hash
from service.errors import ServiceError
from service.policy.vocabulary import GRADES, Grade

GOOD_FOR: Final = timedelta(days=14)
_TAKE: Final = "SELECT acknowledge_delivery($1, $2, $3, $4, $5, $6)"
_ASKED: Final = "SELECT reference, grade, due_at, verdicts FROM acknowledgement_asked($1, $2)"
_LINK: Final = "INSERT INTO acknowledgement_link (token_hash, delivery_id, expires_at) VALUES ($1, $2, $3)"


class AcknowledgementRefused(ServiceError):
    """This cannot be acknowledged with what was sent: the link has ended, or the key is not of whom was told."""

    code = "acknowledgement-refused"
    status = 403


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever has the link is shown: a pointer, and what was answered with it so far."""

    reference: str
    grade: Grade
    due_at: datetime
    verdicts: list[str]


async def asked(pool: asyncpg.Pool, delivery: UUID, token: str) -> Asked:
    """What a link asks to be acknowledged. Changes nothing. Raises AcknowledgementRefused, which is on the record."""
    row = await pool.fetchrow(_ASKED, delivery, _as_token(token))
    if row is None:
        raise AcknowledgementRefused
    return Asked(**{**row, "grade": GRADES[row["grade"] - 1]})


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
        None if token is None else _as_token(token),
        verdict,
        their_reference,
        note,
    )
    if not taken:
        raise AcknowledgementRefused


def _as_token(text: str) -> str:
    """What was presented as a token. None has other letters, and with some a refusal could not be recorded."""
    return text if text.isascii() and text.isprintable() else "?"


async def new_link(connection: asyncpg.Connection, delivery: UUID, now: datetime) -> str:
    """A token for the link of one sending of a notification, in the worker's own transaction."""
    token = new_token()
    await connection.execute(_LINK, token_hash(token), delivery, now + GOOD_FOR)
    return token
