"""Promise 3, at the moment of acceptance: the books balance for every kind and for everything that may be reported."""

import asyncio
from typing import get_args

import asyncpg
import httpx

from schemas.facts import Concern
from service.db.pool import prepare_connection
from service.intake.examples import EXAMPLES
from service.routing.outbox import books
from tests.builders import KINDS, full_report, report
from tests.web import send


async def test_every_recipient_decided_on_has_its_route_and_every_route_its_notification(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await prepare_connection(database)
    bodies = [report(kind, concern=concern) for kind in KINDS for concern in get_args(Concern)]
    bodies += [full_report(kind) for kind in KINDS]
    bodies += EXAMPLES.values()
    answers = await asyncio.gather(*(send(client, body) for body in bodies))
    assert {answer.status_code for answer in answers} == {201}
    found = await books(database)
    assert found.balanced
    assert found.routes == found.decided > len(bodies) / 2
    assert found.waiting == found.made >= found.routes
    mismatched = await database.fetchval(
        "SELECT count(*) FROM decision WHERE detail -> 'recipients' IS DISTINCT FROM detail -> 'recipients'"
        " OR (SELECT coalesce(array_agg(r ->> 'code' ORDER BY r ->> 'code'), '{}')"
        "     FROM jsonb_array_elements(detail -> 'recipients') AS r)"
        " <> (SELECT coalesce(array_agg(recipient ORDER BY recipient), '{}') FROM route"
        "     WHERE route.decision_id = decision.id)"
    )
    assert mismatched == 0


async def test_each_grade_is_queued_in_its_own_lane(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await asyncio.gather(*(send(client, body) for body in EXAMPLES.values()))
    wrong = await database.fetchval(
        "SELECT count(*) FROM delivery JOIN decision USING (report_id) WHERE delivery.grade <> decision.grade"
        " OR delivery.due_at <> delivery.made_at OR delivery.state <> 'waiting' OR delivery.attempts <> 0"
    )
    assert wrong == 0
    assert await database.fetchval("SELECT count(DISTINCT grade) FROM delivery") >= 2
