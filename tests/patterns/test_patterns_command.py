"""`evenlode patterns links`, `cut` and `examine`, as a coordinator at a terminal uses them."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result

from service.cli.database import account
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


async def test_looking_at_links_is_on_the_record(
    client: httpx.AsyncClient, database: asyncpg.Connection, call: Call
) -> None:
    references = await accept(client, *(sighting(number) for number in range(3)))
    await call("examine")

    assert (await call("links", references[0], "--by", "An Example")).exit_code == 0
    assert (await call("links", references[0])).exit_code == 0

    entries = await database.fetch(
        "SELECT actor, subject, detail ->> 'shown' AS shown FROM audit_event WHERE action = 'link.read' ORDER BY seq"
    )
    report_id = await database.fetchval(
        "SELECT report_id::text FROM report_handle WHERE reference = $1", references[0]
    )
    assert [tuple(entry) for entry in entries] == [
        ("An Example", report_id, "2"),
        (account(), report_id, "2"),
    ]


async def test_a_link_is_cut_with_a_reason_only(
    client: httpx.AsyncClient, database: asyncpg.Connection, call: Call
) -> None:
    pair = await accept(client, *(sighting(number) for number in range(2)))
    await call("examine")
    for nothing in ("", " "):
        refused = await call("cut", *pair, "--why", nothing)
        assert (refused.exit_code, "say why" in refused.output) == (2, True)
    assert await database.fetchval("SELECT count(*) FROM link WHERE cut_at IS NOT NULL") == 0

    cut = await call("cut", *pair, "--by", "An Example", "--why", " two cars ")

    assert cut.exit_code == 0, cut.output
    rows = await database.fetch("SELECT DISTINCT cut_by, cut_why FROM link WHERE cut_at IS NOT NULL")
    assert [tuple(row) for row in rows] == [("An Example", "two cars")]


@pytest.mark.parametrize("since", ["0001-01-01", "1969-01-01", "2026-01-01"])
async def test_reports_are_examined_again_since_any_day(
    client: httpx.AsyncClient, call: Call, since: str
) -> None:
    await accept(client, sighting(1))
    await call("examine")
    assert "1 examined" in (await call("examine", "--since", since)).output


async def test_a_slip_in_a_reference_is_told_from_a_report_that_is_not_there(
    client: httpx.AsyncClient, call: Call
) -> None:
    (reference,) = await accept(client, sighting(1))
    slip = reference[:-1] + ("2" if reference[-1] != "2" else "3")
    for arguments in (("links", slip), ("cut", reference, slip, "--why", "x")):
        told = await call(*arguments)
        assert (told.exit_code, f"{slip} is no reference" in told.output) == (1, True), told.output
    told = await call("links", "WO-7F3K-9MPX")
    assert (told.exit_code, "There is no report WO-7F3K-9MPX." in told.output) == (1, True)
    assert (await call("links", f" {reference.lower()} ")).exit_code == 0
