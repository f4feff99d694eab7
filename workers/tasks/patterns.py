"""Comparing reports: a chore that examines what came in since it last ran."""

from pathlib import Path
from typing import Any, Final

import asyncpg
import structlog
from celery import Celery

from service.db.pool import prepare_connection
from service.keys import KeyRing, load_key_ring
from service.patterns.examine import Examiner
from service.patterns.store import ROLE
from service.policy.load import load_policy
from service.policy.model import Policy
from service.policy.releases.following import Followed, policy_now
from service.routing.live_channels import with_usable_channels
from workers.runtime import Runtime

EXAMINE: Final = "evenlode.patterns.examine"
EVERY: Final = 15.0
"""Seconds from one run to the next; a run that finds the one before still at work ends at once."""

_log = structlog.get_logger()


def schedule() -> dict[str, float]:
    """When the chore is due, in seconds between two runs."""
    return {EXAMINE: EVERY}


def register_patterns(app: Celery, runtime: Runtime) -> None:
    """Register `examine` as a task without arguments. It reads keys when first run, and the policy as it changes."""
    keys: list[KeyRing] = []
    used: list[Followed[Policy]] = []

    def load(folder: Path) -> Policy:
        return with_usable_channels(load_policy(folder), runtime.settings)

    async def run() -> None:
        settings = runtime.settings
        if not keys:
            keys.append(load_key_ring(settings.key_file))
        connection = await asyncpg.connect(
            settings.require_database(), timeout=10, command_timeout=120, server_settings={"role": ROLE}
        )
        try:
            await prepare_connection(connection)
            used[:] = [await policy_now(connection, settings, load, used[0] if used else None)]
            account = await Examiner(
                connection, policy=used[0].policy, ring=keys[0], now=runtime.clock()
            ).run()
        finally:
            await connection.close()
        if account is not None and account.examined:
            _log.info("patterns.examined", reports=account.examined, raised=account.raised)

    def start_examining() -> None:
        runtime.submit(run)

    task: Any = app.task(name=EXAMINE, ignore_result=True, shared=False)
    task(start_examining)
