"""Counting towards Case Reviews and for clusters: every hour, and within minutes of reports being examined."""

from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import structlog
from celery import Celery
from celery.schedules import crontab

from service.clock import to_the_minute
from service.db.pool import prepare_connection
from service.patterns.counts import count_patterns, counting_of, last_examined
from service.patterns.store import ROLE
from service.policy.releases.following import read_policy_now
from workers.runtime import Runtime

COUNT: Final = "evenlode.patterns.count"
AT_LEAST: Final = timedelta(hours=1)
"""A count is due after this time whatever came in: days pass, six months end, and links are cut."""

_log = structlog.get_logger()


def schedule() -> dict[str, crontab]:
    """When it is looked whether a count is due. Not after each examination: a count reads a year."""
    return {COUNT: crontab(minute="*/10")}


def register_counts(app: Celery, runtime: Runtime) -> None:
    """Register the count as a task without arguments. Where nothing was examined since the last, it does nothing."""
    last: datetime | None = None

    async def run() -> None:
        nonlocal last
        now = runtime.clock()
        connection = await asyncpg.connect(
            runtime.settings.require_database(),
            timeout=10,
            command_timeout=120,
            server_settings={"role": ROLE},
        )
        try:
            await prepare_connection(connection)
            if last is not None and now - last < AT_LEAST:
                examined = await last_examined(connection)
                if examined is None or examined < to_the_minute(last):
                    return
            counting = await read_policy_now(connection, runtime.settings, counting_of)
            found = await count_patterns(connection, now, counting)
        finally:
            await connection.close()
        last = now
        _log.info("patterns.counted", found=found)

    def start_count() -> None:
        runtime.submit(run)

    task: Any = app.task(name=COUNT, ignore_result=True, shared=False)
    task(start_count)
