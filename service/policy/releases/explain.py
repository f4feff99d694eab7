"""The decisions on a stored report, read on the record."""

from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.errors import ServiceError
from service.routing.model import Decision

_QUERIES: Final = load_queries("service.policy.releases", "explain.sql")


class NoSuchReport(ServiceError):
    """No report has this reference."""

    code = "no-such-report"


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on a report, and what brought it about."""

    decided_at: datetime
    cause: str
    decision: Decision


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A report without its words, and every decision on it, the first first. The newest is in force."""

    reference: str
    received_at: datetime
    reporter: str
    anonymity: str
    concern: str
    decisions: list[Explained]


async def explain(
    connection: asyncpg.Connection, reference: str, *, actor: str, account: str, now: datetime
) -> Explanation:
    """Read the decisions on a report; that it was read is on the record before anything is returned.

    Raises NoSuchReport.
    """
    async with connection.transaction():
        row = await connection.fetchrow(_QUERIES["report"], reference)
        if row is None:
            raise NoSuchReport(f"No report has the reference {reference}.")
        detail = {"reference": reference, "account": account}
        await connection.execute(_QUERIES["read"], now, actor, str(row["id"]), detail)
        decisions = await connection.fetch(_QUERIES["decisions"], row["id"])
    return Explanation(
        reference=reference,
        received_at=row["received_at"],
        reporter=row["reporter"],
        anonymity=row["anonymity"],
        concern=row["concern"],
        decisions=[
            Explained(
                decided_at=one["decided_at"],
                cause=one["cause"] or "report",
                decision=msgspec.convert(one["detail"], Decision),
            )
            for one in decisions
        ],
    )
