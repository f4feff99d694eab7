"""House-keeping: the coming months' partitions, and forgetting what is needed no more.

Old Idempotency-Keys, photos that never arrived whole, sessions and links that have ended, notices that were read.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import structlog
from celery import Celery
from celery.schedules import crontab

from service.db.partitions import ensure_partitions
from workers.runtime import Runtime

MAKE_PARTITIONS: Final = "evenlode.upkeep.partitions"
FORGET_KEYS: Final = "evenlode.upkeep.forget_keys"
GIVE_UP_UPLOADS: Final = "evenlode.upkeep.give_up_uploads"
FORGET_SESSIONS: Final = "evenlode.upkeep.forget_sessions"
KEYS_KEPT: Final = timedelta(days=7)
"""How long a repeat of a request is recognised. Longer than a phone stays without coverage, short enough that the
key's hash does not stay beside the report for ever."""

UPLOADS_KEPT: Final = timedelta(days=2)
"""How long a photo that stopped on its way can go on. Its pieces are no use to anybody but its sender."""

SESSIONS_KEPT: Final = timedelta(days=30)
"""How long a session that has ended stays, so that its owner can ask about it. When it began and was ended, and how
somebody signed in, is on the record for good. Of each account the newest stays: it tells when they were last here."""
NOTICES_KEPT: Final = timedelta(days=90)
"""How long a notice stays once it was read."""

_FORGET: Final = (
    "UPDATE report_handle SET idempotency_hash = NULL WHERE idempotency_hash IS NOT NULL AND received_at < $1",
    "UPDATE message SET idempotency_hash = NULL WHERE idempotency_hash IS NOT NULL AND written_at < $1",
    "UPDATE report_file SET idempotency_hash = NULL WHERE idempotency_hash IS NOT NULL AND added_at < $1",
)
_GIVE_UP = "DELETE FROM upload WHERE began_at < $1"
_ENDED: Final = (
    """DELETE FROM session WHERE coalesce(ended_at, least(expires_at, seen_at + interval '60 minutes')) < $1
       AND EXISTS (SELECT FROM session AS newer WHERE newer.account_id = session.account_id
                   AND (newer.started_at, newer.id) > (session.started_at, session.id))""",
    "DELETE FROM sign_in WHERE expires_at < $1",
    "DELETE FROM acknowledgement_link WHERE expires_at < $1",
)
_READ: Final = "DELETE FROM notice WHERE seen_at < $1"

_log = structlog.get_logger()
Chore = Callable[[asyncpg.Connection, datetime], Awaitable[int]]


async def make_partitions(connection: asyncpg.Connection, now: datetime) -> int:
    """Make the missing partitions; returns how many. The connection must own the tables."""
    return len(await ensure_partitions(connection, now))


async def forget_keys(connection: asyncpg.Connection, now: datetime) -> int:
    """Forget the hashes of Idempotency-Keys older than KEYS_KEPT; returns how many."""
    return sum([_changed(await connection.execute(forget, now - KEYS_KEPT)) for forget in _FORGET])


async def give_up_uploads(connection: asyncpg.Connection, now: datetime) -> int:
    """Forget the pieces of photos that stopped on their way longer than UPLOADS_KEPT ago; returns how many photos."""
    return _changed(await connection.execute(_GIVE_UP, now - UPLOADS_KEPT))


async def forget_sessions(connection: asyncpg.Connection, now: datetime) -> int:
    """Forget what ended longer than SESSIONS_KEPT ago, and notices read before NOTICES_KEPT; returns how many rows."""
    ended = [_changed(await connection.execute(forget, now - SESSIONS_KEPT)) for forget in _ENDED]
    return sum(ended) + _changed(await connection.execute(_READ, now - NOTICES_KEPT))


def _changed(status: str) -> int:
    return int(status.rpartition(" ")[2])


CHORES: Final[dict[str, Chore]] = {
    MAKE_PARTITIONS: make_partitions,
    FORGET_KEYS: forget_keys,
    GIVE_UP_UPLOADS: give_up_uploads,
    FORGET_SESSIONS: forget_sessions,
}


def schedule() -> dict[str, crontab]:
    """When each chore is due: by the wall clock, so that a scheduler which is often restarted misses none."""
    return {
        MAKE_PARTITIONS: crontab(minute=17, hour="*/6"),
        FORGET_KEYS: crontab(minute=43),
        GIVE_UP_UPLOADS: crontab(minute=51),
        FORGET_SESSIONS: crontab(minute=37),
    }


def register_upkeep(app: Celery, runtime: Runtime) -> None:
    """Register each chore as a task without arguments."""
    for name, chore in CHORES.items():
        _register(app, runtime, name, chore)


def _register(app: Celery, runtime: Runtime, name: str, chore: Chore) -> None:
    async def run() -> None:
        # Partitions belong to whoever migrates, so the upkeep works as the connection's own user, without a role.
        connection = await asyncpg.connect(
            runtime.settings.require_database(), timeout=10, command_timeout=120
        )
        try:
            changed = await chore(connection, runtime.clock())
        finally:
            await connection.close()
        _log.info("upkeep.done", chore=name, changed=changed)

    def start_chore() -> None:
        runtime.submit(run)

    task: Any = app.task(name=name, ignore_result=True, shared=False)
    task(start_chore)
