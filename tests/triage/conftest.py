from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from service.db.pool import prepare_connection
from service.keys import ensure_key_ring, load_key_ring
from service.policy.model import Policy
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
