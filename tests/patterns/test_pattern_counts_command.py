"""`evenlode patterns review` and `clusters`, as a coordinator at a terminal uses them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import click
import pytest
from click.testing import CliRunner, Result

from service.cli.pattern_counts import clusters, review
from service.clock import utc_now
from service.keys import ensure_key_ring, load_key_ring
from service.policy.model import Policy
from tests.patterns.reporting import Town, a_town
from tests.policy.editing import Edited
from tests.policy.releasing import put_in_force, zone_of_another_day

Call = Callable[..., Any]


@pytest.fixture
def call(database_url: str, tmp_path: Path) -> Call:
    """Run a command in a thread of its own, since it brings its own event loop."""

    async def run(command: click.Command, *arguments: str, **environ: str) -> Result:
        given = {"DATABASE_URL": database_url, "EVENLODE_STATE": str(tmp_path), "COLUMNS": "120", **environ}
        return await asyncio.to_thread(CliRunner().invoke, command, arguments, env=given)

    return run


@pytest.fixture
async def town(
    database_url: str, database: asyncpg.Connection, policy: Policy, tmp_path: Path
) -> AsyncIterator[Town]:
    ensure_key_ring(tmp_path / "keys.json")
    async with a_town(database_url, database, policy, load_key_ring(tmp_path / "keys.json")) as town:
        yield town


async def test_the_arithmetic_is_printed_with_references_and_looking_is_on_the_record(
    town: Town, call: Call, database: asyncpg.Connection
) -> None:
    for day in ("2026-02-28", "2026-05-01", "2026-06-01"):
        await town.tells(day, phone="001", description="They keep shouting at my door.")
    references = [row["reference"] for row in await database.fetch("SELECT reference FROM report_handle")]
    shown = await call(review, "--as-of", "2026-08-28", "--by", "An Example")
    assert shown.exit_code == 0, shown.output
    for told in (*references, "one person", "reached", "effective action", "A person decides"):
        assert told in shown.output
    for untold in ("07700", "900001", "shouting"):
        assert untold not in shown.output
    short = await call(review, "--as-of", "2026-08-29")
    assert "1 short" in short.output
    assert "its 6 months ended on 28 August 2026" in short.output
    assert "Nobody and nothing is near" in (await call(review, "--as-of", "2026-12-29")).output
    entries = await database.fetch(
        "SELECT actor, detail::text FROM audit_event WHERE action = 'case_review.read'"
    )
    assert len(entries) == 3
    assert tuple(entries[0]) == ("An Example", '{"shown": 1}')


async def test_clusters_are_counted_when_asked_and_shown_to_coordinators(
    town: Town, call: Call, database: asyncpg.Connection
) -> None:
    assert "No place has more" in (await call(clusters)).output
    for number, day in enumerate(("2026-07-01", "2026-07-08", "2026-07-15")):
        await town.tells(day, concern="spiking_drink", at="venue:the example arms")
        # As if it came in today, since the command counts by the real clock.
        await database.execute("UPDATE report SET received_at = now() - make_interval(days => $1)", number)
    assert "No place has more" in (await call(clusters)).output
    shown = await call(clusters, "--count", "--by", "An Example")
    assert shown.exit_code == 0, shown.output
    for told in ("spiking", "a venue", "up to 1 a month", "For coordinators only"):
        assert told in shown.output
    assert "example arms" not in shown.output.lower()
    assert (await call(clusters)).output == shown.output
    assert await database.fetchval("SELECT count(*) FROM audit_event WHERE action = 'cluster.read'") == 4


async def test_counts_are_made_by_the_policy_in_force_and_not_by_that_of_the_folder(
    call: Call, database: asyncpg.Connection, tmp_path: Path
) -> None:
    """Its time zone says what day it is, and so when a cluster that has become quiet ended."""
    edited, zone = Edited(tmp_path / "policy"), zone_of_another_day(utc_now())
    edited.replace("partnership.toml", "Europe/London", zone)
    await put_in_force(database, edited.folder)
    await database.execute(
        "INSERT INTO cluster (id, place_kind, place, concern, reports, expected, chance, found_on, counted_on)"
        " VALUES (gen_random_uuid(), 'venue', '', 'spiking', 3, 0.1, 0.001, now(), now())"
    )
    today = utc_now().astimezone(ZoneInfo(zone)).date()

    shown = await call(review)
    assert (await call(clusters, "--count")).exit_code == 0

    assert f"near a threshold on {today}" in shown.output
    assert await database.fetchval("SELECT ended_on FROM cluster") == today


@pytest.mark.parametrize(
    ("day", "code"), [("0001-01-01", 2), ("1969-12-31", 2), ("1970-01-01", 0), ("9999-12-31", 0)]
)
async def test_any_day_is_counted_or_refused_in_a_sentence(
    call: Call, database: asyncpg.Connection, day: str, code: int
) -> None:
    shown = await call(review, "--as-of", day)
    assert shown.exit_code == code, shown.output
    assert ("no report is from before 1970" in shown.output) == (code == 2)


async def test_an_unreachable_database_is_said_in_a_sentence(call: Call) -> None:
    shown = await call(review, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert shown.exit_code == 1
    assert "cannot be reached" in str(shown.exception)
