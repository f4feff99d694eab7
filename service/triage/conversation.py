"""Asking the reporter, and adding what came by telephone."""

from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from service.clock import to_the_minute
from service.followup import store as conversation
from service.followup.rereading import raised_by
from service.ids import uuid7
from service.policy.model import Policy
from service.triage import deciding
from service.triage.case import Case, must_see_record, step
from service.triage.errors import WrongValue
from service.triage.store import query

MOST_TEXT: Final = 4000


async def ask(connection: asyncpg.Connection, case: Case, text: str, *, now: datetime) -> int:
    """Write to the reporter, who reads it when they come back with their receipt. Returns the version.

    Raises WrongValue or TierTooLow.
    """
    must_see_record(case)
    said = _text(text)
    told = await connection.fetchrow(query("told"), case.report_id)
    moment = to_the_minute(now) if told["anonymity"] == "anonymous" else now
    question = uuid7(moment)
    await conversation.lock(connection, case.report_id)
    await connection.execute(query("ask"), question, case.report_id, said, moment)
    return await step(connection, case, "asked", message=str(question), record={"message": str(question)})


async def add_information(
    connection: asyncpg.Connection, case: Case, text: str, *, policy: Policy, now: datetime
) -> int:
    """Add what somebody told on the telephone. It is read as a report's words are, and may raise, never lower.

    Returns the version. Raises WrongValue or TierTooLow.
    """
    must_see_record(case)
    said = _text(text)
    told = await deciding.read(connection, case)
    earlier = [
        one["text"]
        for one in await connection.fetch(query("messages"), case.report_id)
        if one["author"] == "reporter"
    ]
    raised = raised_by(
        told.report,
        [*earlier, said],
        told.decisions,
        policy=policy,
        at=(told.received_at, told.moment(now)),
    )
    if raised is not None:
        await deciding.put(connection, case, raised, raised.recipients, policy, now, why="told by telephone")
    return await step(
        connection,
        case,
        "information",
        item=msgspec.structs.replace(case.item, state="acknowledged") if case.item.state == "new" else None,
        text=said,
        grade=None if raised is None else raised.grade,
    )


def _text(text: str) -> str:
    said = text.strip()
    if not said or len(said) > MOST_TEXT:
        raise WrongValue(f"Write 1 to {MOST_TEXT:,} characters.")
    return said
