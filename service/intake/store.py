"""Storing accepted reports: many requests, one statement, one commit."""

import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from service.db.away import DATABASE_AWAY
from service.db.sql import load_queries
from service.errors import IdempotencyKeyReused, StorageUnavailable
from service.ids import new_reference
from service.intake.suspicion import Sign
from service.routing.model import Advice, Decision

_REFERENCE_TRIES = 4
_RECEIPT_TAKEN = "report_handle_receipt_hash_key"


class Way(msgspec.Struct, frozen=True, gc=False):
    """One recipient of a decision, how much it may see, and the channels to it: at most fifteen."""

    recipient: str
    tier: str
    channels: list[str]


class StoredReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one report leaves in the database, in the names of the `accept` query."""

    report_id: UUID
    received_at: datetime
    reporter: str
    anonymity: str
    concern: str
    body: msgspec.Raw | dict[str, Any]
    typed: dict[str, str]
    reference: str
    receipt_hash: bytes
    key_id: str
    idempotency_hash: bytes | None
    body_hash: bytes
    source: bytes | None
    marks: list[bytes]
    """By which a later report of the same reporter is known (`reporter_marks`)."""
    ids: str
    """The stem of the ids of decision, routes and notifications (`uuid7_stem`)."""
    grade: int
    due_at: datetime
    policy: str
    decision: Decision
    ways: list[Way]
    signs: list[Sign]
    """Why it looks machine-made, most often nothing."""
    held: bool
    """Whether its notifications wait for a coordinator."""


class Receipted(msgspec.Struct, frozen=True):
    """What the answer needs of a stored report. `key_id` is the ring entry its receipt was derived with."""

    report_id: UUID
    reference: str
    received_at: datetime
    key_id: str
    advice: list[Advice]


class ReportStore:
    """Writes reports durably, all that are handed in together in one commit."""

    def __init__(self, pool: asyncpg.Pool, *, reference_prefix: str) -> None:
        self._pool = pool
        self._prefix = reference_prefix
        self._queries = load_queries("service.intake", "queries.sql")

    async def store(self, rows: list[StoredReport]) -> list[Receipted | Exception]:
        """Store reports and return, for each in order, what is on disk once it is.

        A report whose Idempotency-Key was used before is answered with what the first got, or with
        IdempotencyKeyReused when that had another body. A row the database refuses fails alone, with its exception.
        StorageUnavailable stands for all when the database cannot take them now; they may or may not be stored then,
        and their keys settle which.
        """
        try:
            return await self._commit(rows)
        except StorageUnavailable as away:
            return [away] * len(rows)

    async def _commit(self, rows: list[StoredReport]) -> list[Receipted | Exception]:
        try:
            return await self._write(rows)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as fault:
            if len(rows) == 1:
                return [await self._write_alone(rows[0], fault)]
        except UNAVAILABLE as fault:
            raise StorageUnavailable from fault
        # One row spoils a batch; by themselves the others are stored and only that one fails.
        return [(await self._commit([row]))[0] for row in rows]

    async def _write_alone(self, row: StoredReport, fault: Exception) -> Receipted | Exception:
        """Try a row again under a new reference when the one drawn turned out to be taken.

        A receipt that is taken is no twin: it was derived from the same key and the same body, so this is a repeat of
        a request whose key the upkeep has forgotten, and gets the answer of the first.
        """
        for _ in range(_REFERENCE_TRIES):
            if not isinstance(fault, asyncpg.UniqueViolationError):
                break
            try:
                if fault.constraint_name == _RECEIPT_TAKEN:
                    record = await self._pool.fetchrow(self._queries["earlier_by_receipt"], row.receipt_hash)
                    return _repeated(row, record)
                row = msgspec.structs.replace(row, reference=new_reference(self._prefix))
                return (await self._write([row]))[0]
            except asyncpg.UniqueViolationError as again:
                fault = again
            except UNAVAILABLE as away:
                raise StorageUnavailable from away
        return fault

    async def _write(self, rows: list[StoredReport]) -> list[Receipted | Exception]:
        async with self._pool.acquire() as connection:
            refused = await connection.fetch(self._queries["accept"], msgspec.json.encode(rows))
            if not refused:
                return [_receipted(row) for row in rows]
            repeats = {record["report_id"] for record in refused}
            keys = [row.idempotency_hash for row in rows if row.report_id in repeats]
            earlier = {
                record["idempotency_hash"]: record
                for record in await connection.fetch(self._queries["earlier"], keys)
            }
        return [
            _repeated(row, earlier.get(row.idempotency_hash)) if row.report_id in repeats else _receipted(row)
            for row in rows
        ]


UNAVAILABLE = (
    *DATABASE_AWAY,
    # A password that is being changed, and a server that is: a sender tries again in a moment.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.PostgresSystemError,
)
"""What a report is not taken for just now."""


def _receipted(row: StoredReport) -> Receipted:
    return Receipted(row.report_id, row.reference, row.received_at, row.key_id, row.decision.advice)


def _repeated(row: StoredReport, record: asyncpg.Record | None) -> Receipted | Exception:
    if record is None:
        # Forgotten between the two statements by the upkeep; the client repeats and is then new.
        return StorageUnavailable()
    if not hmac.compare_digest(record["body_hash"], row.body_hash):
        return IdempotencyKeyReused()
    return Receipted(
        record["report_id"],
        record["reference"],
        record["received_at"],
        record["receipt_key_id"],
        msgspec.convert(record["advice"], list[Advice]),
    )
