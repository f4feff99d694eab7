"""What the tasks of a worker process share: one loop, one pool, bounded work, an orderly end."""

import asyncio
import threading
from collections.abc import Iterator

import asyncpg
import msgspec
import pytest

from service.errors import PolicyError
from service.routing.outbox import claim
from service.settings import Secret, Settings
from tests.workers.conftest import HeldClock, until
from tests.workers.outbox_rows import queue, states
from workers import runtime as runtime_module
from workers.app import create_app
from workers.lanes import DELIVER, LEASE
from workers.runtime import Runtime


@pytest.fixture
def worker_settings(demo_settings: Settings, database_url: str) -> Settings:
    return msgspec.structs.replace(demo_settings, database_url=Secret(database_url))


@pytest.fixture
def runtime(worker_settings: Settings, clock: HeldClock) -> Iterator[Runtime]:
    started = Runtime(worker_settings, clock=clock)
    started.start()
    yield started
    started.stop()


async def test_the_task_gives_its_thread_back_and_the_notifications_are_delivered(
    runtime: Runtime, database: asyncpg.Connection, clock: HeldClock, worker_settings: Settings
) -> None:
    ids = await queue(database, 4, grade=3, channel="console", made_at=clock())
    taken = await claim(database, grade=3, now=clock(), lease=LEASE, handed_out=10, most=10)
    app = create_app(worker_settings, runtime)
    app.tasks[DELIVER]([str(one) for one in taken.ids], str(taken.lease))
    app.close()

    async def all_delivered() -> bool:
        return await states(database, ids) == {"delivered": 4}

    await until(all_delivered)


async def test_no_more_is_under_way_than_there_is_room_for(runtime: Runtime) -> None:
    release = threading.Event()
    running = 0

    async def work() -> None:
        nonlocal running
        running += 1
        await asyncio.to_thread(release.wait)

    def submit_many() -> None:
        for _ in range(runtime_module.HAND_OVERS_AT_ONCE + 5):
            runtime.submit(work)

    submitting = asyncio.create_task(asyncio.to_thread(submit_many))
    await until(lambda: asyncio.sleep(0, running == runtime_module.HAND_OVERS_AT_ONCE))
    assert not submitting.done()
    release.set()
    await submitting
    await until(lambda: asyncio.sleep(0, running == runtime_module.HAND_OVERS_AT_ONCE + 5))


async def test_work_that_fails_makes_room_again(runtime: Runtime) -> None:
    async def fail() -> None:
        raise ValueError

    for _ in range(runtime_module.HAND_OVERS_AT_ONCE * 2):
        await asyncio.wait_for(asyncio.to_thread(runtime.submit, fail), 5)


async def test_the_end_waits_for_what_is_being_sent(worker_settings: Settings) -> None:
    started = Runtime(worker_settings)
    started.start()
    ended = False

    async def work() -> None:
        nonlocal ended
        await asyncio.sleep(0.2)
        ended = True

    started.submit(work)
    await asyncio.to_thread(started.stop)
    assert ended


async def test_the_end_does_not_wait_for_ever(
    worker_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "DRAIN_SECONDS", 0.1)
    started = Runtime(worker_settings)
    started.start()
    future = started.submit(lambda: asyncio.sleep(60))
    await asyncio.wait_for(asyncio.to_thread(started.stop), 10)
    assert future.cancelled() or not future.done()


def test_nothing_can_be_handed_in_before_the_start_or_after_the_end(demo_settings: Settings) -> None:
    idle = Runtime(demo_settings)
    idle.stop()
    with pytest.raises(RuntimeError, match="not started"):
        idle.submit(lambda: asyncio.sleep(0))
    with pytest.raises(RuntimeError, match="not started"):
        _ = idle.courier


def test_a_worker_that_could_reach_nobody_does_not_start(worker_settings: Settings) -> None:
    settings = msgspec.structs.replace(worker_settings, demo=False)
    with pytest.raises(PolicyError, match="no live channel"):
        Runtime(settings).start()


def test_every_scheduled_chore_is_a_task_of_a_queue_that_is_served(worker_settings: Settings) -> None:
    app = create_app(worker_settings)
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert app.amqp.router.route({}, entry["task"])["queue"].name in {"upkeep", "patterns"}
    app.close()
