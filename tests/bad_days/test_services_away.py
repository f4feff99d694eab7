"""The database or the broker goes away and comes back while the whole product runs.

They are started here and given to `evenlode up`, which then does not start them again: away means away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from schemas.reports import Accepted
from service.clock import utc_now
from service.demo.send import send_report
from service.embedded.services import Services, embedded_services
from service.intake.examples import EXAMPLES
from tests.conftest import reachable_folder
from tests.embedded.stack import Stack
from tests.web import problem, send

pytestmark = pytest.mark.slow
BODY: Final = EXAMPLES["taxi_driver"]
PATIENCE: Final = 60.0


@pytest.fixture(scope="module")
def services_of_ours() -> Iterator[Services]:
    with reachable_folder() as folder, embedded_services(folder / "services") as services:
        yield services


@pytest.fixture(scope="module")
def stack(services_of_ours: Services) -> Iterator[Stack]:
    urls = {"DATABASE_URL": services_of_ours.database_url, "REDIS_URL": services_of_ours.redis_url}
    with reachable_folder() as folder, Stack(folder / "state", urls) as running:
        yield running.ready()


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.base, timeout=20) as client:
        yield client


async def accepted(http: httpx.AsyncClient, key: str) -> Accepted:
    """Repeat with the key until it is accepted, as a client may."""
    answer, _ = await send_report(http, msgspec.json.encode(BODY), key, patience=PATIENCE, longest_pause=0.2)
    assert answer is not None, "never accepted"
    assert answer.status_code == 201, answer.text
    return msgspec.json.decode(answer.content, type=Accepted)


async def states(services: Services, report: Accepted) -> list[str]:
    connection = await asyncpg.connect(services.database_url)
    try:
        rows = await connection.fetch("SELECT state FROM delivery WHERE report_id = $1", report.id)
        return [row["state"] for row in rows]
    finally:
        await connection.close()


async def until_delivered(services: Services, report: Accepted) -> None:
    async with asyncio.timeout(PATIENCE):
        while set(await states(services, report)) != {"delivered"}:  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.1)


async def health(http: httpx.AsyncClient) -> tuple[int, str]:
    answer = await http.get("/health/ready")
    return answer.status_code, answer.json()["status"]


async def test_while_postgresql_is_away_nothing_is_taken_and_the_repeat_makes_one_report(
    http: httpx.AsyncClient, services_of_ours: Services
) -> None:
    postgres = services_of_ours.postgres
    assert postgres is not None
    key, began = str(uuid4()), utc_now()
    postgres.stop()
    try:
        refused = await send(http, BODY, key)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert problem(refused)["type"] == "/problems/storage-unavailable"
        assert await health(http) == (503, "away")
    finally:
        postgres.spawn()
        postgres.wait_ready()
    report = await accepted(http, key)
    assert await accepted(http, key) == report
    connection = await asyncpg.connect(services_of_ours.database_url)
    stored = await connection.fetch(
        "SELECT report_id FROM report_handle WHERE idempotency_hash = sha256(convert_to($1, 'UTF8'))", key
    )
    assert [row["report_id"] for row in stored] == [report.id]
    assert await connection.fetchval("SELECT count(*) FROM report WHERE received_at >= $1", began) == 1
    await connection.close()
    await until_delivered(services_of_ours, report)
    assert await health(http) == (200, "ok")


async def test_while_valkey_is_away_reports_are_taken_and_delivered_by_themselves_when_it_is_back(
    http: httpx.AsyncClient, services_of_ours: Services
) -> None:
    valkey = services_of_ours.valkey
    assert valkey is not None
    valkey.kill()
    try:
        report = await accepted(http, str(uuid4()))
        assert await health(http) == (200, "degraded")
        before = await states(services_of_ours, report)
        assert before
        assert "delivered" not in before
    finally:
        valkey.spawn()
        valkey.wait_ready()
    await until_delivered(services_of_ours, report)
    assert await health(http) == (200, "ok")
