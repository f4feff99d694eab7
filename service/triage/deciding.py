"""A person's decision beside those of the service: the same policy, with what the person gives."""

from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from schemas.reports import Report
from service.clock import to_the_minute
from service.ids import uuid7_stem
from service.intake.facts import gather
from service.policy.model import Policy
from service.policy.vocabulary import Grade
from service.routing.decide import decide
from service.routing.model import Decision, Recipient
from service.triage.case import Case
from service.triage.store import query


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A report as deciding anew needs it, with every decision on it, the one in force first."""

    received_at: datetime
    anonymity: str
    report: Report
    decisions: list[Decision]
    due_at: datetime
    """Of the decision in force."""

    def moment(self, now: datetime) -> datetime:
        """What is kept of a time: of an anonymous report nothing finer than the minute."""
        return to_the_minute(now) if self.anonymity == "anonymous" else now


async def read(connection: asyncpg.Connection, case: Case) -> Told:
    """The record of a report. For a team that may see it (`must_see_record`)."""
    row = await connection.fetchrow(query("told"), case.report_id)
    decisions = await connection.fetch(query("decisions"), case.report_id)
    report = msgspec.convert(row["body"], Report)
    return Told(
        received_at=row["received_at"],
        anonymity=row["anonymity"],
        report=msgspec.structs.replace(report, anonymity=row["anonymity"]),
        decisions=[msgspec.convert(one["detail"], Decision) for one in decisions],
        due_at=decisions[0]["due_at"],
    )


def at_grade(told: Told, grade: Grade, policy: Policy, now: datetime) -> Decision:
    """What the policy says of the report at a grade that a person gives: who must be told, and by when."""
    known = gather(told.report, policy, told.received_at)
    return decide(known, policy, told.received_at, told.moment(now), given=grade)


async def put(
    connection: asyncpg.Connection,
    case: Case,
    decision: Decision,
    told_by_it: list[Recipient],
    policy: Policy,
    now: datetime,
    *,
    why: str | None,
) -> None:
    """Store a person's decision, with a notification to each recipient that is told by it."""
    ways: list[dict[str, Any]] = [
        {
            "recipient": one.code,
            "tier": one.tier,
            "channels": [channel.kind for channel in policy.recipients[one.code].channels],
        }
        for one in told_by_it
    ]
    await connection.fetchval(
        query("decide"),
        case.report_id,
        # Whether or not the report is anonymous: nobody needs the second from an id.
        uuid7_stem(to_the_minute(now)),
        int(decision.grade[1]),
        decision.due,
        decision.policy,
        msgspec.structs.replace(decision, recipients=told_by_it),
        ways,
        why,
    )
