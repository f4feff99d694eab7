"""Comparing reports as a task of the workers."""

from collections.abc import Iterator

import asyncpg
import httpx
import pytest

from service.settings import Settings
from tests.patterns.examining import accept, sighting
from tests.web import client, web_environ, web_settings
from tests.workers.conftest import until
from workers.app import create_app
from workers.runtime import Runtime
from workers.tasks.patterns import EXAMINE, schedule

__all__ = ["client", "web_environ", "web_settings"]


@pytest.fixture
def runtime(web_settings: Settings) -> Iterator[Runtime]:
    started = Runtime(web_settings)
    started.start()
    yield started
    started.stop()


async def test_the_task_links_and_raises_what_came_in(
    client: httpx.AsyncClient, database: asyncpg.Connection, runtime: Runtime
) -> None:
    await accept(client, *(sighting(number) for number in range(3)))
    app = create_app(runtime.settings, runtime)
    # Two at once: one does the work, the other ends.
    app.tasks[EXAMINE]()
    app.tasks[EXAMINE]()

    async def finished() -> bool:
        count: int = await database.fetchval("SELECT count(*) FROM examination WHERE finished_at IS NOT NULL")
        return count == 3

    await until(finished)
    app.close()
    assert await database.fetchval("SELECT count(*) FROM decision WHERE cause = 'pattern'") == 3


def test_an_examination_that_nobody_takes_before_the_next_is_due_is_dropped(web_settings: Settings) -> None:
    app = create_app(web_settings)
    entry = app.conf.beat_schedule[EXAMINE]
    assert entry["options"]["expires"] == entry["schedule"] == schedule()[EXAMINE]
    app.close()
