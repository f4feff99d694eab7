"""The looks at due times as tasks of the workers: from an item that is late to the mail about it, once."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest

from service.routing.outbox import books
from service.settings import Secret, Settings
from tests.workers.conftest import HeldClock, until
from tests.workers.outbox_rows import queue
from tests.workers.receivers import MailServer
from workers.app import create_app
from workers.runtime import Runtime
from workers.tasks.watch import ESCALATE, REMIND


@pytest.fixture
def runtime(demo_settings: Settings, database_url: str, clock: HeldClock) -> Iterator[Runtime]:
    started = Runtime(msgspec.structs.replace(demo_settings, database_url=Secret(database_url)), clock=clock)
    started.start()
    yield started
    started.stop()


async def test_a_late_item_is_taken_on_and_its_team_reminded_once_however_often_it_is_asked(
    runtime: Runtime,
    database: asyncpg.Connection,
    clock: HeldClock,
    mail: MailServer,
    carry_due: Callable[[int], Awaitable[list[UUID]]],
) -> None:
    await queue(
        database, grade=1, recipient="licensing", channel="console", made_at=clock() - timedelta(hours=1)
    )
    app = create_app(runtime.settings, runtime)
    further = "SELECT array_agg(about || ' ' || recipient || ' ' || channel) FROM delivery WHERE about <> 'decision'"
    expected = ["escalation tvp console", "escalation tvp email", "reminder licensing email"]

    async def all_made() -> bool:
        made: list[str] | None = await database.fetchval(further)
        return sorted(made or []) == expected

    for _ in range(2):
        # Twice at once, as two schedulers would.
        for name in (ESCALATE, ESCALATE, REMIND, REMIND):
            app.tasks[name]()
        await until(all_made)
        await until(lambda: _idle(runtime))
        assert sorted(await database.fetchval(further)) == expected
    app.close()
    assert (await books(database)).balanced
    await carry_due(1)
    taken = {str(one["To"]): str(one["Subject"]) for one in mail.taken}
    assert taken["duty@tvp.test"].endswith("comes to you: nobody has acknowledged it")


async def _idle(runtime: Runtime) -> bool:
    return runtime._room._value == runtime._room._initial_value  # type: ignore[attr-defined]
