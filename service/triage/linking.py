"""Reports that belong together, by a person's word: linked, or cut from each other."""

from datetime import datetime

import asyncpg

from service.access.actor import Actor
from service.clock import to_the_minute
from service.ids import uuid7
from service.triage.case import Case, found, must_see_record, reason, step
from service.triage.errors import NotPossibleNow, WrongValue
from service.triage.store import query


async def link(
    connection: asyncpg.Connection, case: Case, other: str, why: str | None, *, actor: Actor, now: datetime
) -> int:
    """Link a report with another whose record the actor may see. It raises nothing. Returns the version.

    Raises CaseNotFound for the other, ReasonNeeded, WrongValue, TierTooLow or NotPossibleNow.
    """
    said, second = await _both(connection, case, other, why, actor)
    pair = sorted((case.report_id, second.report_id))
    minute = to_the_minute(now)
    if await connection.fetchval(query("link"), uuid7(minute), *pair, said, minute) is None:
        raise NotPossibleNow("These two are linked, or were cut from each other, by a person already.")
    await step(connection, second, "linked", reference=case.reference, why=said)
    return await step(connection, case, "linked", reference=other, why=said)


async def cut(
    connection: asyncpg.Connection, case: Case, other: str, why: str | None, *, actor: Actor, now: datetime
) -> int:
    """Cut all that links two reports; nothing links them again. Returns the version.

    Raises CaseNotFound for the other, ReasonNeeded, WrongValue, TierTooLow or NotPossibleNow.
    """
    said, second = await _both(connection, case, other, why, actor)
    pair = sorted((case.report_id, second.report_id))
    if not await connection.fetch(query("cut"), *pair, now, actor.on_record, said):
        raise NotPossibleNow("Nothing links these two.")
    await step(connection, second, "cut", reference=case.reference, why=said)
    return await step(connection, case, "cut", reference=other, why=said)


async def _both(
    connection: asyncpg.Connection, case: Case, other: str, why: str | None, actor: Actor
) -> tuple[str, Case]:
    must_see_record(case)
    said = reason(why)
    if other == case.reference:
        raise WrongValue("A report is not linked with itself.")
    second = await found(connection, actor, other)
    must_see_record(second)
    return said, second
