"""Marks of a report: a test, malicious, held against deletion. None takes it out of the queue or lowers it."""

from typing import Literal, get_args

import asyncpg
import msgspec

from service.triage.case import Case, must_see_record, reason, step
from service.triage.errors import NotPossibleNow, WrongValue

Mark = Literal["test", "malicious"]


async def mark(connection: asyncpg.Connection, case: Case, as_what: str | None, why: str | None) -> int:
    """Mark a report as a test or as malicious, or take the mark away with None. Returns the version.

    Raises ReasonNeeded, WrongValue, TierTooLow or NotPossibleNow.
    """
    must_see_record(case)
    if as_what is not None and as_what not in get_args(Mark):
        raise WrongValue("A report is marked as test or malicious.")
    if as_what == case.standing.marked:
        raise NotPossibleNow("It stands so already.")
    standing = msgspec.structs.replace(case.standing, marked=as_what)
    return await step(
        connection,
        case,
        "marked",
        standing=standing,
        record={"as": as_what},
        to=as_what,
        why=reason(why),
    )


async def hold(connection: asyncpg.Connection, case: Case, why: str | None, *, held: bool) -> int:
    """Hold a report against deletion, or let go of it. Returns the version.

    Raises ReasonNeeded, TierTooLow or NotPossibleNow.
    """
    must_see_record(case)
    if held == case.standing.held:
        raise NotPossibleNow("It is held already." if held else "It is not held.")
    standing = msgspec.structs.replace(case.standing, held=held)
    return await step(connection, case, "held" if held else "let_go", standing=standing, why=reason(why))
