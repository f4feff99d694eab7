"""Two reports of one event: the later is merged into the earlier, and can be taken out again."""

import asyncpg
import msgspec

from service.access.actor import Actor
from service.triage.case import Case, found, must_see_record, step
from service.triage.errors import NotPossibleNow, WrongValue


async def merge(connection: asyncpg.Connection, case: Case, into: str, *, actor: Actor) -> int:
    """Merge a report into another of the same team, which goes on for both. Nothing of either is lost.

    Returns the version. Raises CaseNotFound for the other, WrongValue, TierTooLow or NotPossibleNow.
    """
    must_see_record(case)
    if into == case.reference:
        raise WrongValue("A report cannot be merged into itself.")
    other = await found(connection, actor, into, team=case.team)
    must_see_record(other)
    if case.standing.merged_into is not None:
        raise NotPossibleNow("This report is merged already.")
    if other.standing.merged_into is not None:
        raise NotPossibleNow("The other report is itself merged into a third. Take that one.")
    await step(connection, other, "merged_in", reference=case.reference)
    return await step(
        connection,
        case,
        "merged",
        item=msgspec.structs.replace(case.item, state="merged"),
        standing=msgspec.structs.replace(case.standing, merged_into=other.report_id),
        into=into,
    )


async def unmerge(connection: asyncpg.Connection, case: Case) -> int:
    """Take a report out again that one's team merged: it is new in its queue. Returns the version.

    Raises TierTooLow or NotPossibleNow.
    """
    must_see_record(case)
    # Taken out by another team, it would stay settled with the one that merged it.
    if case.standing.merged_into is None or case.item.state != "merged":
        raise NotPossibleNow("Your team has not merged this report.")
    return await step(
        connection,
        case,
        "unmerged",
        item=msgspec.structs.replace(case.item, state="new"),
        standing=msgspec.structs.replace(case.standing, merged_into=None),
    )
