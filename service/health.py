"""Whether the process lives, and whether it can do its work."""

from typing import Any, Literal

import asyncpg
import structlog
from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from schemas.base import Outgoing
from service.access.guards import anyone
from service.db.away import DATABASE_FAULT
from service.parts import parts_of

_log = structlog.get_logger()
_ANSWER_WITHIN = 2.0


class Liveness(Outgoing, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(Outgoing, frozen=True):
    """What the process needs, each really asked.

    `degraded`: reports are taken and kept, and notifications wait for the broker, or the policy in force is one that
    this process cannot use (`held_back`), so that it goes on under the one before. `away`: no report can be taken.
    """

    status: Literal["ok", "degraded", "away"]
    database: Literal["ok", "away"]
    broker: Literal["ok", "away"]
    policy: Literal["ok", "held_back"]


@get("/health/live", opt=anyone, operation_id="live", summary="Does the process answer?")
async def live() -> Liveness:
    """Answer, asking nothing of anybody."""
    return Liveness()


@get(
    "/health/ready",
    opt=anyone,
    operation_id="ready",
    summary="Can reports be taken and delivered?",
    responses={
        503: ResponseSpec(Readiness, description="No report can be taken now.", generate_examples=False)
    },
)
async def ready(request: Request[Any, Any, Any]) -> Response[Readiness]:
    """Ask the database and the broker.

    503 only when the database is away: without the broker reports are still accepted, and taking the web out of
    service for it would lose them.
    """
    parts = parts_of(request)
    database = await _asked("database", _ask_database(parts.pool))
    broker = await _asked("broker", _ask_broker(parts.redis))
    behind = parts.follower is not None and parts.follower.held_back is not None
    policy: Literal["ok", "held_back"] = "held_back" if behind else "ok"
    status: Literal["ok", "degraded", "away"] = "away"
    if database == "ok":
        status = "ok" if broker == policy == "ok" else "degraded"
    return Response(
        Readiness(status=status, database=database, broker=broker, policy=policy),
        status_code=503 if status == "away" else 200,
        headers={"Cache-Control": "no-store"},
    )


async def _ask_database(pool: asyncpg.Pool) -> None:
    await pool.fetchval("SELECT count(*) FROM report_handle WHERE reference = ''", timeout=_ANSWER_WITHIN)


async def _ask_broker(redis: Redis) -> None:
    await redis.ping()


async def _asked(what: str, question: Any) -> Literal["ok", "away"]:
    try:
        await question
    except (*DATABASE_FAULT, RedisError) as fault:
        _log.warning("health.away", what=what, exc_info=fault)
        return "away"
    return "ok"
