from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from service.db.pool import open_pool
from service.keys import ensure_key_ring, load_key_ring
from service.policy.model import Policy
from tests.patterns.reporting import Town, a_town
from tests.policy.editing import Edited
from tests.web import client, shared, web_environ, web_settings

__all__ = ["client", "shared", "web_environ", "web_settings"]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path / "policy")


@pytest.fixture
async def town(
    database_url: str, database: asyncpg.Connection, policy: Policy, tmp_path: Path
) -> AsyncIterator[Town]:
    ensure_key_ring(tmp_path / "keys.json")
    async with a_town(database_url, database, policy, load_key_ring(tmp_path / "keys.json")) as town:
        yield town


@pytest.fixture
async def pattern(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection with the rights of the pattern work."""
    pool = await open_pool(database_url, role="evenlode_pattern", size=1)
    async with pool.acquire() as connection:
        yield connection
    await pool.close()
