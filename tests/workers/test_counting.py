"""The count as a task of the workers: due when something was examined, and every hour."""

from collections.abc import Iterator

import asyncpg
import msgspec
import pytest

from service.settings import Secret, Settings
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


async def _idle(runtime: Runtime) -> bool:
    return runtime._room._value == runtime._room._initial_value  # type: ignore[attr-defined]
