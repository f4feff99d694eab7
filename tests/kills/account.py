"""Counting after a round: what was promised, against what the database and the receivers hold."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import asyncpg
import httpx
import msgspec

from service.audit.verify import verify_chain
from service.routing.outbox import books
from tests.kills.load import Sent

_PAGE: Final = 1_000

# Each 201's key, the report it was answered with, and what is stored for it. $1 hashes of the keys, $2 ids.
_PROMISED: Final = """
SELECT told.report_id,
       (SELECT array_agg(report_id) FROM report_handle WHERE idempotency_hash = told.key_hash) AS of_key,
       (SELECT count(*) FROM report WHERE id = told.report_id) AS reports,
       -- A link may have raised it meanwhile, which is a decision of its own.
       (SELECT count(*) FROM decision WHERE report_id = told.report_id AND cause = 'report') AS decisions,
       (SELECT sum(jsonb_array_length(detail -> 'recipients')) FROM decision
        WHERE report_id = told.report_id) AS recipients,
       (SELECT count(*) FROM route WHERE report_id = told.report_id) AS routes,
       (SELECT count(*) FROM route WHERE report_id = told.report_id
        AND NOT EXISTS (SELECT FROM delivery WHERE route_id = route.id)) AS unserved,
       (SELECT count(*) FROM audit_event WHERE action = 'report.accepted' AND subject = told.report_id::text) AS entries
FROM unnest($1::bytea[], $2::uuid[]) AS told (key_hash, report_id)
"""
_NOTIFIED: Final = """
SELECT id::text, channel, state, attempts FROM delivery WHERE report_id = any($1::uuid[])
"""
OUTSTANDING: Final = "SELECT count(*) FROM delivery WHERE state IN ('waiting', 'handed')"


class Arrivals(msgspec.Struct, kw_only=True):
    """What the receivers got so far: how many copies of each message id, by channel."""

    copies: dict[str, Counter[str]]
    unsigned: int = 0


class Findings(msgspec.Struct, kw_only=True):
    """What a round came to. `twice` counts further copies that reached a receiver under an id it had already seen."""

    accepted: int = 0
    stored: int = 0
    made: int = 0
    delivered: int = 0
    arrived: int = 0
    twice: int = 0
    balanced: bool = False
    chain_entries: int = 0
    head: str = ""
    faults: list[str] = []


async def account(
    connection: asyncpg.Connection,
    sent: Sequence[Sent],
    arrivals: Arrivals,
    *,
    head: str | None,
    all_sent: int,
) -> Findings:
    """Check every promise made in a round. `head` is the audit head of the round before; `all_sent` all 201s so far."""
    found = Findings(accepted=len(sent), faults=[])
    ids = [one.accepted.id for one in sent]
    for row in await connection.fetch(_PROMISED, [one.key_hash for one in sent], ids):
        fault = _broken_promise(row)
        found.stored += fault is None
        if fault:
            found.faults.append(f"report {row['report_id']}: {fault}")
    stored = await connection.fetchval("SELECT count(*) FROM report")
    if stored != all_sent:
        found.faults.append(f"{stored} reports are stored, {all_sent} were answered with 201")
    _check_notifications(await connection.fetch(_NOTIFIED, ids), arrivals, found)
    ledger = await books(connection)
    found.balanced = ledger.balanced
    if not ledger.balanced:
        found.faults.append(f"the books do not balance: {ledger}")
    if ledger.dead:
        found.faults.append(f"{ledger.dead} notifications are dead")
    verdict = await verify_chain(connection, expected_head=head)
    found.chain_entries, found.head = verdict.entries, verdict.head
    if verdict.fault:
        found.faults.append(f"the audit chain is broken: {verdict.fault}")
    return found


def _broken_promise(row: asyncpg.Record) -> str | None:
    if row["of_key"] != [row["report_id"]]:
        return f"its key leads to {row['of_key']}"
    if (row["reports"], row["decisions"], row["entries"]) != (1, 1, 1):
        return f"{row['reports']} reports, {row['decisions']} decisions, {row['entries']} audit entries"
    if row["routes"] != row["recipients"] or row["unserved"]:
        return f"{row['recipients']} recipients, {row['routes']} routes, {row['unserved']} without a notification"
    return None


def _check_notifications(rows: Sequence[asyncpg.Record], arrivals: Arrivals, found: Findings) -> None:
    for row in rows:
        found.made += 1
        found.delivered += row["state"] == "delivered"
        if row["state"] != "delivered":
            found.faults.append(f"notification {row['id']} is {row['state']}")
        if row["channel"] not in arrivals.copies:
            continue
        copies = arrivals.copies[row["channel"]][row["id"]]
        found.arrived += copies > 0
        found.twice += max(0, copies - 1)
        if row["state"] == "delivered" and copies == 0:
            found.faults.append(f"notification {row['id']} is recorded as delivered and never arrived")
        if copies > row["attempts"]:
            found.faults.append(
                f"notification {row['id']} arrived {copies} times in {row['attempts']} attempts"
            )


async def everything_known(connection: asyncpg.Connection, arrivals: Arrivals) -> list[str]:
    """Message ids that arrived and that no notification has: each would be a copy nobody can recognise."""
    known = {row["id"] for row in await connection.fetch("SELECT id::text FROM delivery")}
    strangers = [one for copies in arrivals.copies.values() for one in copies if one not in known]
    return [f"message {one} arrived and is no notification of ours" for one in strangers] + (
        [f"{arrivals.unsigned} webhooks arrived without a good signature"] if arrivals.unsigned else []
    )


async def read_arrivals(http: httpx.AsyncClient) -> Arrivals:
    """Ask the mail catcher and the webhook sink for everything they hold."""
    mails = await _pages(http, "/api/v1/messages", "messages")
    hooks = await _pages(http, "/hooks", "hooks")
    return Arrivals(
        copies={
            "email": Counter(mail["MessageID"].partition("@")[0] for mail in mails),
            "webhook": Counter(hook["webhook_id"] for hook in hooks if hook["verified"]),
        },
        unsigned=sum(not hook["verified"] for hook in hooks),
    )


async def _pages(http: httpx.AsyncClient, path: str, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    while True:
        answer = (await http.get(path, params={"start": len(found), "limit": _PAGE})).json()
        found += answer[name]
        if len(found) >= answer["total"] or not answer[name]:
            return found
