"""Telling people from machines at the forms: nobody is refused, what is urgent goes out, the books balance."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import altcha
import asyncpg
import httpx
import pytest
import redis

from service.gate import API_CROWD, BUSY, FLOOD, HASTY
from service.routing.outbox import books
from service.settings import Settings, load_settings
from tests.builders import report
from tests.web import send, serving

_BEGAN = datetime(2026, 11, 20, 23, 31, tzinfo=UTC)
_CALM = {"ask_what": "load", "happening": "older", "description": "An old sofa in the lay-by."}
_URGENT = {
    "happening": "now",
    "description": "He has a knife and is stabbing her right now. She is bleeding.",
}


class Hour:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = _BEGAN

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found is not None, name
    return html.unescape(found[1])


async def _opened(http: httpx.AsyncClient) -> dict[str, str]:
    page = (await http.get("/taxi")).text
    return {name: _hidden(page, name) for name in ("_opened", "_key")}


def _busy(redis_url: str, count: int) -> None:
    """As if so many reports had come from the client's network already."""
    with redis.Redis.from_url(redis_url) as broker:
        names = cast("list[bytes]", broker.keys("evenlode:seen:report:*"))
        assert len(names) == 1
        broker.set(names[0], count, keepttl=True)


async def _states(database: asyncpg.Connection) -> set[str]:
    return {row["state"] for row in await database.fetch("SELECT DISTINCT state FROM delivery")}


async def _signs(database: asyncpg.Connection) -> list[str]:
    return sorted(
        sign for row in await database.fetch("SELECT signs FROM quarantine") for sign in row["signs"]
    )


async def test_a_person_is_not_held(web_settings: Settings, database: asyncpg.Connection) -> None:
    clock = Hour()
    async with serving(web_settings, clock=clock) as http:
        opened = await _opened(http)
        clock.later(seconds=HASTY.total_seconds())
        answer = await http.post("/taxi", data={**_CALM, **opened, "website": "", "_do": "send"})
    assert answer.status_code == 201
    assert (await _states(database), await _signs(database)) == ({"waiting"}, [])


async def test_a_page_that_was_kept_for_days_is_a_persons_too(
    web_settings: Settings, database: asyncpg.Connection
) -> None:
    clock = Hour()
    async with serving(web_settings, clock=clock) as http:
        opened = await _opened(http)
        clock.later(days=40)
        assert (await http.post("/taxi", data={**_CALM, **opened, "_do": "send"})).status_code == 201
    assert await _signs(database) == []


@pytest.mark.parametrize(
    ("changed", "after", "sign"),
    [
        ({"website": "https://spam.example"}, 60, "trap"),
        ({}, 1, "hasty"),
        ({"_opened": ""}, 60, "unopened"),
        ({"_opened": "68000000.00"}, 60, "unopened"),
        ({"_opened": "zz.\u2603"}, 60, "unopened"),
        ({"_opened": f"{'f' * 5000}.00"}, 60, "unopened"),
    ],
)
async def test_what_looks_machine_made_is_taken_and_its_notifications_wait(
    web_settings: Settings, database: asyncpg.Connection, changed: dict[str, str], after: int, sign: str
) -> None:
    clock = Hour()
    async with serving(web_settings, clock=clock) as http:
        opened = await _opened(http)
        clock.later(seconds=after)
        answer = await http.post("/taxi", data={**_CALM, **opened, **changed, "_do": "send"})
    # The same answer as anybody gets: who sends by a machine is not told that it was noticed.
    assert answer.status_code == 201
    assert "Sent. Thank you." in answer.text
    assert await _signs(database) == [sign]
    assert await _states(database) == {"held"}
    counted = await books(database)
    assert counted.balanced
    assert counted.held == counted.made > 0


async def test_what_is_urgent_goes_out_marked_but_not_held(
    web_settings: Settings, database: asyncpg.Connection
) -> None:
    async with serving(web_settings) as http:
        answer = await http.post("/taxi", data={**_URGENT, "website": "x", "_do": "send"})
        assert answer.status_code == 201
    assert await database.fetchval("SELECT min(grade) FROM decision") <= 2
    assert await _states(database) == {"waiting"}
    assert await database.fetchval("SELECT held FROM quarantine") is False


async def test_in_a_flood_what_looks_machine_made_is_held_whatever_it_says(
    web_settings: Settings, database: asyncpg.Connection, redis_url: str
) -> None:
    clock = Hour()
    async with serving(web_settings, clock=clock) as http:
        first = await http.post("/taxi", data={**_CALM, "website": "x", "_do": "send"})
        assert first.status_code == 201
        _busy(redis_url, FLOOD)
        fields = {**_URGENT, "website": "x", "_do": "send", "_key": str(uuid4())}
        asked = await http.post("/taxi", data=fields)
        clock.later(seconds=60)
        assert (
            await http.post("/taxi", data={**fields, "_ticket": _hidden(asked.text, "_ticket")})
        ).status_code == 201
    assert await _states(database) == {"held"}
    assert (await books(database)).balanced


async def test_while_a_network_is_busy_the_page_asks_to_wait_and_keeps_every_word(
    web_settings: Settings, database: asyncpg.Connection, redis_url: str
) -> None:
    clock = Hour()
    async with serving(web_settings, clock=clock) as http:
        opened = await _opened(http)
        clock.later(seconds=30)
        assert (await http.post("/taxi", data={**_CALM, **opened, "_do": "send"})).status_code == 201
        _busy(redis_url, BUSY)
        fields = {**_CALM, **opened, "_key": str(uuid4()), "description": "A <second> thing.", "_do": "send"}
        asked = await http.post("/taxi", data=fields)
        assert (asked.status_code, asked.headers["retry-after"]) == (429, "15")
        assert "Count to 15. Then press Send." in asked.text
        assert _hidden(asked.text, "description") == "A <second> thing."
        assert _hidden(asked.text, "_opened") == opened["_opened"]
        waiting = {**fields, "_ticket": _hidden(asked.text, "_ticket")}
        # Too early it asks again, for the rest of the time; a ticket of another report, or a made-up one, is none.
        clock.later(seconds=6)
        early = await http.post("/taxi", data=waiting)
        assert (early.status_code, early.headers["retry-after"]) == (429, "9")
        assert _hidden(early.text, "_ticket") == waiting["_ticket"]
        clock.later(seconds=9)
        for wrong in ({"_key": str(uuid4())}, {"_ticket": "68000000.00"}):
            assert (await http.post("/taxi", data={**waiting, **wrong})).status_code == 429
        assert (await http.post("/taxi", data=waiting)).status_code == 201
        # Nor is one wait good for every report that has no key.
        keyless = {name: value for name, value in fields.items() if name != "_key"}
        asked = await http.post("/taxi", data=keyless)
        keyless["_ticket"] = _hidden(asked.text, "_ticket")
        clock.later(seconds=15)
        for again in (keyless, {**keyless, "_key": ""}, {**keyless, "description": "A third."}):
            assert (await http.post("/taxi", data=again)).status_code == 429
        whole = {**keyless, "_key": _hidden(asked.text, "_key")}
        assert (await http.post("/taxi", data=whole)).status_code == 201
    assert await database.fetchval("SELECT count(*) FROM report") == 3
    assert await _signs(database) == []


async def test_a_script_may_compute_instead_and_the_answer_is_good_for_its_report_alone(
    client: httpx.AsyncClient, database: asyncpg.Connection, redis_url: str
) -> None:
    scripted = {"Accept": "application/json", "Idempotency-Key": str(uuid4())}
    assert (await client.post("/taxi", data=_CALM, headers=scripted)).status_code == 201
    _busy(redis_url, BUSY)
    scripted = {"Accept": "application/json", "Idempotency-Key": str(uuid4())}
    asked = await client.post("/taxi", data=_CALM, headers=scripted)
    assert (asked.status_code, asked.json()["state"]) == (429, "work")
    assert asked.json()["solver"].startswith("/static/solve")
    challenge = altcha.Challenge.from_dict(asked.json()["challenge"])
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    proof = altcha.Payload(challenge, solution).to_base64()
    other = {**scripted, "Idempotency-Key": str(uuid4()), "Evenlode-Proof": proof}
    assert (await client.post("/taxi", data=_CALM, headers=other)).status_code == 429
    for nonsense in ("", "x", "e30=", json.dumps({}), "bnVsbA=="):
        answer = await client.post("/taxi", data=_CALM, headers={**scripted, "Evenlode-Proof": nonsense})
        assert answer.status_code == 429
    done = await client.post("/taxi", data=_CALM, headers={**scripted, "Evenlode-Proof": proof})
    assert done.status_code == 201
    assert await database.fetchval("SELECT count(*) FROM report") == 2


async def test_while_the_broker_is_away_the_forms_take_everything(
    web_environ: dict[str, str], database: asyncpg.Connection
) -> None:
    async with serving(load_settings({**web_environ, "REDIS_URL": "redis://127.0.0.1:1/0"})) as http:
        assert (await http.post("/taxi", data={**_CALM, "_do": "send"})).status_code == 201
    assert await database.fetchval("SELECT count(*) FROM report") == 1


async def test_over_the_api_without_a_key_only_a_crowd_waits_and_never_what_is_urgent(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for _ in range(API_CROWD):
        await send(client, report())
    assert await _states(database) == {"waiting"}
    urgent = report(concern="weapons", happening="now", danger_now="yes", weapon="used", injured="seriously")
    for body in (report(), urgent):
        assert (await send(client, body)).status_code == 201
    assert [
        tuple(row) for row in await database.fetch("SELECT signs, held FROM quarantine ORDER BY held")
    ] == [
        (["crowd"], False),
        (["crowd"], True),
    ]
    assert (await books(database)).balanced


async def test_nothing_kept_of_a_held_report_says_where_it_came_from(
    client: httpx.AsyncClient, database: asyncpg.Connection, redis_url: str
) -> None:
    await client.post("/taxi", data={**_CALM, "website": "x", "_do": "send"})
    row: Any = await database.fetchrow("SELECT * FROM quarantine")
    assert set(row.keys()) == {"report_id", "at", "signs", "held", "ended", "ended_at", "ended_by"}
    assert (row["at"].second, row["at"].microsecond) == (0, 0)
    with redis.Redis.from_url(redis_url) as broker:
        names = cast("list[bytes]", broker.keys("*"))
    assert len(names) == 1
    assert b"203.0.113" not in names[0]
