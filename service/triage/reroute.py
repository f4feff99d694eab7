"""A further body is told, beside the ones that were or in one's own team's place."""

from datetime import datetime

import asyncpg
import msgspec

from service.policy.model import Policy
from service.policy.vocabulary import GRADES
from service.routing.model import Reason, Recipient
from service.triage import deciding
from service.triage.case import Case, must_be_open, must_see_record, reason, step
from service.triage.errors import NotPossibleNow, WrongValue
from service.triage.store import query


async def reroute(
    connection: asyncpg.Connection,
    case: Case,
    to: str,
    why: str | None,
    *,
    instead: bool = False,
    policy: Policy,
    now: datetime,
) -> int:
    """Tell another recipient of the policy, at its own tier, with a notification at once. Returns the version.

    `instead` passes the report on: it leaves one's own team's queue, marked as passed on. The grade and the due time
    stay. Raises ReasonNeeded, WrongValue, TierTooLow or NotPossibleNow.
    """
    must_see_record(case)
    must_be_open(case)
    said = reason(why)
    recipient = policy.recipients.get(to)
    if recipient is None or to == case.team:
        raise WrongValue("There is no such other recipient.")
    if to in {row["recipient"] for row in await connection.fetch(query("routes"), case.report_id)}:
        raise NotPossibleNow(f"{recipient.name} has been told already.")
    told = await deciding.read(connection, case)
    tier = (recipient.tier_if_named or recipient.tier) if told.anonymity == "named" else recipient.tier
    new = Recipient(to, tier, [Reason("person", said, [])])
    in_force = msgspec.structs.replace(
        told.decisions[0], grade=GRADES[case.grade - 1], due=told.due_at, policy=policy.version
    )
    await deciding.put(connection, case, in_force, [new], policy, now, why=said)
    state = "passed_on" if instead else "acknowledged"
    return await step(
        connection,
        case,
        "passed_on" if instead else "routed",
        item=msgspec.structs.replace(
            case.item, state=state, claimed_by=None if instead else case.item.claimed_by
        ),
        record={"to": to},
        to=to,
        why=said,
    )
