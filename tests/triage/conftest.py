from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from service.db.pool import prepare_connection
from service.keys import ensure_key_ring, load_key_ring
from service.policy.directory import Directory, load_directory
from service.policy.model import Policy
from service.settings import default_policy_folder
from tests.triage.desk import TriageDesk, a_desk
from tests.web import client, shared, web_environ, web_settings

__all__ = ["client", "shared", "web_environ", "web_settings"]


@pytest.fixture
async def desk(
    database_url: str, database: asyncpg.Connection, policy: Policy, tmp_path: Path
) -> AsyncIterator[TriageDesk]:
    """A desk with an intake of its own."""
    await prepare_connection(database)
    ensure_key_ring(tmp_path / "keys.json")
    async with a_desk(database_url, database, policy, load_key_ring(tmp_path / "keys.json")) as one:
        yield one


@pytest.fixture(scope="session")
def directory() -> Directory:
    """Who can be told, by the shipped policy."""
    return load_directory(default_policy_folder())


@pytest.fixture
async def another(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A second process's connection."""
    connection = await asyncpg.connect(database_url)
    await prepare_connection(connection)
    yield connection
    await connection.close()
