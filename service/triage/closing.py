"""A team ends its work on a report, with an honest outcome, or takes it up again."""

import asyncpg
import msgspec

from service.triage.case import Case, must_be_open, reason, step
from service.triage.errors import NotPossibleNow, WrongValue
from service.triage.outcomes import OUTCOMES
from service.triage.store import query


async def close(connection: asyncpg.Connection, case: Case, outcome: str, why: str | None = None) -> int:
    """Close a report for one's team. Once no team has it open, the case is closed with the last outcome.

    Returns the version. Raises WrongValue, ReasonNeeded or NotPossibleNow.
    """
    must_be_open(case)
    if outcome not in OUTCOMES:
        raise WrongValue("There is no such outcome.")
    said = reason(why) if OUTCOMES[outcome].why_needed else (why or "").strip()[:1000] or None
    item = msgspec.structs.replace(case.item, state="closed")
    await connection.execute(
        query("put_item"), case.report_id, case.team, item.state, item.claimed_by, item.tags
    )
    still_open = await connection.fetchval(query("still_open"), case.report_id)
    standing = msgspec.structs.replace(
        case.standing, state="open" if still_open else "closed", outcome=outcome
    )
    return await step(
        connection,
        case,
        "closed",
        item=item,
        standing=standing,
        record={"outcome": outcome},
        outcome=outcome,
        why=said,
    )


async def reopen(connection: asyncpg.Connection, case: Case, why: str | None) -> int:
    """Take up again what one's team closed or passed on. Returns the version; raises ReasonNeeded or NotPossibleNow."""
    if case.item.state not in {"closed", "passed_on"}:
        raise NotPossibleNow("Your team has this report open.")
    return await step(
        connection,
        case,
        "reopened",
        item=msgspec.structs.replace(case.item, state="acknowledged"),
        standing=msgspec.structs.replace(case.standing, state="open"),
        why=reason(why),
    )
