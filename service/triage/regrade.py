"""A person grades a report anew: up at any time, down with a reason (triage guide, rule 3)."""

from datetime import datetime

import asyncpg
import msgspec

from service.policy.model import Policy
from service.policy.vocabulary import GRADES, Grade
from service.triage import deciding
from service.triage.case import Case, must_see_record, reason, step
from service.triage.errors import NotPossibleNow


async def regrade(
    connection: asyncpg.Connection,
    case: Case,
    grade: Grade,
    why: str | None,
    *,
    policy: Policy,
    now: datetime,
) -> int:
    """Give a report another grade: a new decision beside the others, due from now. Returns the version.

    Raised, everybody the policy tells at that grade is told; lowered, nobody is, and the queues show it. Raises
    ReasonNeeded, TierTooLow or NotPossibleNow.
    """
    must_see_record(case)
    before: Grade = GRADES[case.grade - 1]
    if grade == before:
        raise NotPossibleNow(f"The report has grade {grade} already.")
    lowered = grade > before
    said = reason(why) if lowered else (why or "").strip() or None
    told = await deciding.read(connection, case)
    decision = deciding.at_grade(told, grade, policy, now)
    # Not by `decision.grade`: a person's word is the grade, whatever the policy would say.
    await deciding.put(
        connection, case, decision, [] if lowered else decision.recipients, policy, now, why=said
    )
    state = "acknowledged" if case.item.state == "new" else case.item.state
    return await step(
        connection,
        case,
        "regraded",
        item=msgspec.structs.replace(case.item, state=state),
        standing=msgspec.structs.replace(case.standing, grade=int(grade[1])),
        record={"from": before, "grade": grade},
        to=grade,
        earlier=before,
        why=said,
    )
