"""Sending an evening: once each, the same key again until there is an answer, and an honest account of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import StringIO
from typing import Final

import asyncpg
import httpx
import msgspec
import pytest
from rich.console import Console

from service.clock import utc_now
from service.demo.account import books_line, print_answers, print_ledger
from service.demo.evening import evening
from service.demo.ledger import read_ledger, until_settled
from service.demo.send import Evening, send_evening, send_report
from service.intake.examples import EXAMPLES

BODY: Final = msgspec.json.encode(EXAMPLES["taxi_driver"])
KEY: Final = "a-key-of-the-demo-tests"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def send_small(client: httpx.AsyncClient, run: str = "first-run") -> Evening:
    sendings = evening(4, 30, until=utc_now())
    assert any(sending.second_click for sending in sendings)
    return await send_evening(client, sendings, run=run, concurrency=8)


def told(print_it: Callable[[Console], None]) -> str:
    out = StringIO()
    print_it(Console(file=out, width=120, color_system=None))
    return out.getvalue()


async def test_an_evening_is_accepted_whole_and_second_clicks_have_the_same_answer(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    sent = await send_small(client)
    assert len(sent.accepted) == 30
    assert (sent.refusals, sent.different, sent.repeats) == ([], 0, 0)
    assert sent.same > 0
    assert await database.fetchval("SELECT count(*) FROM report") == 30


async def test_another_run_of_the_same_evening_makes_reports_of_its_own(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await send_small(client)
    await send_small(client, "second-run")
    assert await database.fetchval("SELECT count(*) FROM report") == 60


async def test_the_ledger_counts_these_reports_alone_and_balances(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await send_small(client, "somebody-elses-run")
    sent = await send_small(client)
    ids = [accepted.id for accepted in sent.accepted.values()]
    ledger = await read_ledger(database, ids)
    assert ledger.stored == 30
    assert sum(ledger.grades.values()) == 30
    assert ledger.books.balanced
    assert sum(line.waiting for line in ledger.lines) == ledger.books.made == ledger.books.waiting
    shown = told(lambda console: print_ledger(console, ledger))
    assert f"balanced: decided {ledger.books.decided} = routes {ledger.books.routes}; made" in shown
    assert "P2" in shown
    assert "tvp" in shown


async def test_a_lost_notification_is_told_as_books_that_do_not_balance(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    sent = await send_small(client)
    ids = [accepted.id for accepted in sent.accepted.values()]
    lost = await database.fetchval("SELECT route_id FROM delivery LIMIT 1")
    await database.execute("DELETE FROM delivery WHERE route_id = $1", lost)
    books = (await read_ledger(database, ids)).books
    assert not books.balanced
    assert "NOT BALANCED" in books_line(books)
    assert "1 routes without a notification" in books_line(books)


async def test_waiting_ends_when_all_is_delivered_or_when_nothing_moves(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    sent = await send_small(client)
    ids = [accepted.id for accepted in sent.accepted.values()]
    seen: list[int] = []
    outstanding = await until_settled(database, ids, patience=0.3, progress=seen.append)
    assert outstanding == seen[0] > 0
    await database.execute("UPDATE delivery SET state = 'delivered', settled_at = now()")
    assert await until_settled(database, ids, patience=60) == 0


@asynccontextmanager
async def server(*answers: Handler) -> AsyncIterator[httpx.AsyncClient]:
    """A server that treats its first connection as the first handler does, and so on; the last one serves the rest."""
    queue = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = queue.pop(0) if len(queue) > 1 else queue[0]
        await handler(reader, writer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as http:
        yield http


def answering(status: str, seen: list[bytes], headers: str = "") -> Handler:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        (length,) = [
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        await reader.readexactly(length)
        (key,) = [
            line[16:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"idempotency-key")
        ]
        seen.append(key)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n".encode())
        await writer.drain()

    return answer


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)


async def test_a_lost_connection_and_a_503_are_repeated_with_the_same_key() -> None:
    seen: list[bytes] = []
    later = answering("503 Service Unavailable", seen, "Retry-After: 5\r\n")
    async with server(hang_up, later, answering("201 Created", seen)) as http:
        answer, repeats = await send_report(http, BODY, KEY, patience=30, longest_pause=0.05)
    assert answer is not None
    assert answer.status_code == 201
    assert repeats == 2
    assert seen == [KEY.encode()] * 2


@pytest.mark.parametrize(
    "status", ["422 Unprocessable Content", "400 Bad Request", "415 Unsupported Media Type"]
)
async def test_a_refusal_of_the_report_is_not_repeated(status: str) -> None:
    seen: list[bytes] = []
    async with server(answering(status, seen)) as http:
        answer, repeats = await send_report(http, BODY, KEY, patience=30)
    assert answer is not None
    assert answer.status_code == int(status[:3])
    assert (repeats, len(seen)) == (0, 1)


async def test_a_refused_report_is_told_with_what_the_service_said(client: httpx.AsyncClient) -> None:
    (good,) = evening(4, 1, until=utc_now())[:1]
    bad = msgspec.structs.replace(good, body=b'{"reporter": "venue"}')
    sent = await send_evening(client, [bad], run="a-refused-run", concurrency=1)
    assert sent.accepted == {}
    assert sent.refusals[0].startswith("422 ")
    assert "/concern" in told(lambda console: print_answers(console, sent))


async def test_a_service_that_never_answers_is_told_as_unanswered() -> None:
    async with server(hang_up) as http:
        sent = await send_evening(
            http, evening(4, 2, until=utc_now())[:1], run="nobody-there", concurrency=2, patience=0.3
        )
    assert sent.accepted == {}
    assert sent.refusals == ["no answer within 0.3 seconds"]
    assert "no answer within 0.3 seconds" in told(lambda console: print_answers(console, sent))


async def test_a_retry_after_within_the_longest_pause_is_heeded() -> None:
    seen: list[bytes] = []
    busy = answering("429 Too Many Requests", seen, "Retry-After: 1\r\n")
    loop = asyncio.get_running_loop()
    async with server(busy, answering("201 Created", seen)) as http:
        began = loop.time()
        answer, _ = await send_report(http, BODY, KEY, patience=30)
    assert answer is not None
    assert answer.status_code == 201
    assert loop.time() - began >= 0.7
