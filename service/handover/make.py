"""Making a package, keeping it as it went out, giving it again to the team that made it; all of it on the record."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from schemas.handover import HandOver
from service.access.acting import acting
from service.access.actor import Actor
from service.errors import ServiceError
from service.handover.errors import NotARecipient, PackageChanged, PackageNotFound, TierTooHigh
from service.handover.prepare import QUERIES, Asked, prepare
from service.ids import uuid7
from service.policy.model import Policy
from service.triage.case import Case, reason, step
from service.triage.errors import TierTooLow

Form = Literal["json", "pdf"]
Writer = Callable[[HandOver], Awaitable[bytes]]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A package that was made, as it went out."""

    id: UUID
    at: datetime
    actor: UUID
    team: str
    recipient: str
    tier: str
    format: Form
    sha256: str
    why: str
    content: bytes


def as_json(package: HandOver) -> bytes:
    """A package as JSON (schemas/handover.py), for another system."""
    return msgspec.json.format(msgspec.json.encode(package), indent=2)


async def make(
    connection: asyncpg.Connection,
    case: Case,
    asked: Asked,
    form: Form,
    write: Writer,
    *,
    policy: Policy,
    now: datetime,
) -> UUID:
    """Make the package, written by `write`, and put on case and record what was handed to whom, by whom and why.

    Raises ReasonNeeded and what `prepare` raises.
    """
    said, made = reason(asked.why), uuid7(now)
    asked = msgspec.structs.replace(asked, why=said)
    ready = await prepare(
        connection, case.actor, case.reference, asked, policy=policy, made=made, now=now, team=case.team
    )
    content = await write(ready.package)
    digest = hashlib.sha256(content).digest()
    to, tier = asked.to, ready.package.tier
    await connection.execute(
        QUERIES["disclose"], made, case.report_id, case.actor.account, case.team, to, tier, form, digest, said
    )
    await connection.execute(QUERIES["keep_file"], made, content)
    told: dict[str, Any] = {"to": to, "tier": tier, "form": form, "package": str(made)}
    await step(
        connection, case, "disclosed", record={**told, "sha256": digest.hex(), "why": said}, **told, why=said
    )
    return made


async def kept(connection: asyncpg.Connection, reference: str, package: UUID, *, given: bool) -> Kept:
    """A package of the actor's team; that it was `given` out again is on the record.

    Raises PackageNotFound, also for one of another team or report, and PackageChanged.
    """
    row = await connection.fetchrow(QUERIES["one"], package, reference)
    if row is None:
        raise PackageNotFound
    if hashlib.sha256(row["content"]).digest() != row["sha256"]:
        raise PackageChanged
    if given:
        detail = {
            "package": str(package),
            "reference": reference,
            "team": row["team"],
            "sha256": row["sha256"].hex(),
        }
        await connection.execute(QUERIES["on_record"], "package.downloaded", reference, detail)
    values = {name: row[name] for name in Kept.__struct_fields__}
    return Kept(**{**values, "sha256": row["sha256"].hex()})


@asynccontextmanager
async def refusals_on_record(
    pool: asyncpg.Pool, actor: Actor, reference: str, **asked: str | None
) -> AsyncIterator[None]:
    """Put on the record what the block refuses to hand over: its own transaction has left nothing."""
    try:
        yield
    except (NotARecipient, TierTooHigh, TierTooLow, PackageNotFound, PackageChanged) as refused:
        await _record_refusal(pool, actor, reference, refused, asked)
        raise


async def _record_refusal(
    pool: asyncpg.Pool, actor: Actor, reference: str, refused: ServiceError, asked: dict[str, str | None]
) -> None:
    detail = {"reference": reference, "refused": refused.code, **{k: v for k, v in asked.items() if v}}
    async with acting(pool, actor) as connection:
        await connection.execute(QUERIES["on_record"], "package.refused", reference, detail)
