"""`evenlode patterns links`, `cut` and `examine`, as a coordinator at a terminal uses them."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from tests.patterns.examining import accept, sighting
from tests.policy.editing import Edited
from tests.policy.releasing import FLY_TIPPING, put_files_in_force, put_in_force

Call = Callable[..., Any]


@pytest.fixture
def call(web_environ: dict[str, str]) -> Call:
    """Runs a command in a thread of its own, since it brings its own event loop."""

    async def run(*arguments: str) -> Result:
        given = {**web_environ, "COLUMNS": "120"}
        return await asyncio.to_thread(CliRunner().invoke, evenlode, ["patterns", *arguments], env=given)

    return run


async def test_reports_are_raised_by_the_policy_in_force_and_not_by_that_of_the_folder(
    client: httpx.AsyncClient, database: asyncpg.Connection, call: Call, edited: Edited
) -> None:
    await accept(client, *(sighting(number) for number in range(3)))
    edited.append("rules.toml", FLY_TIPPING)
    version = await put_in_force(database, edited.folder)

    examined = await call("examine")

    assert examined.exit_code == 0, examined.output
    assert "3 examined, 3 raised." in examined.output
    found = await database.fetch("SELECT DISTINCT policy FROM decision WHERE cause = 'pattern'")
    assert [row["policy"] for row in found] == [version]


async def test_nothing_is_examined_under_a_policy_that_is_not_in_force(
    client: httpx.AsyncClient, database: asyncpg.Connection, call: Call
) -> None:
    """When the one in force cannot be used here, the folder's is no stand-in for a person who could wait."""
    await accept(client, sighting(1))
    await put_files_in_force(database, "unreadable", {"rules.toml": "nonsense"})

    examined = await call("examine")

    assert examined.exit_code == 1
    assert "The policy in force, unreadable, cannot be used here" in examined.output
    assert await database.fetchval("SELECT count(*) FROM examination") == 0
