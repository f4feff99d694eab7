"""A running console with a clock that tests turn, and people to sign in."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import asyncpg
import pytest

from service.access import teams
from service.clock import utc_now
from service.db.pool import prepare_connection
from service.policy.model import Policy
from service.settings import Settings
from tests.access.visiting import Console
from tests.web import serving, web_environ, web_settings


class TurnedClock:
    """The time, plus what a test has turned it on by."""

    def __init__(self) -> None:
        self._on = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._on

    def turn(self, by: timedelta) -> None:
        """Turn it on."""
        self._on += by


@pytest.fixture
def clock() -> TurnedClock:
    """The console's clock, by which codes are right or wrong."""
    return TurnedClock()


@pytest.fixture
async def owner(database: asyncpg.Connection, policy: Policy) -> asyncpg.Connection:
    """The database's owner, as the commands are; the teams are those of the policy."""
    await prepare_connection(database)
    await teams.sync(database, policy, by="a test")
    return database


@pytest.fixture
async def console(
    web_settings: Settings, owner: asyncpg.Connection, clock: TurnedClock
) -> AsyncIterator[Console]:
    """The application, its database, its clock."""
    async with serving(web_settings, clock=clock) as http:
        yield Console(http=http, database=owner, clock=clock, settings=web_settings)


__all__ = ["web_environ", "web_settings"]
