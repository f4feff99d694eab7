"""The web application under test: in this process on the test's own loop, or as a process of its own."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
import structlog
from litestar import Litestar

from service.app import create_app
from service.clock import Clock, utc_now
from service.keys import ensure_key_ring
from service.settings import Settings, load_settings
from tests.conftest import Urls

METRICS_TOKEN: Final = "a-token-for-scrapers"
CLIENT: Final = ("203.0.113.7", 40000)
_PROJECT: Final = Path(__file__).resolve().parent.parent


@pytest.fixture
def web_environ(environ: dict[str, str]) -> dict[str, str]:
    """The environment of a web process with a database, a broker and a key ring of its own."""
    return of_a_web_process(environ)


def of_a_web_process(environ: Mapping[str, str]) -> dict[str, str]:
    """As the demo, since the shipped policy's addresses are not real ones; nothing is sent by the web process."""
    given = {
        **environ,
        "EVENLODE_DEMO": "1",
        "EVENLODE_METRICS_TOKEN": METRICS_TOKEN,
        "SMTP_URL": "smtp://127.0.0.1:1",
    }
    ensure_key_ring(load_settings(given).key_file)
    return given


@pytest.fixture
def web_settings(web_environ: dict[str, str]) -> Settings:
    """Settings of a web process with a database, a broker and a key ring of its own."""
    return load_settings(web_environ)


@pytest.fixture
async def client(web_settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running application."""
    async with serving(web_settings) as http:
        yield http


class Shared(msgspec.Struct, frozen=True):
    """A running application that the tests of one module share, and a connection to its database."""

    http: httpx.AsyncClient
    database: asyncpg.Connection
    url: str


@pytest.fixture(scope="module")
async def shared(services: Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    """For tests that need no database of their own, such as those of refusals: making one costs more than they do."""
    async with a_database(services) as url:
        settings = load_settings(
            of_a_web_process(
                {
                    "DATABASE_URL": url,
                    "REDIS_URL": services.redis,
                    "EVENLODE_STATE": str(tmp_path_factory.mktemp("shared")),
                }
            )
        )
        connection = await asyncpg.connect(url)
        async with serving(settings) as http:
            yield Shared(http, connection, url)
        await connection.close()


@asynccontextmanager
async def a_database(services: Urls, *, migrated: bool = True) -> AsyncIterator[str]:
    """The URL of a new database, gone afterwards; migrated, or empty."""
    name = f"test_{uuid4().hex}"
    server = await asyncpg.connect(services.database.replace("/evenlode?", "/postgres?"))
    try:
        template = "evenlode" if migrated else "template1"
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield services.database.replace("/evenlode?", f"/{name}?")
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


@asynccontextmanager
async def serving(settings: Settings, *, clock: Clock = utc_now) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application on this loop, so that concurrent requests really meet in it."""
    async with serving_app(create_app(settings, clock=clock)) as http:
        yield http


@asynccontextmanager
async def serving_app(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Run an application that was put together from other parts."""
    # The default prints every exception with its variables, which takes seconds; what is logged has tests of its own.
    structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
    asgi: Any = app
    transport = httpx.ASGITransport(app=asgi, raise_app_exceptions=False, client=CLIENT)
    started, ended = asyncio.Event(), asyncio.Event()
    # In a task of its own, since a fixture is entered and left by two tasks and the lifespan must not be.
    lifespan = asyncio.create_task(_live_until(app, started, ended))
    lifespan.add_done_callback(lambda _: started.set())
    await started.wait()
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://evenlode.test", timeout=30
        ) as http:
            yield http
    finally:
        ended.set()
        await lifespan


async def _live_until(app: Litestar, started: asyncio.Event, ended: asyncio.Event) -> None:
    async with app.lifespan():
        started.set()
        await ended.wait()


@asynccontextmanager
async def served_by_granian(
    environ: Mapping[str, str], log: Path, *, local_address: str = "127.0.0.1", port: int | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application as production does, everything it prints going to `log`."""
    port = port or free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "service.asgi:app"],
            cwd=_PROJECT,
            env={**_for_coverage(), **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            transport = httpx.AsyncHTTPTransport(local_address=local_address)
            async with httpx.AsyncClient(
                transport=transport, base_url=f"http://127.0.0.1:{port}", timeout=30
            ) as http:
                await _until_live(http, process, log)
                yield http
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 20)


async def _until_live(http: httpx.AsyncClient, process: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(120):
        while True:
            assert process.poll() is None, log.read_text()  # noqa: ASYNC240
            try:
                await http.get("/health/live")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


def _for_coverage() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(("COV", "PYTHON", "LD_"))}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def send(
    http: httpx.AsyncClient, body: Mapping[str, Any] | bytes, key: str | None = None, **headers: str
) -> httpx.Response:
    """Send one report."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    given = {"Content-Type": "application/json", **headers}
    if key is not None:
        given["Idempotency-Key"] = key
    return await http.post("/v1/reports", content=content, headers=given)


async def rows(database: asyncpg.Connection) -> dict[str, int]:
    """How many rows each table holds, but for what the migrations themselves put into one."""
    tables = await database.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND relname NOT IN ('schema_migration', 'summary_field')"
    )
    return {
        table["relname"]: await database.fetchval(f"SELECT count(*) FROM {table['relname']}")
        for table in tables
    }


async def nothing_stored(database: asyncpg.Connection) -> bool:
    """True when no table holds a row."""
    return not any((await rows(database)).values())


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal, after checking that it is one."""
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json", answer.text
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(document)
    assert document["status"] == answer.status_code
    assert document["type"].startswith("/problems/")
    return document


def pointers(answer: httpx.Response) -> list[str]:
    """Where the problem document says something is wrong."""
    return [fault["pointer"] for fault in problem(answer).get("errors", [])]
