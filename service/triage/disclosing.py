"""What was handed to whom, at which tier: recorded with the package itself, as its fingerprint."""

import hashlib
from datetime import datetime
from typing import Any, Literal

import asyncpg
import msgspec

from service.ids import uuid7
from service.policy.model import Policy
from service.policy.vocabulary import Tier
from service.triage.case import Case, reason, step
from service.triage.errors import TierTooLow, WrongValue
from service.triage.store import query
from service.triage.tiers import view_for


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipient is given of a report. Sources are suggested for a person to grade (3x5x2), never graded."""

    reference: str
    recipient: str
    tier: Tier
    received_at: datetime
    grade: str
    concerns: list[str]
    due_at: datetime
    report: dict[str, Any]


async def package(connection: asyncpg.Connection, case: Case, to: str, *, policy: Policy) -> Package:
    """The report as a recipient of the policy may have it: no more than its tier, and than one's own team may see.

    Tier D4 (who reported) is never part of a package; it needs a reveal. Raises WrongValue or TierTooLow.
    """
    recipient = policy.recipients.get(to)
    if recipient is None:
        raise WrongValue("There is no such recipient.")
    wanted: Tier = min(recipient.tier, "D3")
    if case.tier < "D3":
        raise TierTooLow
    row = await connection.fetchrow(query("told"), case.report_id)
    decided = await connection.fetchrow(query("decisions"), case.report_id)
    body = row["body"]
    return Package(
        reference=case.reference,
        recipient=to,
        tier=wanted,
        received_at=row["received_at"],
        grade=f"P{decided['grade']}",
        concerns=case.concerns,
        due_at=decided["due_at"],
        report=view_for(wanted, body),
    )


async def disclose(
    connection: asyncpg.Connection,
    case: Case,
    given: Package,
    content: bytes,
    *,
    form: Literal["json", "pdf"],
    why: str | None,
    now: datetime,
) -> int:
    """Put on the record that a package was handed over; `content` is what was. Returns the version.

    Raises ReasonNeeded.
    """
    said = reason(why)
    fingerprint = hashlib.sha256(content).digest()
    await connection.execute(
        query("disclose"),
        uuid7(now),
        case.report_id,
        case.actor.account,
        case.team,
        given.recipient,
        given.tier,
        form,
        fingerprint,
        said,
    )
    return await step(
        connection,
        case,
        "disclosed",
        record={"to": given.recipient, "tier": given.tier, "sha256": fingerprint.hex()},
        to=given.recipient,
        tier=given.tier,
        form=form,
        why=said,
    )
