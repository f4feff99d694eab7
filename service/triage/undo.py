"""Taking back what was just done, and doing one thing to many reports."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from service.access.actor import Actor
from service.errors import ServiceError
from service.triage.case import Case, Item, Standing, begin, changes, step
from service.triage.errors import CaseNotFound, NotPossibleNow, StaleCase, WrongValue
from service.triage.errors import Change as Changed
from service.triage.store import query

MOST: Final = 200
UNDOABLE: Final = frozenset(
    {
        "claimed",
        "released",
        "assigned",
        "acknowledged",
        "tagged",
        "marked",
        "held",
        "let_go",
        "closed",
        "reopened",
    }
)
"""What left nothing outside the case. A notification that went out cannot be called back."""
Change = Callable[[asyncpg.Connection, Case], Awaitable[int]]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report, and the version it was seen at; `team` on whose behalf, where it is not that of all."""

    reference: str
    version: int
    team: str | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one report of many: its new version, or why nothing was done to it and what changed meanwhile."""

    reference: str
    version: int | None = None
    problem: str | None = None
    detail: str | None = None
    changes: list[Changed] = []


async def undo(connection: asyncpg.Connection, case: Case) -> int:
    """Take back the last change of the case, one's own for this team. Returns the version.

    Raises NotPossibleNow when the last change is another's, or one that cannot be taken back.
    """
    last = await changes(connection, case.report_id, case.version - 1)
    if not last or last[-1].by != case.actor.account or last[-1].team != case.team:
        raise NotPossibleNow("The last change of this report is not yours.")
    if last[-1].kind not in UNDOABLE:
        raise NotPossibleNow("This cannot be taken back.")
    before = last[-1].detail
    return await step(
        connection,
        case,
        "undone",
        item=msgspec.convert(before["before"], Item) if "before" in before else None,
        standing=msgspec.convert(before["case_before"], Standing) if "case_before" in before else None,
        undone=last[-1].kind,
        of=case.version,
    )


async def to_each(
    connection: asyncpg.Connection, actor: Actor, targets: Sequence[Target], team: str | None, change: Change
) -> list[Done]:
    """Do one thing to each report, each by itself: what cannot be done to one is told, and the others are done.

    What was asked for and is not the actor's is on the record. To take a bulk action back, `undo` each with the
    version it came to. Raises WrongValue for too many.
    """
    if not 0 < len(targets) <= MOST:
        raise WrongValue(f"Choose 1 to {MOST} reports.")
    outcomes = {}
    # In one order, so that two who act on the same many do not wait for each other for ever.
    for target in sorted(targets, key=lambda one: one.reference):
        try:
            async with connection.transaction():
                case = await begin(
                    connection, actor, target.reference, target.version, team=target.team or team
                )
                version = await change(connection, case)
        except ServiceError as fault:
            if isinstance(fault, CaseNotFound):
                await connection.execute(query("refused"), target.reference)
            outcomes[target.reference] = Done(
                reference=target.reference,
                problem=fault.code,
                detail=str(fault),
                changes=fault.changes if isinstance(fault, StaleCase) else [],
            )
        else:
            outcomes[target.reference] = Done(reference=target.reference, version=version)
    return [outcomes[reference] for reference in dict.fromkeys(one.reference for one in targets)]


def account_of(text: object) -> UUID:
    """An account's id as given. Raises WrongValue."""
    try:
        return UUID(str(text))
    except ValueError:
        raise WrongValue("This is not an account.") from None
