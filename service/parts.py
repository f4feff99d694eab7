"""What the handlers of one web process work with, made by the composition root."""

from typing import Any

import asyncpg
import msgspec
from litestar import Request
from redis.asyncio import Redis

from service.access.desk import Desk
from service.clock import Clock, utc_now
from service.followup.entrance import FollowUp
from service.gate import Gate
from service.intake.accept import Intake
from service.metrics import Metrics
from service.policy.model import Policy
from service.policy.releases.following import Follower
from service.settings import Settings
from service.triage.live import Live


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The running parts.

    They hang on the application's state instead of being injected, since resolving injected parameters anew for every
    request costs more than the rest of the framework together.
    """

    settings: Settings
    metrics: Metrics
    pool: asyncpg.Pool
    """Connections of whoever reports, and of health and metrics."""
    desk_pool: asyncpg.Pool
    """Connections of the console, apart: a burst of reports cannot starve the desk, nor the desk the intake."""
    redis: Redis
    intake: Intake
    follow_up: FollowUp
    gate: Gate
    desk: Desk
    live: Live
    clock: Clock = utc_now
    follower: Follower[Policy] | None = None
    """Keeps the intake on the policy in force; None where nothing is decided."""


def parts_of(request: Request[Any, Any, Any]) -> Parts:
    """The parts of the application this request came to."""
    parts: Parts = request.app.state.parts
    return parts
