"""The outbox's book-keeping, against a real PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.db.sql import load_queries
from service.routing.outbox import Begun, Claim, Settled, begin, books, claim, release, retry, settle
from tests.workers.conftest import HeldClock
from tests.workers.outbox_rows import queue, states
from workers.lanes import LEASE
from workers.relay import SESSION

HandOut = Callable[[int], Awaitable[Claim]]
NO_TIME = timedelta()


def ended(begun: Begun, outcome: str, **more: object) -> Settled:
    state = {"delivered": "delivered", "permanent": "dead", "transient": "waiting"}[outcome]
    return Settled(id=begun.id, number=begun.attempts, outcome=outcome, state=state, answer="said so", **more)


async def begun_of(pool: asyncpg.Pool, taken: Claim, clock: HeldClock) -> list[Begun]:
    async with pool.acquire() as connection:
        return await begin(connection, taken.ids, lease=taken.lease, now=clock(), send_limit=NO_TIME)


async def test_a_claim_takes_the_due_rows_of_its_own_grade_the_longest_due_first(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock
) -> None:
    later = await queue(database, 2, grade=3, made_at=clock() - timedelta(minutes=1))
    first = await queue(database, 2, grade=3, made_at=clock() - timedelta(minutes=9))
    await queue(database, 2, grade=3, made_at=clock() + timedelta(minutes=1))
    await queue(database, 2, grade=4, made_at=clock() - timedelta(minutes=9))
    async with pool.acquire() as connection:
        taken = await claim(connection, grade=3, now=clock(), lease=LEASE, handed_out=10, most=2)
        rest = await claim(connection, grade=3, now=clock(), lease=LEASE, handed_out=10, most=10)
    assert set(taken.ids) == set(first)
    assert set(rest.ids) == set(later)


async def test_a_lane_never_has_more_handed_out_than_its_limit(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock
) -> None:
    await queue(database, 10, grade=4)
    clock.advance(seconds=1)
    async with pool.acquire() as connection:
        first = await claim(connection, grade=4, now=clock(), lease=LEASE, handed_out=4, most=10)
        second = await claim(connection, grade=4, now=clock(), lease=LEASE, handed_out=4, most=10)
    assert (len(first.ids), first.room) == (4, 4)
    assert (len(second.ids), second.room) == (0, 0)


async def test_two_relays_never_claim_the_same_row(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock
) -> None:
    ids = await queue(database, 200, grade=4)
    clock.advance(seconds=1)

    async def one_relay() -> list[UUID]:
        got: list[UUID] = []
        async with pool.acquire() as connection:
            for _ in range(20):
                taken = await claim(connection, grade=4, now=clock(), lease=LEASE, handed_out=1000, most=10)
                got += taken.ids
        return got

    shares = await asyncio.gather(*(one_relay() for _ in range(4)))
    together = [one for share in shares for one in share]
    assert len(together) == len(set(together)) == len(ids)


async def test_a_hand_over_whose_lease_ran_out_is_claimed_again_and_not_before(
    database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    ids = await queue(database, 1, grade=1)
    clock.advance(seconds=1)
    first = await hand_out(1)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert (await hand_out(1)).ids == []
    clock.advance(seconds=1)
    again = await hand_out(1)
    assert again.ids == first.ids == ids
    assert again.lease != first.lease


async def test_only_one_of_two_tasks_can_begin_a_hand_over(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    await queue(database, 20, grade=3)
    clock.advance(seconds=1)
    taken = await hand_out(3)
    shares = await asyncio.gather(*(begun_of(pool, taken, clock) for _ in range(3)))
    assert sum(len(share) for share in shares) == 20
    assert await database.fetchval("SELECT count(*) FROM delivery_attempt") == 20


async def test_an_attempt_is_on_record_before_anything_is_sent(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    await queue(database, 1, grade=3)
    clock.advance(seconds=1)
    [begun] = await begun_of(pool, await hand_out(3), clock)
    row = await database.fetchrow("SELECT number, outcome, started_at FROM delivery_attempt")
    assert tuple(row) == (1, "started", clock())
    assert (begun.concerns, begun.recipient, begun.attempts) == (["cse"], "tvp", 1)


async def test_a_hand_over_with_too_little_of_its_lease_left_is_not_begun(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    await queue(database, 1, grade=3)
    clock.advance(seconds=1)
    taken = await hand_out(3)
    clock.advance(seconds=15)
    async with pool.acquire() as connection:
        for limit, count in ((16, 0), (15, 1)):
            begun = await begin(
                connection, taken.ids, lease=taken.lease, now=clock(), send_limit=timedelta(seconds=limit)
            )
            assert len(begun) == count


async def test_rows_the_broker_did_not_take_wait_again_and_the_old_task_cannot_begin(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    ids = await queue(database, 2, grade=3)
    clock.advance(seconds=1)
    taken = await hand_out(3)
    async with pool.acquire() as connection:
        assert await release(connection, ids, lease=uuid4(), due_at=clock()) == 0
        assert await release(connection, ids, lease=taken.lease, due_at=clock()) == 2
    assert await states(database, ids) == {"waiting": 2}
    assert await begun_of(pool, taken, clock) == []


async def test_late_news_of_a_delivery_counts_although_the_row_was_handed_out_again(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    ids = await queue(database, 1, grade=3)
    clock.advance(seconds=1)
    [begun] = await begun_of(pool, await hand_out(3), clock)
    clock.advance(seconds=31)
    again = await hand_out(3)
    async with pool.acquire() as connection:
        await settle(connection, [ended(begun, "delivered")], now=clock())
    assert await states(database, ids) == {"delivered": 1}
    assert await begun_of(pool, again, clock) == []


@pytest.mark.parametrize("outcome", ["transient", "permanent"])
async def test_late_news_of_a_fault_does_not_disturb_the_attempt_that_followed(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut, outcome: str
) -> None:
    ids = await queue(database, 1, grade=3)
    clock.advance(seconds=1)
    [begun] = await begun_of(pool, await hand_out(3), clock)
    clock.advance(seconds=31)
    again = await hand_out(3)
    async with pool.acquire() as connection:
        assert await settle(connection, [ended(begun, outcome, due_at=clock())], now=clock()) == 0
        [second] = await begun_of(pool, again, clock)
        assert await settle(connection, [ended(begun, outcome, due_at=clock())], now=clock()) == 0
        await settle(connection, [ended(second, "delivered")], now=clock())
    assert await states(database, ids) == {"delivered": 1}
    outcomes = await database.fetch("SELECT outcome FROM delivery_attempt ORDER BY number")
    assert [row["outcome"] for row in outcomes] == [outcome, "delivered"]


async def test_telling_an_outcome_twice_changes_nothing_the_second_time(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    await queue(database, 1, grade=3)
    clock.advance(seconds=1)
    [begun] = await begun_of(pool, await hand_out(3), clock)
    async with pool.acquire() as connection:
        assert await settle(connection, [ended(begun, "delivered")], now=clock()) == 1
        before = await database.fetchrow("SELECT * FROM delivery")
        clock.advance(seconds=5)
        assert await settle(connection, [ended(begun, "delivered")], now=clock()) == 0
    assert await database.fetchrow("SELECT * FROM delivery") == before


async def test_of_an_anonymous_report_no_time_finer_than_the_minute_is_kept(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    clock.now = clock.now.replace(second=17, microsecond=123456)
    await queue(database, 1, grade=3, made_at=clock().replace(second=0, microsecond=0), coarse=True)
    [begun] = await begun_of(pool, await hand_out(3), clock)
    async with pool.acquire() as connection:
        await settle(connection, [ended(begun, "delivered")], now=clock())
    row = await database.fetchrow(
        "SELECT due_at, settled_at, started_at, ended_at FROM delivery JOIN delivery_attempt ON delivery_id = id"
    )
    assert all(moment.second == moment.microsecond == 0 for moment in row)


async def test_a_dead_notification_sent_again_waits_wakes_the_relay_and_is_on_the_record(
    pool: asyncpg.Pool, database: asyncpg.Connection, clock: HeldClock, hand_out: HandOut
) -> None:
    ids = await queue(database, 2, grade=3)
    clock.advance(seconds=1)
    begun = await begun_of(pool, await hand_out(3), clock)
    woken: asyncio.Queue[str] = asyncio.Queue()
    await database.add_listener("evenlode_delivery", lambda *notice: woken.put_nowait(notice[3]))
    async with pool.acquire() as connection:
        await settle(connection, [ended(one, "permanent") for one in begun], now=clock())
        clock.advance(minutes=5)
        assert await retry(connection, [ids[0], uuid4()], now=clock(), actor="duty officer") == [ids[0]]
        assert await retry(connection, None, now=clock(), actor="duty officer") == [ids[1]]
        assert await retry(connection, None, now=clock(), actor="duty officer") == []
    assert await asyncio.wait_for(woken.get(), 5) == "3"
    rows = await database.fetch("SELECT state, due_at, retried_at, attempts, settled_at FROM delivery")
    assert [tuple(row) for row in rows] == [("waiting", clock(), clock(), 1, None)] * 2
    records = await database.fetch("SELECT actor, action, detail FROM audit_event ORDER BY seq")
    assert [(row["actor"], row["action"]) for row in records] == [("duty officer", "delivery.retried")] * 2
    assert str(ids[0]) in records[0]["detail"]


async def test_the_books_show_a_recipient_who_was_decided_on_and_never_told(
    database: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    ids = await queue(database, 3, grade=3)
    async with pool.acquire() as connection:
        assert (await books(connection)).balanced
        await database.execute("DELETE FROM delivery WHERE id = $1", ids[0])
        counted = await books(connection)
    assert not counted.balanced
    assert (counted.decided, counted.routes, counted.unserved) == (3, 3, 1)


async def test_a_claim_finds_its_rows_by_index_whatever_waits_and_whatever_the_statistics_say(
    database_url: str, database: asyncpg.Connection, clock: HeldClock
) -> None:
    await queue(database, 5_000, grade=4, notify=False)
    await queue(database, 1, grade=1, notify=False)
    await database.execute("ANALYZE delivery")
    relay = await asyncpg.connect(database_url, server_settings=SESSION)
    try:
        plan = await relay.fetch(
            "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) "
            + load_queries("service.routing", "outbox.sql")["claim"],
            1,
            clock() + timedelta(seconds=1),
            uuid4(),
            100,
            100,
            clock() + LEASE,
        )
    finally:
        await relay.close()
    lines = [row[0] for row in plan]
    assert not [line for line in lines if "Seq Scan" in line]
    assert [line for line in lines if "delivery_waiting" in line]
    assert not [line for line in lines if "Rows Removed by Filter" in line]
