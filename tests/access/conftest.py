"""A running console with a clock that tests turn, and people to sign in."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.access import teams
from service.db.pool import prepare_connection
from service.policy.model import Policy
from service.settings import load_settings
from tests.access.visiting import Console, TurnedClock
from tests.conftest import Urls
from tests.web import a_database, of_a_web_process, serving


@pytest.fixture(scope="module")
async def console(
    services: Urls, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Console]:
    """The application with a database of its own, for the tests of one module; each has people of its own."""
    async with a_database(services) as url:
        settings = load_settings(
            of_a_web_process(
                {
                    "DATABASE_URL": url,
                    "REDIS_URL": services.redis,
                    "EVENLODE_STATE": str(tmp_path_factory.mktemp("console")),
                }
            )
        )
        owner = await asyncpg.connect(url)
        try:
            await prepare_connection(owner)
            await teams.sync(owner, policy, by="a test")
            clock = TurnedClock()
            async with serving(settings, clock=clock) as http:
                yield Console(http=http, database=owner, clock=clock, url=url)
        finally:
            await owner.close()
