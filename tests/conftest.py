"""Real services for the tests: one PostgreSQL and one Valkey for the whole run, shared by all test processes.

The first process that needs them starts them (under xdist the controller, before its workers) and stops them
at the end. Each test that asks for a database gets its own, copied from a template that was migrated once.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import hypothesis
import msgspec
import pytest
import redis

from service.db.migrate import migrate
from service.embedded.services import embedded_services
from service.policy.load import load_policy
from service.policy.model import Policy
from service.settings import Settings, default_policy_folder, load_settings

_TEMPLATE: Final = "evenlode"
_VALKEY_DATABASES: Final = 64
# The data do not outlive the run, so nothing waits for the disk; tests of durability start their own.
_HASTY: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "autovacuum": "off",
}
_MEMORY: Final = "/dev/shm"
_NEEDED_BYTES: Final = 4 * 1024**3
_URLS: Final = pytest.StashKey["Urls"]()
_STACK: Final = pytest.StashKey[ExitStack]()


class Urls(msgspec.Struct, frozen=True):
    """Where the services of this run are."""

    database: str
    redis: str


def start_services(stack: ExitStack) -> Urls:
    """Start PostgreSQL and Valkey for this run, and migrate the template."""
    folder = Path(tempfile.mkdtemp(prefix="evenlode-tests-", dir=_fast_place()))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    services = stack.enter_context(
        embedded_services(
            folder,
            postgres_settings=_HASTY,
            valkey_settings={"appendonly": "no", "databases": str(_VALKEY_DATABASES)},
        )
    )
    # In a thread of its own, since asyncio.run() would replace the loop that the tests share.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(migrate(services.database_url))).result()
    return Urls(services.database_url, services.redis_url)


def _fast_place() -> str | None:
    """Memory that is a file system, where there is enough: copying the template there takes a tenth of the time."""
    with suppress(OSError):
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _NEEDED_BYTES:
            return _MEMORY
    return None


# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("evenlode", deadline=None)
hypothesis.settings.load_profile("evenlode")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_STACK] = ExitStack()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_STACK].close()


def _urls(config: pytest.Config) -> Urls:
    """The services of this run, started on first use."""
    given: dict[str, str] | None = getattr(config, "workerinput", {}).get("services")
    if given is not None:
        return msgspec.convert(given, Urls)
    if _URLS not in config.stash:
        config.stash[_URLS] = start_services(config.stash[_STACK])
    return config.stash[_URLS]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist: hand the services to the workers, which share them."""
    node.workerinput["services"] = msgspec.to_builtins(_urls(node.config))


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> Urls:
    """The shared PostgreSQL (its own `evenlode` database is the migrated template) and Valkey."""
    return _urls(request.config)


@pytest.fixture
async def database_url(services: Urls) -> AsyncIterator[str]:
    """A fresh, migrated database for one test."""
    name = f"test_{uuid4().hex}"
    server = services.database.replace(f"/{_TEMPLATE}?", "/postgres?")
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        yield services.database.replace(f"/{_TEMPLATE}?", f"/{name}?")
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to this test's database, to look at what the code under test did."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def redis_url(services: Urls) -> Iterator[str]:
    """An empty database number of Valkey, this test process's own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = services.redis.replace("db=0", f"db={1 + int(worker) % (_VALKEY_DATABASES - 1)}")
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


def coverage_environ() -> dict[str, str]:
    """What a process under test needs for its lines to be counted."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


@pytest.fixture
def environ(database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a process under test: a state folder, database and broker of its own."""
    return {
        **coverage_environ(),
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EVENLODE_STATE": str(tmp_path / "state"),
    }


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    """Settings for this test's own database and broker."""
    return load_settings(environ)


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy as shipped."""
    return load_policy(default_policy_folder())


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder that the services' account can enter, which pytest's own is not, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="evenlode-state-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def state_folder() -> Iterator[Path]:
    """A state folder to be made, with a space in its path, that the services' account can reach."""
    with reachable_folder() as folder:
        yield folder / "a state"
