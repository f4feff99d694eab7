"""What operators see: whether the process can do its work, and how much waits."""

import shutil
from pathlib import Path

import asyncpg
import httpx
import pytest

from service.settings import load_settings
from tests.builders import report
from tests.web import METRICS_TOKEN, problem, send, serving

_NOWHERE = "unix:///nowhere/valkey.sock?db=0"


async def _metrics(http: httpx.AsyncClient, token: str = METRICS_TOKEN) -> dict[str, float]:
    answer = await http.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_all_is_well_when_database_and_broker_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "ok"}
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "policy": "ok"}
    assert answer.headers["cache-control"] == "no-store"


async def test_without_the_broker_reports_are_still_taken(
    web_environ: dict[str, str], database: asyncpg.Connection
) -> None:
    async with serving(load_settings({**web_environ, "REDIS_URL": _NOWHERE})) as http:
        answer = await http.get("/health/ready")
        assert (answer.status_code, answer.json()["status"], answer.json()["broker"]) == (
            200,
            "degraded",
            "away",
        )
        assert (await send(http, report())).status_code == 201
    assert await database.fetchval("SELECT count(*) FROM report") == 1


async def test_without_the_database_nothing_is_taken_and_the_client_may_repeat(
    web_environ: dict[str, str],
) -> None:
    away = {**web_environ, "DATABASE_URL": "postgresql://evenlode@/evenlode?host=/nowhere"}
    async with serving(load_settings(away)) as http:
        answer = await http.get("/health/ready")
        assert (answer.status_code, answer.json()["status"], answer.json()["database"]) == (
            503,
            "away",
            "away",
        )
        assert (await http.get("/health/live")).status_code == 200
        refused = await send(http, report())
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert problem(refused)["type"] == "/problems/storage-unavailable"
        scraped = await http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        assert scraped.status_code == 503
        assert problem(scraped)["type"] == "/problems/http-503"


async def test_an_unmigrated_database_is_not_ready(
    web_environ: dict[str, str], database: asyncpg.Connection
) -> None:
    await database.execute("DROP TABLE report_handle CASCADE")
    async with serving(load_settings(web_environ)) as http:
        assert (await http.get("/health/ready")).json()["database"] == "away"


async def test_the_metrics_count_what_was_accepted_and_refused(client: httpx.AsyncClient) -> None:
    assert (await _metrics(client))["evenlode_reports_accepted_total"] == 0
    await send(client, report())
    await send(client, report())
    await send(client, report(location={"latitude": 0, "longitude": 0}))
    await send(client, report(concern="aliens"))
    await send(client, b"{")
    await send(client, b"")
    await send(client, report(), "short")
    found = await _metrics(client)
    assert found["evenlode_reports_accepted_total"] == 2
    assert found["evenlode_intake_seconds_count"] == 2
    assert found['evenlode_reports_refused_total{code="report-invalid"}'] == 2
    assert found['evenlode_reports_refused_total{code="report-malformed"}'] == 2
    assert found['evenlode_reports_refused_total{code="idempotency-key-invalid"}'] == 1


async def test_the_metrics_show_depth_age_and_dead_letters(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    empty = await _metrics(client)
    assert [empty[f'evenlode_notification_oldest_seconds{{grade="P{grade}"}}'] for grade in range(1, 5)] == [
        0
    ] * 4
    assert not [name for name in empty if name.startswith("evenlode_notifications_")]

    await send(client, report("venue", concern="weapons", danger_now="yes"))
    await database.execute("UPDATE delivery SET made_at = now() - interval '90 seconds'")
    waiting = await _metrics(client)
    made = await database.fetchval("SELECT count(*) FROM delivery")
    assert waiting['evenlode_notifications_open{grade="P1",state="waiting"}'] == made > 0
    assert 90 <= waiting['evenlode_notification_oldest_seconds{grade="P1"}'] < 200

    await database.execute("UPDATE delivery SET state = 'dead', settled_at = now() WHERE recipient = 'tvp'")
    dead = await _metrics(client)
    told = await database.fetchval("SELECT count(*) FROM delivery WHERE recipient = 'tvp'")
    assert dead['evenlode_notifications_dead{recipient="tvp"}'] == told > 0
    assert dead.get('evenlode_notifications_open{grade="P1",state="waiting"}', 0) == made - told


@pytest.mark.parametrize(("demo", "status"), [("1", 200), ("", 404)])
async def test_without_a_token_the_metrics_are_open_in_the_demo_only(
    web_environ: dict[str, str], tmp_path: Path, demo: str, status: int
) -> None:
    environ = {name: value for name, value in web_environ.items() if name != "EVENLODE_METRICS_TOKEN"}
    policy = tmp_path / "policy"
    shutil.copytree(load_settings(environ).policy, policy)
    recipients = policy / "recipients.toml"
    recipients.write_text(recipients.read_text().replace("@evenlode.invalid", "@evenlode.example.org"))
    async with serving(
        load_settings({**environ, "EVENLODE_POLICY": str(policy), "EVENLODE_DEMO": demo})
    ) as http:
        assert (await http.get("/metrics")).status_code == status
