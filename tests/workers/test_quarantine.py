"""`evenlode quarantine`: what waits for a coordinator, let go or dropped, on the record and in the books."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from service.db.pool import open_pool
from service.routing.outbox import books, claim
from tests.workers.outbox_rows import queue

Call = Callable[..., Any]


@pytest.fixture
def call(database_url: str, tmp_path: Path) -> Call:
    """Run the command in a thread of its own, since it brings its own event loop."""

    async def run(*arguments: str) -> Result:
        given = {"DATABASE_URL": database_url, "EVENLODE_STATE": str(tmp_path), "COLUMNS": "120"}
        return await asyncio.to_thread(CliRunner().invoke, evenlode, ["quarantine", *arguments], env=given)

    return run


@pytest.fixture
async def held(database: asyncpg.Connection) -> list[str]:
    """The references of two held reports, an anonymous one first; a third report is not held."""
    ids = [*await queue(database, coarse=True), *await queue(database, 2)]
    await database.execute("UPDATE delivery SET state = 'held' WHERE id = any($1)", ids[:2])
    await database.execute(
        "INSERT INTO quarantine (report_id, at, signs, held)"
        " SELECT report_id, date_trunc('minute', made_at), '{trap,hasty}', true FROM delivery WHERE state = 'held'"
    )
    found = await database.fetch(
        "SELECT reference FROM report_handle JOIN delivery USING (report_id) WHERE id = any($1)"
        " ORDER BY array_position($1, id)",
        ids,
    )
    # In the form people type, for the command to take.
    for place, row in enumerate(found):
        await database.execute(
            "UPDATE report_handle SET reference = $2 WHERE reference = $1",
            row["reference"],
            _REFERENCES[place],
        )
    return _REFERENCES[:2]


_REFERENCES: Final = ["WO-7F3K-9MPX", "WO-ABET-JX2Y", "WO-2222-2222"]


async def _claimed(database_url: str) -> int:
    pool = await open_pool(database_url, role="evenlode_worker", size=1)
    try:
        async with pool.acquire() as connection:
            taken = await claim(
                connection,
                grade=3,
                now=datetime.now(UTC) + timedelta(seconds=5),
                lease=timedelta(seconds=30),
                handed_out=99,
                most=99,
            )
            return len(taken.ids)
    finally:
        await pool.close()


async def test_what_is_held_is_shown_and_not_handed_over(
    call: Call, held: list[str], database: asyncpg.Connection, database_url: str
) -> None:
    shown = await call("list")
    assert shown.exit_code == 0, shown.output
    for told in (*held, "filled in a field that no person sees", "sent within two seconds"):
        assert told in " ".join(shown.output.split())
    assert await _claimed(database_url) == 1
    counted = await books(database)
    assert (counted.held, counted.balanced) == (2, True)


async def test_what_is_released_goes_out_at_once_and_only_that(
    call: Call, held: list[str], database: asyncpg.Connection, database_url: str
) -> None:
    done = await call("release", held[0], "--by", "duty officer")
    assert (done.exit_code, done.output) == (0, "1 released.\n")
    assert await _claimed(database_url) == 2
    record = await database.fetchrow("SELECT actor, action FROM audit_event")
    assert tuple(record) == ("duty officer", "quarantine.released")
    # Of an anonymous report no second is kept, not even of this.
    moment = await database.fetchval("SELECT retried_at FROM delivery WHERE coarse")
    assert (moment.second, moment.microsecond) == (0, 0)
    assert (await books(database)).balanced
    again = await call("release", held[0])
    assert again.exit_code == 1
    assert held[0] in again.output


async def test_what_is_dropped_is_never_sent_and_stays_in_the_books(
    call: Call, held: list[str], database: asyncpg.Connection, database_url: str
) -> None:
    done = await call("drop", "--all")
    assert done.output == "2 dropped.\n"
    assert await _claimed(database_url) == 1
    counted = await books(database)
    assert (counted.dropped, counted.held, counted.balanced) == (2, 0, True)
    assert (await call("list")).output == "Nothing is in quarantine.\n"


@pytest.mark.parametrize("arguments", [("release",), ("drop",), ("release", "WO-7F3K-9MPX", "--all")])
async def test_it_must_be_said_which(call: Call, arguments: tuple[str, ...]) -> None:
    assert (await call(*arguments)).exit_code == 2
