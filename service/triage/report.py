"""One report as the actor's team may see it, read on the record."""

from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from service.policy.vocabulary import GRADES, Grade
from service.triage.case import Standing, changes
from service.triage.errors import CaseNotFound, Change
from service.triage.queue import QueueRow, rows_of
from service.triage.store import query
from service.triage.tiers import view_for


class CaseReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report, what was decided, who is told and what was done, as far as `tier` lets it be seen.

    `report` is the body a D3 team sees, or a D2 team's summary; `decisions` are those of the record, `reasons` a D2
    team's. `places` are the actor's own teams' places in the queue.
    """

    reference: str
    version: int
    tier: str
    places: list[QueueRow]
    standing: dict[str, Any]
    received_at: datetime
    report: dict[str, Any]
    typed: dict[str, str] = {}
    anonymity: str | None = None
    grade: Grade
    due_at: datetime
    decisions: list[dict[str, Any]] = []
    reasons: list[dict[str, Any]] = []
    routes: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    disclosures: list[dict[str, Any]] = []
    events: list[Change] = []


async def read(connection: asyncpg.Connection, reference: str) -> CaseReport:
    """The report of a reference, for the team of the actor's that sees most of it. Raises CaseNotFound."""
    item = await connection.fetchrow(query("begin"), reference, None)
    if item is None:
        raise CaseNotFound
    report_id, tier = item["report_id"], item["tier"]
    case = await connection.fetchrow(query("case"), report_id)
    standing = (
        Standing() if case is None else Standing(**{name: case[name] for name in Standing.__struct_fields__})
    )
    if standing.merged_into is not None and not await connection.fetchval(
        query("in_queue"), standing.merged_into
    ):
        standing = msgspec.structs.replace(standing, merged_into=None)
    shown: dict[str, Any] = {}
    if tier >= "D3":
        told = await connection.fetchrow(query("told"), report_id)
        shown = {
            "report": view_for("D3", told["body"]),
            "typed": told["typed"],
            "anonymity": told["anonymity"],
            "decisions": [dict(one) for one in await connection.fetch(query("decisions"), report_id)],
            "links": [dict(one) for one in await connection.fetch(query("links"), report_id)],
            "messages": [dict(one) for one in await connection.fetch(query("messages"), report_id)],
        }
    elif tier == "D2":
        summary = await connection.fetchrow(query("summary"), report_id)
        shown = {"report": summary["summary"], "reasons": summary["reasons"]}
    await connection.execute(query("opened"), report_id, item["team"])
    await connection.execute(
        query("on_record"),
        "report.read",
        str(report_id),
        {"reference": reference, "tier": tier, "team": item["team"]},
    )
    return CaseReport(
        reference=reference,
        version=0 if case is None else case["version"],
        tier=tier,
        places=await rows_of(connection, reference),
        standing=msgspec.to_builtins(standing),
        received_at=item["received_at"],
        grade=GRADES[item["grade"] - 1],
        due_at=item["due_at"],
        routes=[dict(one) for one in await connection.fetch(query("routes"), report_id)],
        disclosures=[dict(one) for one in await connection.fetch(query("disclosures"), report_id)],
        events=await changes(connection, report_id, -1),
        **{"report": {}, **shown},
    )
