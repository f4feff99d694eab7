"""Who reported: given to a named person with a reason, on the record, and mostly with a lead's approval.

The database decides and records (`reveal_source`, migration 0011); only then is there a ciphertext to open.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from service.access.acting import acting
from service.access.actor import Actor
from service.errors import ServiceError
from service.keys import KeyRing
from service.triage.case import Case, must_see_record
from service.triage.errors import ReasonNeeded, TierTooLow
from service.triage.store import query


class NoSource(ServiceError):
    """Nothing is kept of who sent this report."""

    code = "no-source"
    status = 404


class CannotApprove(ServiceError):
    """There is nothing here that you can approve: it was decided, is too old, is your own, or of another team."""

    code = "cannot-approve"
    status = 403


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting`: the team's leads were asked, and the source is None until one approves and it is asked for again."""

    waiting: bool
    source: dict[str, Any] | None = None


async def reveal(connection: asyncpg.Connection, case: Case, why: str | None, *, ring: KeyRing) -> Revealed:
    """Who reported, or that it waits for a lead. In a transaction that is committed before the answer is given.

    Raises ReasonNeeded, TierTooLow, NoSource or SourceUnreadable.
    """
    must_see_record(case)
    try:
        row = await connection.fetchrow(query("reveal"), case.report_id, (why or "").strip())
    except asyncpg.CheckViolationError:
        raise ReasonNeeded(
            "Say why, in 10 to 1,000 characters: it is read by your lead and by auditors."
        ) from None
    except asyncpg.InsufficientPrivilegeError:
        raise TierTooLow from None
    if row is None:
        raise NoSource
    if row["waiting"]:
        return Revealed(waiting=True)
    plain = ring.open(case.report_id.bytes, row["key_id"], row["ciphertext"])
    return Revealed(waiting=False, source=msgspec.json.decode(plain))


@asynccontextmanager
async def refusals_on_record(pool: asyncpg.Pool, actor: Actor, asked: str) -> AsyncIterator[None]:
    """Put on the record that the block refused to tell who reported, or an approval: its transaction left nothing.

    `asked` is the report's reference, or the request that was to be approved.
    """
    try:
        yield
    except (TierTooLow, CannotApprove) as refused:
        async with acting(pool, actor) as connection:
            await connection.execute(query("source_refused"), asked, {"refused": refused.code})
        raise


async def approve(connection: asyncpg.Connection, request: UUID) -> None:
    """Approve, as a lead, what a colleague asked to be revealed: once, within 24 hours. Raises CannotApprove."""
    try:
        await connection.execute(query("approve"), request)
    except asyncpg.InsufficientPrivilegeError:
        raise CannotApprove from None
