"""A change from start to end: the actor's transaction, the case, the verb; and what was refused, on the record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from service.access.acting import acting
from service.access.actor import Actor
from service.triage.case import Case, begin
from service.triage.errors import CaseNotFound, NotPossibleNow
from service.triage.store import query


@asynccontextmanager
async def changing(
    pool: asyncpg.Pool, actor: Actor, reference: str, version: int, *, team: str | None = None
) -> AsyncIterator[tuple[asyncpg.Connection, Case]]:
    """A transaction of the actor with the case under change; committed when the block ends.

    Raises what `begin` raises. That somebody asked for a report which is not theirs stays on the record, and two who
    wait for each other's reports are told to try again.
    """
    async with on_record(pool, actor, reference):
        try:
            async with acting(pool, actor) as connection:
                yield connection, await begin(connection, actor, reference, version, team=team)
        except asyncpg.DeadlockDetectedError as met:
            raise NotPossibleNow("Somebody changes the same reports just now. Try again.") from met


@asynccontextmanager
async def on_record(pool: asyncpg.Pool, actor: Actor, reference: str) -> AsyncIterator[None]:
    """Put it on the record when the block does not find the report, or another that it is to be joined with.

    In a transaction of its own, since that of the block has left nothing.
    """
    try:
        yield
    except CaseNotFound as missing:
        async with acting(pool, actor) as connection:
            await connection.execute(query("refused"), missing.reference or reference)
        raise
