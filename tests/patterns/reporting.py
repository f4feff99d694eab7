"""Reports accepted on days of the test's choosing, and where they were."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from service.db.pool import open_pool
from service.ids import uuid7
from service.intake.accept import Intake
from service.intake.decode import decode_report
from service.intake.store import ReportStore
from service.keys import KeyRing
from service.policy.model import Policy
from tests.builders import report


class Town:
    """An intake, its database, and a clock that the test sets."""

    def __init__(
        self, policy: Policy, ring: KeyRing, pool: asyncpg.Pool, database: asyncpg.Connection
    ) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.database = database
        store = ReportStore(pool, reference_prefix=policy.partnership.reference_prefix)
        self.intake = Intake(policy=policy, store=store, ring=ring, clock=lambda: self.now)

    async def tells(
        self, day: str, *, phone: str | None = None, at: str | None = None, **answers: Any
    ) -> UUID:
        """Send a report on a day at noon; `at` is a place as "venue:the example arms"."""
        self.now = datetime.fromisoformat(f"{day}T12:00:31+00:00")
        if phone is not None:
            answers["contact"] = {"phone": f"07700 900{phone}"}
        body = msgspec.json.encode(report(**{"concern": "asb_personal", "happening": "now", **answers}))
        sent = (await self.intake.accept(decode_report(body), body, None)).id
        if at is not None:
            await self.was_at(sent, at)
        return sent

    async def was_at(self, sent: UUID, at: str) -> None:
        """Give a report a place."""
        await self.database.execute(
            "INSERT INTO identifier (report_id, kind, hash) VALUES ($1, $2, $3)",
            sent,
            at.partition(":")[0],
            place(at),
        )

    async def links(self, first: UUID, second: UUID) -> UUID:
        """Link two reports as near-identical in words."""
        link = uuid7(self.now)
        one, other = sorted((first, second))
        await self.database.execute(
            "INSERT INTO link (id, first, second, kind, strength, detail, made_at)"
            " VALUES ($1, $2, $3, 'text', 90, '{}', $4)",
            link,
            one,
            other,
            self.now.replace(second=0),
        )
        return link


def place(name: str) -> bytes:
    """What stands for a place in the database."""
    return hashlib.sha256(name.encode()).digest()[:16]


@asynccontextmanager
async def a_town(
    url: str, database: asyncpg.Connection, policy: Policy, ring: KeyRing
) -> AsyncIterator[Town]:
    pool = await open_pool(url, role="evenlode_web", size=1)
    yield Town(policy, ring, pool, database)
    await pool.close()
