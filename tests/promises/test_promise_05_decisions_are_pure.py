"""Promise 5: a stored report, decided again under the same policy, gives the stored decision."""

import asyncio
from datetime import UTC, datetime
from typing import Any, get_args

import asyncpg
import httpx
import msgspec

from schemas.facts import Concern
from schemas.reports import Report
from service.db.pool import prepare_connection
from service.intake.classify import classify
from service.policy.load import load_policy
from service.routing.model import Decision
from service.settings import Settings
from tests.builders import KINDS, full_report, report
from tests.web import send


async def _decided_again(
    http: httpx.AsyncClient, database: asyncpg.Connection, settings: Settings, bodies: list[dict[str, Any]]
) -> list[tuple[Decision, Decision]]:
    await asyncio.gather(*(send(http, body) for body in bodies))
    await prepare_connection(database)
    policy = load_policy(settings.policy)
    stored = await database.fetch(
        "SELECT report.body, decision.* FROM report JOIN decision ON decision.report_id = report.id"
    )
    assert len(stored) == len(bodies)
    for row in stored:
        decision = msgspec.convert(row["detail"], Decision)
        assert (row["grade"], row["due_at"], row["policy"]) == (
            int(decision.grade[1]),
            decision.due,
            policy.version,
        )
    return [
        (
            msgspec.convert(row["detail"], Decision),
            classify(msgspec.convert(row["body"], Report), policy, row["decided_at"]),
        )
        for row in stored
    ]


async def test_what_was_stored_can_be_replayed_to_the_same_decision(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    bodies = [full_report(kind, concern=concern) for kind in KINDS for concern in get_args(Concern)]
    bodies += [report(kind, anonymity="named", contact={"name": "Example Person"}) for kind in KINDS]
    for stored, again in await _decided_again(client, database, web_settings, bodies):
        assert again == stored
        assert stored.reasons
        assert all(recipient.why for recipient in stored.recipients)


async def test_deciding_twice_changes_neither_the_report_nor_the_decision(web_settings: Settings) -> None:
    policy = load_policy(web_settings.policy)
    for kind in KINDS:
        decoded = msgspec.convert(full_report(kind), Report)
        before = msgspec.json.encode(decoded)
        moment = datetime(2026, 11, 20, 23, 31, tzinfo=UTC)
        first = classify(decoded, policy, moment)
        assert classify(decoded, load_policy(web_settings.policy), moment) == first
        assert msgspec.json.encode(decoded) == before
