"""Comparing reports: a chore that examines what came in since it last ran."""

from typing import Any, Final

import asyncpg
import msgspec
import structlog
from celery import Celery

from service.db.pool import prepare_connection
from service.keys import KeyRing, load_key_ring
from service.patterns.examine import Examiner
from service.patterns.store import ROLE
from service.policy.load import load_policy
from service.policy.model import Policy
from service.routing.live_channels import with_usable_channels
from service.settings import Settings
from workers.runtime import Runtime

EXAMINE: Final = "evenlode.patterns.examine"
EVERY: Final = 15.0
"""Seconds from one run to the next; a run that finds the one before still at work ends at once."""

_log = structlog.get_logger()


class _Parts(msgspec.Struct, frozen=True):
    policy: Policy
    ring: KeyRing


def schedule() -> dict[str, float]:
    """When the chore is due, in seconds between two runs."""
    return {EXAMINE: EVERY}


def register_patterns(app: Celery, runtime: Runtime) -> None:
    """Register `examine` as a task without arguments. It reads policy and keys when first run."""
    parts: list[_Parts] = []

    async def run() -> None:
        settings = runtime.settings
        if not parts:
            parts.append(_parts_of(settings))
        connection = await asyncpg.connect(
            settings.require_database(), timeout=10, command_timeout=120, server_settings={"role": ROLE}
        )
        try:
            await prepare_connection(connection)
            account = await Examiner(
                connection, policy=parts[0].policy, ring=parts[0].ring, now=runtime.clock()
            ).run()
        finally:
            await connection.close()
        if account is not None and account.examined:
            _log.info("patterns.examined", reports=account.examined, raised=account.raised)

    def start_examining() -> None:
        runtime.submit(run)

    task: Any = app.task(name=EXAMINE, ignore_result=True, shared=False)
    task(start_examining)


def _parts_of(settings: Settings) -> _Parts:
    policy = with_usable_channels(load_policy(settings.policy), settings)
    return _Parts(policy=policy, ring=load_key_ring(settings.key_file))
