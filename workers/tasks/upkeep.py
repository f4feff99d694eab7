"""House-keeping: the coming months' partitions, forgetting old Idempotency-Keys and photos that never arrived whole."""

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
KEYS_KEPT: Final = timedelta(days=7)
"""How long a repeat of a request is recognised. Longer than a phone stays without coverage, short enough that the
key's hash does not stay beside the report for ever."""

UPLOADS_KEPT: Final = timedelta(days=2)
"""How long a photo that stopped on its way can go on. Its pieces are no use to anybody but its sender."""

_FORGET: Final = (
    "UPDATE report_handle SET idempotency_hash = NULL WHERE idempotency_hash IS NOT NULL AND received_at < $1",
    "UPDATE message SET idempotency_hash = NULL WHERE idempotency_hash IS NOT NULL AND written_at < $1",
    "UPDATE report_file SET idempotency_hash = NULL WHERE idempotency_hash IS NOT NULL AND added_at < $1",
)
_GIVE_UP = "DELETE FROM upload WHERE began_at < $1"

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


def _changed(status: str) -> int:
    return int(status.rpartition(" ")[2])


CHORES: Final[dict[str, Chore]] = {
    MAKE_PARTITIONS: make_partitions,
    FORGET_KEYS: forget_keys,
    GIVE_UP_UPLOADS: give_up_uploads,
}


def schedule() -> dict[str, crontab]:
    """When each chore is due: by the wall clock, so that a scheduler which is often restarted misses none."""
    return {
        MAKE_PARTITIONS: crontab(minute=17, hour="*/6"),
        FORGET_KEYS: crontab(minute=43),
        GIVE_UP_UPLOADS: crontab(minute=51),
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
