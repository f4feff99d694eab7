"""Meters for Prometheus. Counts and times only: nothing that says what was reported, where or by which kind."""

import asyncpg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.db.sql import load_queries


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
