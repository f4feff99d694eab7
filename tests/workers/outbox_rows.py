"""Puts notifications into a test's outbox, as the intake would, in bulk."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import msgspec

from service.ids import uuid7
from service.routing.model import ActBy

_INSERT = """
WITH incoming AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS r (
        report_id uuid, decision_id uuid, route_id uuid, delivery_id uuid, reference text, recipient text,
        channel text, grade smallint, made_at timestamptz, due_at timestamptz, coarse boolean, act_by jsonb)
), stored AS (
    INSERT INTO report (id, received_at, reporter, anonymity, concern, body, typed)
    SELECT report_id, made_at, 'taxi_driver', CASE WHEN coarse THEN 'anonymous' ELSE 'confidential' END, 'cse',
           '{}', '{}'
    FROM incoming
), handles AS (
    INSERT INTO report_handle (reference, report_id, receipt_hash, receipt_key_id, body_hash, received_at)
    SELECT reference, report_id, sha256(convert_to(report_id::text, 'UTF8')), 'k', '\\x00', made_at FROM incoming
), decided AS (
    INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, act_by, detail)
    SELECT decision_id, report_id, made_at, grade, due_at, 'test', jsonb_build_array('cse'), 1, act_by, '{}'
    FROM incoming
), routed AS (
    INSERT INTO route (id, decision_id, report_id, recipient, tier)
    SELECT route_id, decision_id, report_id, recipient, 'D3' FROM incoming
)
INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse)
SELECT delivery_id, route_id, report_id, recipient, channel, grade, made_at, made_at, coarse FROM incoming
"""


async def queue(
    connection: asyncpg.Connection,
    count: int = 1,
    *,
    grade: int = 3,
    recipient: str = "tvp",
    channel: str = "email",
    made_at: datetime | None = None,
    coarse: bool = False,
    notify: bool = True,
    act_by: Sequence[ActBy] | None = None,
) -> list[UUID]:
    """Queue `count` notifications of one grade by one channel, and wake the relay in the same transaction.

    Without `act_by` they are of a decision that an earlier release made.
    """
    moment = made_at or datetime.now(UTC)
    rows = [
        {
            "report_id": uuid7(moment),
            "decision_id": uuid7(moment),
            "route_id": uuid7(moment),
            "delivery_id": uuid7(moment),
            "reference": f"WO-{uuid4().hex[:16].upper()}",
            "recipient": recipient,
            "channel": channel,
            "grade": grade,
            "made_at": moment,
            "due_at": moment,
            "coarse": coarse,
            "act_by": act_by,
        }
        for _ in range(count)
    ]
    async with connection.transaction():
        for start in range(0, count, 5000):
            await connection.execute(_INSERT, msgspec.json.encode(rows[start : start + 5000]).decode())
        if notify:
            await connection.execute("SELECT pg_notify('evenlode_delivery', $1)", str(grade))
    return [row["delivery_id"] for row in rows]


async def states(connection: asyncpg.Connection, ids: Sequence[UUID]) -> dict[str, int]:
    """How many of `ids` are in each state."""
    rows = await connection.fetch(
        "SELECT state, count(*) FROM delivery WHERE id = any($1::uuid[]) GROUP BY state", ids
    )
    return dict(rows)
