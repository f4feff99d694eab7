"""The relay: woken at once, sweeping as well, and patient with a database or a broker that is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest

from service.clock import utc_now
from service.embedded.services import embedded_services
from service.routing.outbox import Settled, begin, settle
from service.settings import Secret, Settings
from tests.workers.conftest import until
from tests.workers.outbox_rows import queue, states
from workers.app import create_app
from workers.handover import Relay
from workers.lanes import LANE_OF, LANES, Lane
from workers.publisher import CeleryPublisher
from workers.relay import connect


class Broker:
    """Takes hand-overs, or refuses them while it is away; `room` is how many batches it takes before it goes away."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[UUID], UUID]] = []
        self.away = False
        self.room = 10**9

    def __call__(self, lane: Lane, batches: Sequence[Sequence[UUID]], lease: UUID) -> int:
        sent = 0
        for batch in batches:
            if self.away or self.room == 0:
                break
            self.room -= 1
            self.taken.append((lane.queue, list(batch), lease))
            sent += 1
        return sent

    @property
    def ids(self) -> list[UUID]:
        return [one for _, batch, _ in self.taken for one in batch]


def without_sweep(lane: Lane) -> Lane:
    return msgspec.structs.replace(lane, sweep=600.0)


@asynccontextmanager
async def relaying(
    url: str, publish: Callable[[Lane, Sequence[Sequence[UUID]], UUID], int], *, sweeps: bool = False
) -> AsyncIterator[Relay]:
    lanes = LANES if sweeps else [without_sweep(lane) for lane in LANES]
    relay = Relay(lambda: connect(url), publish, utc_now, lanes=lanes)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await asyncio.wait_for(running, 10)


async def listening(database: asyncpg.Connection) -> bool:
    return await database.fetchval(
        "SELECT count(*) = 5 FROM pg_stat_activity "
        "WHERE application_name = 'evenlode_relay' AND datname = current_database() AND state = 'idle'"
    )


async def test_a_new_notification_is_handed_over_at_once_because_its_report_wakes_the_relay(
    database_url: str, database: asyncpg.Connection
) -> None:
    broker = Broker()
    async with relaying(database_url, broker):
        await until(lambda: listening(database))
        for grade in (1, 2, 3, 4):
            [made] = await queue(database, 1, grade=grade)
            await until(lambda made=made: asyncio.sleep(0, made in broker.ids), within=5)
    assert [name for name, _, _ in broker.taken] == ["p1", "p2", "p3", "p4"]


async def test_what_nobody_announced_is_found_by_looking(
    database_url: str, database: asyncpg.Connection
) -> None:
    broker = Broker()
    async with relaying(database_url, broker, sweeps=True):
        await until(lambda: listening(database))
        [made] = await queue(database, 1, grade=1, notify=False)
        await until(lambda: asyncio.sleep(0, made in broker.ids), within=5)


async def test_a_notice_that_means_nothing_is_passed_over(
    database_url: str, database: asyncpg.Connection
) -> None:
    broker = Broker()
    async with relaying(database_url, broker):
        await until(lambda: listening(database))
        await database.execute("SELECT pg_notify('evenlode_delivery', 'x,9,')")
        [made] = await queue(database, 1, grade=2)
        await until(lambda: asyncio.sleep(0, made in broker.ids), within=5)


async def test_tasks_carry_no_more_ids_than_their_lane_allows_and_the_backlog_waits_in_the_table(
    database_url: str, database: asyncpg.Connection
) -> None:
    ids = await queue(database, 500, grade=4)
    broker = Broker()
    lane = LANE_OF[4]
    async with relaying(database_url, broker):
        await until(lambda: asyncio.sleep(0, len(broker.ids) >= lane.handed_out))
        assert await states(database, ids) == {"handed": lane.handed_out, "waiting": 300}
    assert max(len(batch) for _, batch, _ in broker.taken) == lane.batch


async def test_a_full_lane_goes_on_as_soon_as_its_rows_are_settled(
    database_url: str, database: asyncpg.Connection
) -> None:
    ids = await queue(database, 500, grade=4)
    broker = Broker()
    async with relaying(database_url, broker):
        settled = 0
        while settled < len(ids):
            await until(lambda settled=settled: asyncio.sleep(0, len(broker.taken) > settled // 50))
            _, batch, lease = broker.taken[settled // 50]
            begun = await begin(
                database, batch, lease=lease, now=utc_now(), send_limit=LANE_OF[1].longest_wait * 0
            )
            told = [
                Settled(id=one.id, number=one.attempts, outcome="delivered", state="delivered", answer="")
                for one in begun
            ]
            await settle(database, told, now=utc_now())
            settled += len(batch)
    assert await states(database, ids) == {"delivered": 500}


async def test_a_backlog_of_p4_does_not_hold_up_a_p1(database_url: str, database: asyncpg.Connection) -> None:
    await queue(database, 3000, grade=4)
    broker = Broker()
    async with relaying(database_url, broker):
        await until(lambda: asyncio.sleep(0, len(broker.ids) >= LANE_OF[4].handed_out))
        [urgent] = await queue(database, 1, grade=1)
        await until(lambda: asyncio.sleep(0, urgent in broker.ids), within=2)
    assert len(broker.ids) <= LANE_OF[4].handed_out + 1


async def test_rows_the_broker_did_not_take_wait_and_go_when_it_is_back(
    database_url: str, database: asyncpg.Connection
) -> None:
    broker = Broker()
    broker.room = 1
    ids = await queue(database, 120, grade=4)
    async with relaying(database_url, broker):
        await until(lambda: asyncio.sleep(0, len(broker.ids) == 50))

        async def put_back() -> bool:
            return await states(database, ids) == {"handed": 50, "waiting": 70}

        await until(put_back)
        broker.room = 10**9
        await until(lambda: asyncio.sleep(0, set(broker.ids) == set(ids)))
    assert len(broker.ids) == 120


async def test_the_relay_outlives_its_database_connections(
    database_url: str, database: asyncpg.Connection
) -> None:
    broker = Broker()
    async with relaying(database_url, broker):
        await until(lambda: listening(database))
        await database.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'evenlode_relay' AND datname = current_database()"
        )
        [missed] = await queue(database, 1, grade=1)
        await until(lambda: asyncio.sleep(0, missed in broker.ids), within=10)
        await until(lambda: listening(database))
        [heard] = await queue(database, 1, grade=3)
        await until(lambda: asyncio.sleep(0, heard in broker.ids), within=5)


async def test_the_relay_waits_for_a_database_that_is_not_there_yet(database_url: str) -> None:
    tries = 0

    async def connect_late() -> asyncpg.Connection:
        nonlocal tries
        tries += 1
        if tries <= 10:
            raise ConnectionRefusedError
        return await connect(database_url)

    relay = Relay(connect_late, Broker(), utc_now)
    running = asyncio.create_task(relay.run())
    await until(lambda: asyncio.sleep(0, tries >= 15))
    relay.stop()
    await asyncio.wait_for(running, 10)


async def test_two_relays_share_the_work_and_hand_nothing_over_twice(
    database_url: str, database: asyncpg.Connection
) -> None:
    ids = await queue(database, 190, grade=3)
    one, other = Broker(), Broker()
    async with relaying(database_url, one), relaying(database_url, other):
        await until(lambda: asyncio.sleep(0, len(one.ids) + len(other.ids) >= len(ids)))
    assert sorted(one.ids + other.ids) == sorted(ids)


async def test_a_broker_that_is_away_is_noticed_soon_and_used_again_when_it_is_back(
    demo_settings: Settings, state_folder: Path
) -> None:
    lane, batches, lease = LANE_OF[1], [[UUID(int=1)], [UUID(int=2)]], UUID(int=3)
    with embedded_services(state_folder, database=False) as services:
        assert services.valkey is not None
        settings = msgspec.structs.replace(demo_settings, redis_url=Secret(services.redis_url))
        app = create_app(settings)
        publish = CeleryPublisher(app)
        assert publish(lane, batches, lease) == 2
        services.valkey.kill()
        assert await asyncio.wait_for(asyncio.to_thread(publish, lane, batches, lease), 10) == 0
        services.valkey.spawn()
        services.valkey.wait_ready()
        assert publish(lane, batches, lease) == 2
        app.close()


async def test_only_ids_travel_through_the_broker(demo_settings: Settings, redis_url: str) -> None:
    app = create_app(demo_settings)
    CeleryPublisher(app)(LANE_OF[2], [[UUID(int=1)]], UUID(int=3))
    with app.connection_for_read() as connection, contextlib.closing(connection.SimpleQueue("p2")) as lane:
        message = lane.get(timeout=5)
        message.ack()
    args, kwargs, _ = message.payload
    assert args == [[str(UUID(int=1))], str(UUID(int=3))]
    assert kwargs == {}
    app.close()


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
def test_every_lane_has_a_queue_of_its_own_that_is_declared(demo_settings: Settings, grade: int) -> None:
    app = create_app(demo_settings)
    queue_of_lane = app.amqp.queues[LANE_OF[grade].queue]
    assert queue_of_lane.routing_key == f"p{grade}"
    app.close()
