"""Prometheus metrics. Counts and times only: nothing that says what was reported, where or by which kind."""

import hmac
from typing import Any

import asyncpg
from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.db.sql import load_queries
from service.settings import Settings


class Metrics:
    """The meters of one web process, and those of the outbox, which are read from the database when asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = Counter(
            "evenlode_reports_accepted", "Reports accepted by this process", registry=self.registry
        )
        self.refused = Counter(
            "evenlode_reports_refused",
            "Reports not accepted by this process, by problem code",
            ["code"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "evenlode_intake_seconds",
            "From a decoded report to its durable answer, in seconds",
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )
        self._depth = Gauge(
            "evenlode_notifications_open",
            "Notifications neither delivered nor dead",
            ["grade", "state"],
            registry=self.registry,
        )
        self._oldest = Gauge(
            "evenlode_notification_oldest_seconds",
            "Age of the oldest undelivered notification, in seconds",
            ["grade"],
            registry=self.registry,
        )
        self._dead = Gauge(
            "evenlode_notifications_dead",
            "Dead letters waiting for a person",
            ["recipient"],
            registry=self.registry,
        )
        self._queries = load_queries("service.routing", "outbox.sql")

    async def read_outbox(self, pool: asyncpg.Pool) -> None:
        """Set the outbox's gauges from the database."""
        for gauge in (self._depth, self._oldest, self._dead):
            gauge.clear()
        for grade in range(1, 5):
            self._oldest.labels(f"P{grade}").set(0)
        for row in await pool.fetch(self._queries["depth"]):
            self._depth.labels(f"P{row['grade']}", row["state"]).set(row["notifications"])
        for row in await pool.fetch(self._queries["oldest"]):
            self._oldest.labels(f"P{row['grade']}").set(row["seconds"])
        for row in await pool.fetch(self._queries["dead_by_recipient"]):
            self._dead.labels(row["recipient"]).set(row["notifications"])


@get("/metrics", operation_id="metrics", summary="Prometheus metrics", media_type=MediaType.TEXT)
async def metrics_page(
    request: Request[Any, Any, Any], pool: Any, metrics: Any, settings: Any
) -> Response[bytes]:
    """The metrics, for whoever holds `EVENLODE_METRICS_TOKEN`; open without one only in the demo."""
    _allow(settings, request.headers.get("authorization", ""))
    await metrics.read_outbox(pool)
    return Response(
        generate_latest(metrics.registry),
        media_type=CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )


def _allow(settings: Settings, authorization: str) -> None:
    if settings.metrics_token is None:
        if settings.demo:
            return
        raise NotFoundException
    expected = f"Bearer {settings.metrics_token.reveal()}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})
