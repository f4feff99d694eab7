"""The count as a task of the workers: due when something was examined, and every hour."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest

from service.settings import Secret, Settings
from tests.policy.editing import Edited
from tests.policy.releasing import put_in_force, zone_of_another_day
from tests.workers.conftest import HeldClock, until
from tests.workers.outbox_rows import queue
from workers.app import create_app
from workers.runtime import Runtime
from workers.tasks.counts import AT_LEAST, COUNT


@pytest.fixture
def runtime(demo_settings: Settings, database_url: str, clock: HeldClock) -> Iterator[Runtime]:
    started = Runtime(msgspec.structs.replace(demo_settings, database_url=Secret(database_url)), clock=clock)
    started.start()
    yield started
    started.stop()


async def test_a_count_is_made_when_it_is_due_and_not_otherwise(
    runtime: Runtime, database: asyncpg.Connection, clock: HeldClock
) -> None:
    """A case review that no count would find shows each count by being gone after it."""
    app = create_app(runtime.settings, runtime)
    await queue(database, notify=False)

    async def stale() -> int:
        found: int = await database.fetchval("SELECT count(*) FROM case_review")
        return found

    async def leave_one() -> None:
        await database.execute(
            "INSERT INTO case_review VALUES (gen_random_uuid(), 'one_person', 'reporter', '', $1, 2, 3)",
            clock().date(),
        )

    async def none_left() -> bool:
        return await stale() == 0

    async def asked() -> None:
        app.tasks[COUNT]()
        # What was handed in before is done when the room that it took is free again.
        await until(lambda: _idle(runtime))

    await leave_one()
    await asked()
    await until(none_left)
    await leave_one()
    clock.advance(minutes=10)
    await asked()
    assert await stale() == 1
    await database.execute(
        "INSERT INTO examination SELECT report_id, $1, $1 FROM report_handle",
        clock().replace(second=0, microsecond=0),
    )
    clock.advance(minutes=1)
    await asked()
    await until(none_left)
    await leave_one()
    clock.advance(minutes=5)
    await asked()
    assert await stale() == 1
    clock.advance(seconds=AT_LEAST.total_seconds())
    await asked()
    await until(none_left)
    app.close()


async def test_a_count_is_made_by_the_policy_in_force(
    runtime: Runtime, database: asyncpg.Connection, clock: HeldClock, tmp_path: Path
) -> None:
    """Its time zone says what day it is, and so when a cluster that has become quiet ended."""
    edited, zone = Edited(tmp_path / "policy"), zone_of_another_day(clock())
    edited.replace("partnership.toml", "Europe/London", zone)
    await put_in_force(database, edited.folder)
    await database.execute(
        "INSERT INTO cluster (id, place_kind, place, concern, reports, expected, chance, found_on, counted_on)"
        " VALUES (gen_random_uuid(), 'venue', '', 'spiking', 3, 0.1, 0.001, $1, $1)",
        clock().date(),
    )
    app = create_app(runtime.settings, runtime)
    app.tasks[COUNT]()
    await until(lambda: _idle(runtime))
    app.close()
    assert (
        await database.fetchval("SELECT ended_on FROM cluster") == clock().astimezone(ZoneInfo(zone)).date()
    )


async def _idle(runtime: Runtime) -> bool:
    return runtime._room._value == runtime._room._initial_value  # type: ignore[attr-defined]
