"""The record as an auditor reads it: who did what, by pages, and nothing of what a report says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.errors import ServiceError

PAGE: Final = 50
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "read": (
        "Read or searched",
        r"^(report\.(read|explained)|queue\.searched|message\.read|file\.opened|link\.read|audit\.read)$",
    ),
    "changed": (
        "Changed",
        r"^(case\.(?!disclosed$)|report\.decided|message\.asked|link\.cut|delivery\.(retried|phoned)|quarantine\.)",
    ),
    "revealed": ("Asked or told who reported", r"^source\."),
    "exported": ("Handed over or exported", r"^(case\.disclosed|package\.downloaded|audit\.exported)$"),
    "refused": ("Refused", r"refused$"),
    "signed_in": ("Signed in or out", r"^(session|sign_in)\."),
    "accounts": ("Accounts, teams and keys", r"^(account|api_key|team)\."),
    "policy": ("The policy", r"^policy\."),
    "service": (
        "By the service and by reporters",
        r"^(report\.(accepted|raised)|cluster\.|case_review\.|message\.received|file\.received|delivery\.(accepted|outcome))",
    ),
    "record": ("The record itself", r"^audit\."),
}
"""Kinds of act: what an auditor calls them, and which actions they are (a PostgreSQL regular expression)."""
_QUERIES: Final = load_queries("service.audit", "entries.sql")


class NoSuchReport(ServiceError):
    """There is no report of this reference. Check it; the letters O and I are not used."""

    code = "no-such-report"
    status = 422


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is sought: an actor as the record names it, a kind of act, a report's reference, from when until when."""

    who: str | None = None
    kind: str | None = None
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `reference` is that of the report it is about, if it is about one."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    reference: str | None = None


class Page(msgspec.Struct, frozen=True):
    """A page of the record; `next` is the number after which the next one begins, None on the last."""

    entries: list[Entry]
    next: int | None


async def page(connection: asyncpg.Connection, sought: Sought, *, before: int | None = None) -> Page:
    """The newest entries that fit, older than `before`; that they were looked at is on the record.

    In a transaction of an auditor: the database refuses anybody else. Raises NoSuchReport.
    """
    about = None
    if sought.reference is not None:
        about = await connection.fetchval(_QUERIES["report"], sought.reference)
        if about is None:
            raise NoSuchReport
    rows = await connection.fetch(
        _QUERIES["page"],
        before,
        sought.who,
        None if sought.kind is None else KINDS[sought.kind][1],
        None if about is None else str(about),
        sought.since,
        sought.until,
        PAGE + 1,
    )
    found = [Entry(**row) for row in rows[:PAGE]]
    references = await _references(connection, found)
    asked = {name: value for name, value in msgspec.to_builtins(sought).items() if value is not None}
    await connection.execute(_QUERIES["on_record"], "audit.read", asked)
    return Page(
        [
            msgspec.structs.replace(one, reference=one.detail.get("reference") or references.get(one.subject))
            for one in found
        ],
        found[-1].seq if len(rows) > PAGE else None,
    )


async def last_verified(connection: asyncpg.Connection) -> Entry | None:
    """The last time that somebody had the chain verified from the console."""
    rows = await connection.fetch(_QUERIES["page"], None, None, r"^audit\.verified$", None, None, None, 1)
    return Entry(**rows[0]) if rows else None


async def people(connection: asyncpg.Connection) -> dict[UUID, str]:
    """Everybody who has or had an account, by name."""
    return {row["id"]: row["name"] for row in await connection.fetch(_QUERIES["names"])}


async def put_on_record(connection: asyncpg.Connection, action: str, detail: Mapping[str, Any]) -> None:
    """An entry about the record itself."""
    await connection.execute(_QUERIES["on_record"], action, detail)


async def _references(connection: asyncpg.Connection, entries: list[Entry]) -> dict[str, str]:
    ids = [one.subject for one in entries if _is_id(one.subject)]
    return {
        str(row["report_id"]): row["reference"] for row in await connection.fetch(_QUERIES["references"], ids)
    }


def _is_id(subject: str) -> bool:
    try:
        UUID(subject)
    except ValueError:
        return False
    return True
