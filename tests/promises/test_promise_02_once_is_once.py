"""Promise 2: the same Idempotency-Key gives the same report and the same answer, however often and wherever."""

import asyncio

import asyncpg
import httpx

from service.keys import rotate_key_ring
from service.settings import Settings
from tests.builders import full_report, idempotency_key, report
from tests.web import problem, rows, send, serving


async def test_a_repeat_gets_the_same_answer_with_the_same_receipt(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    body, key = full_report("venue"), idempotency_key()
    first = await send(client, body, key)
    before = await rows(database)
    second = await send(client, body, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.json()["receipt"]
    assert await rows(database) == before


async def test_thirty_at_once_make_one_report(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    body, key = full_report("care_worker"), idempotency_key()
    answers = await asyncio.gather(*(send(client, body, key) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert (await rows(database))["report"] == 1
    assert (await rows(database))["audit_event"] == 1


async def test_repeats_that_reach_two_processes_at_once_make_one_report(
    web_settings: Settings, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    bodies = [(report(description=f"number {number}"), idempotency_key()) for number in range(10)]
    async with serving(web_settings) as other:
        answers = await asyncio.gather(
            *(send(http, body, key) for body, key in bodies for http in (client, other, client, other))
        )
    assert {answer.status_code for answer in answers} == {201}
    for number in range(10):
        assert len({answer.text for answer in answers[4 * number : 4 * number + 4]}) == 1
    assert (await rows(database))["report"] == 10


async def test_a_repeat_after_a_rotation_of_the_keys_still_gets_its_first_receipt(
    web_settings: Settings, client: httpx.AsyncClient
) -> None:
    body, key = report(), idempotency_key()
    first = await send(client, body, key)
    rotate_key_ring(web_settings.key_file)
    async with serving(web_settings) as restarted:
        second = await send(restarted, body, key)
        fresh = await send(restarted, body, idempotency_key())
    assert second.json() == first.json()
    assert fresh.json()["receipt"] != first.json()["receipt"]


async def test_the_same_key_with_another_body_is_refused_and_the_first_report_stays(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    key = idempotency_key()
    first = await send(client, report(), key)
    before = await rows(database)
    answer = await send(client, report(description="something else"), key)
    assert answer.status_code == 422
    assert problem(answer)["type"] == "/problems/idempotency-key-reused"
    assert await rows(database) == before
    assert (await send(client, report(), key)).json() == first.json()


async def test_one_key_with_two_bodies_at_once_stores_one_of_them(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    key = idempotency_key()
    answers = await asyncio.gather(*(send(client, report(description=str(n % 2)), key) for n in range(20)))
    accepted = [answer for answer in answers if answer.status_code == 201]
    assert len(accepted) == 10
    assert {answer.status_code for answer in answers} == {201, 422}
    assert len({answer.text for answer in accepted}) == 1
    assert (await rows(database))["report"] == 1


async def test_without_a_key_every_request_is_a_report_of_its_own(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    first, second = await send(client, report()), await send(client, report())
    for field in ("id", "reference", "receipt"):
        assert first.json()[field] != second.json()[field]
    assert (await rows(database))["report"] == 2


async def test_a_repeat_after_its_key_was_forgotten_is_still_the_same_report(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    body, key = report(), idempotency_key()
    first = await send(client, body, key)
    await database.execute("UPDATE report_handle SET idempotency_hash = NULL")
    second = await send(client, body, key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert (await rows(database))["report"] == 1


async def test_a_key_whose_first_answer_cannot_be_found_just_now_may_be_tried_again(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    body, key = report(), idempotency_key()
    await send(client, body, key)
    # As when the upkeep comes between the look at the key and the look at its answer.
    await database.execute(
        "SET session_replication_role = replica; CREATE TABLE kept AS TABLE decision; DELETE FROM decision"
    )
    answer = await send(client, body, key)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    await database.execute("INSERT INTO decision SELECT * FROM kept")
    assert (await send(client, body, key)).status_code == 201


async def test_a_forgotten_key_with_another_body_is_a_new_report(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    key = idempotency_key()
    await send(client, report(), key)
    await database.execute("UPDATE report_handle SET idempotency_hash = NULL")
    assert (await send(client, report(description="something else"), key)).status_code == 201
    assert (await rows(database))["report"] == 2


async def test_neither_key_nor_receipt_is_kept_as_sent(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    key = idempotency_key()
    receipt = (await send(client, report(), key)).json()["receipt"]
    handle = str(await database.fetchrow("SELECT report_handle::text FROM report_handle"))
    for secret in (key, receipt, receipt.replace("-", "")):
        assert secret not in handle
        assert secret.encode().hex() not in handle


async def test_a_refused_body_does_not_use_up_its_key(client: httpx.AsyncClient) -> None:
    key = idempotency_key()
    assert (await send(client, report(concern="aliens"), key)).status_code == 422
    assert (await send(client, report(), key)).status_code == 201
