"""A case under change: found for the actor, locked, compared with the version the change was made on, and moved on.

Every verb of this package is the same three steps: `begin`, its own checks and changes, `step`. All in the caller's
transaction of the actor (`service.access.acting`), so all of it or nothing.
"""

from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from service.access.actor import Actor
from service.triage.errors import CaseNotFound, Change, NotPossibleNow, ReasonNeeded, StaleCase, TierTooLow
from service.triage.store import query

MOST_REASON: Final = 1000


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a report in one team's queue, as far as a change puts it elsewhere."""

    state: str
    claimed_by: UUID | None
    tags: list[str]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What people have made of a report so far."""

    state: str = "open"
    outcome: str | None = None
    grade: int | None = None
    marked: str | None = None
    held: bool = False
    merged_into: UUID | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A report that the actor changes, on behalf of one of their teams."""

    report_id: UUID
    reference: str
    version: int
    team: str
    tier: str
    grade: int
    concerns: list[str]
    item: Item
    standing: Standing
    actor: Actor


async def begin(
    connection: asyncpg.Connection, actor: Actor, reference: str, version: int, *, team: str | None = None
) -> Case:
    """Find and lock the case for a change made on `version`, for `team` or the actor's team that sees most of it.

    Raises CaseNotFound, or StaleCase, which tells what changed.
    """
    case = await found(connection, actor, reference, team=team)
    if case.version != version:
        raise StaleCase(case.version, await changes(connection, case.report_id, version))
    return case


async def found(
    connection: asyncpg.Connection, actor: Actor, reference: str, *, team: str | None = None
) -> Case:
    """Find and lock the case, at whatever version it is. Raises CaseNotFound."""
    row = await connection.fetchrow(query("begin"), reference, team)
    if row is None:
        raise CaseNotFound(reference=reference)
    await connection.execute(query("open_case"), row["report_id"])
    standing = await connection.fetchrow(query("lock_case"), row["report_id"])
    # Read again under the lock: whoever held it may have changed the place in the queue.
    row = await connection.fetchrow(query("begin"), reference, row["team"])
    if standing is None or row is None:
        raise CaseNotFound(reference=reference)
    return Case(
        report_id=row["report_id"],
        reference=row["reference"],
        version=standing["version"],
        team=row["team"],
        tier=row["tier"],
        grade=row["grade"],
        concerns=row["concerns"],
        item=Item(state=row["state"], claimed_by=row["claimed_by"], tags=row["tags"]),
        standing=Standing(**{name: standing[name] for name in Standing.__struct_fields__}),
        actor=actor,
    )


async def changes(connection: asyncpg.Connection, report_id: UUID, since: int) -> list[Change]:
    """What was done to a case after a version, as far as the actor may see it."""
    return [Change(**row) for row in await connection.fetch(query("events"), report_id, since)]


async def step(
    connection: asyncpg.Connection,
    case: Case,
    kind: str,
    *,
    item: Item | None = None,
    standing: Standing | None = None,
    shared: bool = True,
    record: dict[str, Any] | None = None,
    **detail: Any,
) -> int:
    """Put the item and the case where the change leaves them, and the change on the case and on the record.

    Returns the new version. `detail` stays with the case, and how things stood before beside it, so that it can be
    undone; `record` is what the audit says, where no words of a person belong.
    """
    if item is not None:
        detail["before"] = msgspec.to_builtins(case.item)
        await connection.execute(
            query("put_item"), case.report_id, case.team, item.state, item.claimed_by, item.tags
        )
    if standing is not None:
        detail["case_before"] = msgspec.to_builtins(case.standing)
        await connection.execute(query("put_case"), case.report_id, *msgspec.structs.astuple(standing))
    version: int = await connection.fetchval(
        query("step"),
        case.report_id,
        case.team,
        kind,
        shared,
        detail,
        {"team": case.team, "reference": case.reference, **(record or {})},
    )
    return version


def must_see_record(case: Case) -> None:
    """Raises TierTooLow when the team sees a part of the report only."""
    if case.tier < "D3":
        raise TierTooLow


def must_be_open(case: Case) -> None:
    """Raises NotPossibleNow when the team has closed, merged or passed on the report."""
    if case.item.state not in {"new", "acknowledged"}:
        raise NotPossibleNow(
            f"Your team has this report as {case.item.state.replace('_', ' ')}. Reopen it first."
        )


def reason(why: str | None) -> str:
    """The reason, without blanks around it. Raises ReasonNeeded for none, or one too long to be one."""
    told = (why or "").strip()
    if not told or len(told) > MOST_REASON:
        raise ReasonNeeded
    return told
