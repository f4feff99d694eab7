"""What the conversation reads and writes in the database. One function for each query; nothing here commits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from schemas.follow_up import FileLine, MessageLine
from service.clock import to_the_minute
from service.db.sql import load_queries
from service.errors import StorageUnavailable
from service.ids import receipt_hash, receipts_meant, uuid7
from service.intake.store import UNAVAILABLE
from service.routing.model import Decision
from service.settings import Secret

Author = Literal["reporter", "coordinator"]


@cache
def query(name: str) -> str:
    """One of the queries of queries.sql."""
    return load_queries("service.followup", "queries.sql")[name]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The report that a receipt or a reference belongs to."""

    report_id: UUID
    reference: str
    received_at: datetime
    anonymity: str
    receipt: Secret = Secret("")
    """As it was given out, where it was found by it."""

    def moment(self, now: datetime) -> datetime:
        """What is kept of a time: of an anonymous report nothing finer than the minute."""
        return to_the_minute(now) if self.anonymity == "anonymous" else now


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be stored."""

    id: UUID
    author: Author
    text: str
    answers: UUID | None
    written_at: datetime
    key_hash: bytes | None


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on a report, as far as deciding again needs it. `cause` is `person` where somebody decided."""

    decided_at: datetime
    cause: str
    decision: Decision


class Lift(msgspec.Struct, frozen=True, kw_only=True):
    """All that raising a report for a message leaves behind, in the order of the `raise` query."""

    report_id: UUID
    ids: str
    decided_at: datetime
    decision: Decision
    ways: list[dict[str, Any]]
    made_at: datetime
    coarse: bool
    detail: dict[str, Any]


@asynccontextmanager
async def reading(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection. Raises StorageUnavailable when the database is away."""
    try:
        async with pool.acquire() as connection:
            yield connection
    except UNAVAILABLE as away:
        raise StorageUnavailable from away


@asynccontextmanager
async def writing(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction. Raises StorageUnavailable when the database is away."""
    async with reading(pool) as connection, connection.transaction():
        yield connection


async def found(connection: asyncpg.Connection, receipt: str) -> Found | None:
    """The report of a receipt, typed as people type; None when there is none.

    What cannot be a receipt is looked up as well, so that it takes as long as one that is unknown.
    """
    meant = {receipt_hash(one): one for one in receipts_meant(receipt) or [receipt]}
    row = await connection.fetchrow(query("found"), list(meant))
    if row is None:
        return None
    return Found(
        report_id=row["report_id"],
        reference=row["reference"],
        received_at=row["received_at"],
        anonymity=row["anonymity"],
        receipt=Secret(meant[row["receipt_hash"]]),
    )


async def found_by_reference(connection: asyncpg.Connection, reference: str) -> Found | None:
    """The report of a reference."""
    row = await connection.fetchrow(query("found_by_reference"), reference)
    return None if row is None else Found(**row)


async def bodies(connection: asyncpg.Connection, report_id: UUID) -> dict[str, bool]:
    """Whoever is told of a report, and whether a notification has arrived there."""
    return {row["recipient"]: row["delivered"] for row in await connection.fetch(query("bodies"), report_id)}


async def looked_at(connection: asyncpg.Connection, report_id: UUID) -> bool:
    """Whether a person has taken a report up."""
    taken: bool = await connection.fetchval(query("looked_at"), report_id)
    return taken


async def outcome(connection: asyncpg.Connection, receipt: str) -> str | None:
    """How the report of a receipt, which is as it was given out, ended; None while somebody works on it."""
    ended: str | None = await connection.fetchval(query("outcome"), receipt)
    return ended


async def messages(connection: asyncpg.Connection, report_id: UUID) -> list[MessageLine]:
    """The conversation, in order."""
    return [MessageLine(**row) for row in await connection.fetch(query("messages"), report_id)]


async def files(connection: asyncpg.Connection, report_id: UUID) -> list[FileLine]:
    """The photos of a report, in order."""
    return [FileLine(**row) for row in await connection.fetch(query("files"), report_id)]


async def lock(connection: asyncpg.Connection, report_id: UUID) -> None:
    """Be the only writer to a conversation until the transaction ends."""
    await connection.execute(query("lock"), report_id)


async def earlier_message(
    connection: asyncpg.Connection, report_id: UUID, key_hash: bytes
) -> asyncpg.Record | None:
    """What the first request with a key was."""
    return await connection.fetchrow(query("earlier_message"), report_id, key_hash)


async def add_message(connection: asyncpg.Connection, report_id: UUID, one: Message) -> None:
    """Store a message as the last of its conversation."""
    await connection.execute(
        query("add_message"),
        one.id,
        report_id,
        one.author,
        one.text,
        one.answers,
        one.written_at,
        one.key_hash,
    )


async def record(
    connection: asyncpg.Connection,
    at: datetime,
    actor: str,
    action: str,
    report_id: UUID,
    detail: dict[str, Any],
) -> None:
    """Put it on the audit chain. Never what was said."""
    await connection.execute(query("record"), at, actor, action, str(report_id), detail)


async def told(connection: asyncpg.Connection, receipt: str) -> str:
    """What was said in the report of a receipt, which is as it was given out; in its wire form."""
    body: str = await connection.fetchval(query("told"), receipt)
    return body


async def rulings(connection: asyncpg.Connection, report_id: UUID) -> list[Ruling]:
    """Every decision on a report, the one in force first."""
    return [
        Ruling(
            decided_at=row["decided_at"],
            cause=row["cause"],
            decision=msgspec.convert(row["detail"], Decision),
        )
        for row in await connection.fetch(query("decisions"), report_id)
    ]


async def lift(connection: asyncpg.Connection, one: Lift) -> None:
    """Raise a report: decision, routes, notifications, audit entry and the wake-up of the relay."""
    await connection.execute(
        query("raise"),
        one.report_id,
        one.ids,
        one.decided_at,
        int(one.decision.grade[1]),
        one.decision.due,
        one.decision.policy,
        one.decision,
        one.ways,
        one.made_at,
        one.coarse,
        one.detail,
    )


async def ask(
    connection: asyncpg.Connection, one: Found, text: str, *, now: datetime, by: str, account: str
) -> UUID:
    """Put a coordinator's question to the reporter of a report, on the record; returns the message's id.

    `by` is who asks and `account` that of the machine. In the caller's transaction, as the owner of the tables.
    """
    moment = one.moment(now)
    question = uuid7(moment)
    await lock(connection, one.report_id)
    await add_message(
        connection,
        one.report_id,
        Message(id=question, author="coordinator", text=text, answers=None, written_at=moment, key_hash=None),
    )
    detail = {"message": str(question), "account": account}
    await record(connection, now, by, "message.asked", one.report_id, detail)
    return question


def unanswered(conversation: Sequence[MessageLine]) -> list[MessageLine]:
    """The questions that nothing answers yet, in order."""
    answered = {one.answers for one in conversation if one.answers is not None}
    return [one for one in conversation if one.author == "coordinator" and one.id not in answered]
