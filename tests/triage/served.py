"""A desk at the database that the served application works with."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.db.pool import prepare_connection
from service.keys import load_key_ring
from service.policy.model import Policy
from service.settings import Settings
from tests.triage.desk import TriageDesk, a_desk


@pytest.fixture
async def desk(
    web_settings: Settings, database: asyncpg.Connection, policy: Policy
) -> AsyncIterator[TriageDesk]:
    """What tests do that no page and no call does: reports, people, and what the database holds."""
    await prepare_connection(database)
    ring = load_key_ring(web_settings.key_file)
    async with a_desk(web_settings.require_database(), database, policy, ring) as one:
        yield one
