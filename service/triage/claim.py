"""Who is on it: claim a report, give it back, or assign it to a colleague of the team."""

from uuid import UUID

import asyncpg
import msgspec

from service.triage.case import Case, must_be_open, step
from service.triage.errors import AlreadyClaimed, NotPossibleNow, WrongValue
from service.triage.store import query


async def claim(connection: asyncpg.Connection, case: Case) -> int:
    """Take a report on. Of two who try at once one does: the other's case is stale, or claimed. Returns the version.

    Raises AlreadyClaimed or NotPossibleNow.
    """
    must_be_open(case)
    me = case.actor.account
    if case.item.claimed_by == me:
        raise NotPossibleNow("You are on it already.")
    if case.item.claimed_by is not None:
        raise await _claimed(connection, case.item.claimed_by)
    item = msgspec.structs.replace(case.item, claimed_by=me)
    return await step(connection, case, "claimed", item=item, to=str(me))


async def release(connection: asyncpg.Connection, case: Case) -> int:
    """Give a report back to the team: one's own, or as a lead anybody's. Returns the version.

    Raises NotPossibleNow, or AlreadyClaimed for a colleague's.
    """
    if case.item.claimed_by is None:
        raise NotPossibleNow("Nobody is on it.")
    if case.item.claimed_by != case.actor.account and case.actor.teams.get(case.team) != "lead":
        raise await _claimed(connection, case.item.claimed_by)
    item = msgspec.structs.replace(case.item, claimed_by=None)
    return await step(connection, case, "released", item=item, whose=str(case.item.claimed_by))


async def assign(connection: asyncpg.Connection, case: Case, to: UUID) -> int:
    """Hand a report to a colleague of the same team: an unclaimed or one's own, or as a lead anybody's.

    Returns the version. Raises AlreadyClaimed, WrongValue for an account that is not of the team, or NotPossibleNow.
    """
    must_be_open(case)
    on_it = case.item.claimed_by
    if on_it is not None and on_it != case.actor.account and case.actor.teams.get(case.team) != "lead":
        raise await _claimed(connection, on_it)
    if not await connection.fetchval(query("colleague"), to, case.team):
        raise WrongValue("This account does not work for your team.")
    item = msgspec.structs.replace(case.item, claimed_by=to)
    return await step(connection, case, "assigned", item=item, to=str(to))


async def _claimed(connection: asyncpg.Connection, by: UUID) -> AlreadyClaimed:
    """The refusal that tells who is on it."""
    name = await connection.fetchval(query("name"), by)
    return AlreadyClaimed(
        f"{name or 'Somebody of your team'} is on it already. Ask them, or have it assigned."
    )
