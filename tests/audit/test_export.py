"""The record for another system: from a position on, in a stable shape, without a word of any report or person."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import msgspec

from service.access import api_keys
from service.access.api_keys import Scope
from service.clock import utc_now
from service.db.pool import prepare_connection
from tests.audit.test_verify_command import _evenlode
from tests.builders import report
from tests.web import send


async def _key(database: asyncpg.Connection, *scopes: Scope) -> dict[str, str]:
    await prepare_connection(database)
    _, key = await api_keys.add(
        database, "Example SIEM", list(scopes), utc_now() + timedelta(days=1), by="a test"
    )
    return {"Authorization": f"Bearer {key}"}


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in content.splitlines()]


async def test_a_key_fetches_the_record_from_a_position_on(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for _ in range(3):
        await send(client, report(description="A secret word", anonymity="anonymous"))
    await database.execute(
        "INSERT INTO audit_event (at, actor, action, subject, detail)"
        " VALUES (now(), 'account:a1', 'source.revealed', 'A whole sentence that somebody wrote',"
        ' \'{"reason": "A secret reason", "team": "asb_team", "why": "A secret why"}\')'
    )
    key = await _key(database, "audit:read")
    answer = await client.get("/v1/audit", headers=key, params={"most": 2})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = _lines(answer.content)
    assert [one["event"]["sequence"] for one in lines] == [1, 2]
    more = await client.get("/v1/audit", headers=key, params={"after": 2})
    lines += _lines(more.content)
    assert lines[0]["@timestamp"].endswith(":00Z")
    assert lines[0]["ecs"] == {"version": "8.17.0"}
    assert lines[0]["event"] | {"hash": ""} == {
        "action": "report.accepted",
        "category": ["database"],
        "type": ["creation"],
        "outcome": "success",
        "sequence": 1,
        "hash": "",
        "kind": "event",
        "provider": "evenlode",
        "dataset": "evenlode.audit",
    }
    kept = await database.fetchval("SELECT encode(hash, 'hex') FROM audit_event WHERE seq = 1")
    assert lines[0]["event"]["hash"] == kept
    (revealed,) = [one for one in lines if one["event"]["action"] == "source.revealed"]
    assert revealed["evenlode"] == {"actor": "account:a1", "subject": "other", "detail": {"team": "asb_team"}}
    assert revealed["user"] == {"id": "a1"}
    assert b"secret" not in answer.content + more.content
    # Its own entries alone are not recorded again, or the record would grow with every look.
    for _ in range(2):
        reached = (await database.fetchval("SELECT max(seq) FROM audit_event")) - 1
        await client.get("/v1/audit", headers=key, params={"after": reached})
    assert await database.fetchval("SELECT count(*) FROM audit_event WHERE action = 'audit.exported'") == 2
    assert (await client.get("/v1/audit", headers=key, params={"after": 10**9})).content == b""


async def test_the_record_is_fetched_by_no_other_key_and_by_nobody_without_one(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await send(client, report())
    other = await _key(database, "reports:send", "deliveries:acknowledge")
    forged = {"Authorization": "Bearer evk_forged"}
    for headers in ({}, other, forged):
        refused = await client.get("/v1/audit", headers=headers)
        assert (refused.status_code, b"report.accepted" in refused.content) == (401, False)
    # Whose key it was is known of one that is for other work.
    (entry,) = await database.fetch("SELECT actor, detail FROM audit_event WHERE action = 'request.refused'")
    assert entry["actor"].startswith("key:")
    assert "/v1/audit" in str(entry["detail"])
    right = await _key(database, "audit:read")
    for wrong in ({"after": "x"}, {"after": "-1"}, {"most": "100000"}, {"after": str(2**70)}):
        assert (await client.get("/v1/audit", headers=right, params=wrong)).status_code in {400, 422}


async def test_the_command_prints_a_line_an_entry_and_where_to_go_on(
    client: httpx.AsyncClient, web_environ: dict[str, str]
) -> None:
    await asyncio.gather(*(send(client, report()) for _ in range(3)))
    told = await _evenlode(web_environ, "audit", "export", "--after", "1", "--most", "1")
    assert told.returncode == 0, told.stderr
    assert [one["event"]["sequence"] for one in _lines(told.stdout.encode())] == [2]
    assert "Go on with --after 2" in told.stderr
    rest = await _evenlode(web_environ, "audit", "export", "--after", "2", "--by", "siem")
    assert [one["event"]["action"] for one in _lines(rest.stdout.encode())] == [
        "report.accepted",
        "audit.exported",
    ]
    again = await _evenlode(web_environ, "audit", "export", "--after", "4")
    assert [one["evenlode"]["actor"] for one in _lines(again.stdout.encode())] == ["siem"]
