"""Watching due times: reminders, and escalation of what nobody acknowledged.

Both work as the database's owner, as the upkeep does: they write for every team. Each may run twice at once or be
killed at any moment (service/routing/reminders.py, escalation.py).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import structlog
from celery import Celery

from service.db.pool import prepare_connection
from service.policy.directory import Directory, load_directory
from service.policy.releases.following import Followed, policy_now
from service.routing.escalation import escalate_late
from service.routing.live_channels import with_usable_channels
from service.routing.reminders import remind
from workers.runtime import Runtime

REMIND: Final = "evenlode.watch.remind"
ESCALATE: Final = "evenlode.watch.escalate"
EVERY: Final = {ESCALATE: 20.0, REMIND: 60.0}
"""Seconds from one look to the next."""
Watch = Callable[[asyncpg.Connection, Directory, datetime], Awaitable[int]]
WATCHES: Final[dict[str, Watch]] = {REMIND: remind, ESCALATE: escalate_late}

_log = structlog.get_logger()


def schedule() -> dict[str, float]:
    """When each look is due, in seconds between two."""
    return dict(EVERY)


def register_watch(app: Celery, runtime: Runtime) -> None:
    """Register each look as a task without arguments. The policy is read anew as it changes."""
    for name, watch in WATCHES.items():
        _register(app, runtime, name, watch)


def _register(app: Celery, runtime: Runtime, name: str, watch: Watch) -> None:
    used: list[Followed[Directory]] = []

    def load(folder: Path) -> Directory:
        return with_usable_channels(load_directory(folder), runtime.settings)

    async def run() -> None:
        settings = runtime.settings
        connection = await asyncpg.connect(settings.require_database(), timeout=10, command_timeout=60)
        try:
            await prepare_connection(connection)
            used[:] = [await policy_now(connection, settings, load, used[0] if used else None)]
            found = await watch(connection, used[0].policy, runtime.clock())
        finally:
            await connection.close()
        if found:
            _log.info("watch.found", watch=name, items=found)

    def start_watch() -> None:
        runtime.submit(run)

    task: Any = app.task(name=name, ignore_result=True, shared=False)
    task(start_watch)
