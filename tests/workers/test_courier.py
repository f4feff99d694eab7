"""A hand-over from beginning to record: nothing lost, nothing sent twice under another id."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.db.pool import open_pool
from service.routing.model import ActBy
from service.routing.outbox import Claim, books, retry
from tests.workers.conftest import HeldClock, until
from tests.workers.outbox_rows import queue, states
from tests.workers.receivers import MailServer, Receiver
from workers import courier as courier_module
from workers.channels.registry import Channels
from workers.courier import Courier
from workers.lanes import LEASE

CarryDue = Callable[[int], Awaitable[list[UUID]]]
HandOut = Callable[[int], Awaitable[Claim]]


async def test_what_is_delivered_is_recorded_with_the_receivers_answer(
    database: asyncpg.Connection, clock: HeldClock, carry_due: CarryDue, mail: MailServer
) -> None:
    ids = await queue(database, 3, grade=2, made_at=clock())
    await carry_due(2)
    assert await states(database, ids) == {"delivered": 3}
    assert sorted(mail.message_ids) == sorted(f"<{one}@csp.test>" for one in ids)
    answers = await database.fetch("SELECT outcome, answer FROM delivery_attempt")
    assert {tuple(row) for row in answers} == {("delivered", "2.0.0 queued")}


async def test_the_deadlines_of_the_decision_reach_the_receiver_and_an_old_decision_has_none(
    database: asyncpg.Connection, clock: HeldClock, carry_due: CarryDue, receiver: Receiver
) -> None:
    deadline = ActBy("evidence", datetime(2026, 7, 1, 23, tzinfo=UTC))
    for act_by in ([deadline], None):
        await queue(
            database, grade=1, recipient="asb_team", channel="webhook", made_at=clock(), act_by=act_by
        )
    await carry_due(1)
    told = [json.loads(body)["data"]["act_by"] for _, body in receiver.calls]
    assert sorted(told) == [[], [{"name": "evidence", "at": "2026-07-01T23:00:00Z"}]]


async def test_an_hour_without_a_mail_server_loses_nothing_and_changes_no_message_id(
    database: asyncpg.Connection, pool: asyncpg.Pool, clock: HeldClock, carry_due: CarryDue, mail: MailServer
) -> None:
    ids = [one for grade in (1, 4) for one in await queue(database, 5, grade=grade, made_at=clock())]
    mail.at_recipient = "451 4.3.2 shutting down"
    back_at = clock() + timedelta(hours=1)
    while clock() < back_at:
        for grade in (1, 4):
            await carry_due(grade)
        async with pool.acquire() as connection:
            assert (await books(connection)).balanced
        assert await states(database, ids) == {"waiting": 10}
        clock.advance(seconds=45)
    assert mail.taken == []
    mail.at_recipient = "250 OK"
    for _ in range(16):
        for grade in (1, 4):
            await carry_due(grade)
        clock.advance(minutes=1)
    assert await states(database, ids) == {"delivered": 10}
    assert sorted(mail.message_ids) == sorted(f"<{one}@csp.test>" for one in ids)
    tries = await database.fetch("SELECT grade, min(attempts) AS tries FROM delivery GROUP BY grade")
    assert all(row["tries"] > 4 for row in tries)


async def test_a_mail_server_that_took_it_and_hung_up_gets_a_copy_it_can_recognise(
    database: asyncpg.Connection, clock: HeldClock, carry_due: CarryDue, mail: MailServer
) -> None:
    ids = await queue(database, 1, grade=1, made_at=clock())
    mail.hangs_up_after_taking = True
    await carry_due(1)
    assert await states(database, ids) == {"waiting": 1}
    mail.hangs_up_after_taking = False
    clock.advance(minutes=1)
    await carry_due(1)
    assert await states(database, ids) == {"delivered": 1}
    assert mail.message_ids == [f"<{ids[0]}@csp.test>"] * 2


async def test_a_worker_that_died_between_sending_and_recording_is_followed_by_a_copy_with_the_same_id(
    database: asyncpg.Connection,
    clock: HeldClock,
    courier: Courier,
    hand_out: HandOut,
    carry_due: CarryDue,
    receiver: Receiver,
) -> None:
    ids = await queue(database, 1, grade=1, recipient="asb_team", channel="webhook", made_at=clock())
    receiver.silent = True
    taken = await hand_out(1)
    dying = asyncio.create_task(courier.carry(taken.ids, taken.lease))
    await until(lambda: asyncio.sleep(0, receiver.calls))
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    receiver.silent = False
    assert await states(database, ids) == {"handed": 1}
    clock.advance(seconds=LEASE.total_seconds())
    await carry_due(1)
    assert await states(database, ids) == {"delivered": 1}
    assert [headers["webhook-id"] for headers, _ in receiver.calls] == [str(ids[0])] * 2
    outcomes = await database.fetch("SELECT outcome FROM delivery_attempt ORDER BY number")
    assert [row["outcome"] for row in outcomes] == ["started", "delivered"]


async def test_a_permanent_fault_is_dead_at_once_and_a_person_can_send_it_again(
    database: asyncpg.Connection, pool: asyncpg.Pool, clock: HeldClock, carry_due: CarryDue, mail: MailServer
) -> None:
    ids = await queue(database, 1, grade=1, made_at=clock())
    mail.at_recipient = "550 5.1.1 no such user"
    await carry_due(1)
    row = await database.fetchrow("SELECT state, last_fault, settled_at FROM delivery")
    assert tuple(row) == ("dead", "550 5.1.1 no such user", clock())
    mail.at_recipient = "250 OK"
    clock.advance(hours=80)
    assert await carry_due(1) == []
    async with pool.acquire() as connection:
        await retry(connection, ids, now=clock(), actor="duty officer")
    mail.at_recipient = "450 later"
    await carry_due(1)
    assert await states(database, ids) == {"waiting": 1}
    mail.at_recipient = "250 OK"
    clock.advance(minutes=2)
    await carry_due(1)
    assert await states(database, ids) == {"delivered": 1}
    assert await database.fetchval("SELECT last_fault FROM delivery") is None


async def test_after_72_hours_of_faults_a_notification_is_dead(
    database: asyncpg.Connection, clock: HeldClock, carry_due: CarryDue, mail: MailServer
) -> None:
    ids = await queue(database, 1, grade=3, made_at=clock() - timedelta(hours=71, minutes=59))
    mail.at_recipient = "450 later"
    await carry_due(3)
    assert await states(database, ids) == {"waiting": 1}
    clock.advance(minutes=1)
    await carry_due(3)
    assert await states(database, ids) == {"dead": 1}
    outcomes = await database.fetch("SELECT DISTINCT outcome FROM delivery_attempt")
    assert [row["outcome"] for row in outcomes] == ["transient"]


async def test_a_receiver_is_left_alone_as_long_as_it_asks(
    database: asyncpg.Connection, clock: HeldClock, carry_due: CarryDue, receiver: Receiver
) -> None:
    await queue(database, 1, grade=1, recipient="asb_team", channel="webhook", made_at=clock())
    receiver.status, receiver.headers = 503, [("retry-after", "1800")]
    await carry_due(1)
    assert await database.fetchval("SELECT due_at FROM delivery") == clock() + timedelta(minutes=30)


async def test_a_slow_receiver_does_not_hold_up_the_record_of_the_others(
    database: asyncpg.Connection,
    clock: HeldClock,
    courier: Courier,
    hand_out: HandOut,
    receiver: Receiver,
) -> None:
    receiver.silent = True
    await queue(database, 1, grade=3, recipient="asb_team", channel="webhook", made_at=clock())
    quick = await queue(database, 5, grade=3, channel="null", made_at=clock())
    taken = await hand_out(3)
    carrying = asyncio.create_task(courier.carry(taken.ids, taken.lease))

    async def recorded() -> bool:
        return await states(database, quick) == {"delivered": 5}

    await until(recorded, within=5)
    assert not carrying.done()
    carrying.cancel()
    await asyncio.gather(carrying, return_exceptions=True)


async def test_a_send_that_never_ends_is_given_up_within_the_lease(
    database: asyncpg.Connection,
    clock: HeldClock,
    carry_due: CarryDue,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courier_module, "SEND_LIMIT", timedelta(seconds=0.2))
    receiver.silent = True
    ids = await queue(database, 1, grade=3, recipient="asb_team", channel="webhook", made_at=clock())
    await carry_due(3)
    assert await states(database, ids) == {"waiting": 1}


async def test_a_bug_in_a_channel_is_tried_again_and_does_not_harm_the_rest_of_its_batch(
    database: asyncpg.Connection,
    clock: HeldClock,
    channels: Channels,
    carry_due: CarryDue,
) -> None:
    class Faulty:
        async def send(self, notification: object) -> str:
            raise KeyError("a name that must not be logged")

    broken = await queue(database, 1, grade=3, made_at=clock())
    sound = await queue(database, 1, grade=3, channel="null", made_at=clock())
    channels._built["tvp", "email"] = Faulty()
    await carry_due(3)
    assert await states(database, broken) == {"waiting": 1}
    assert await states(database, sound) == {"delivered": 1}
    assert await database.fetchval("SELECT last_fault FROM delivery WHERE id = $1", broken[0]) == (
        "a fault of this service: KeyError"
    )


async def test_an_answer_that_postgresql_could_not_store_is_recorded_all_the_same(
    database: asyncpg.Connection, clock: HeldClock, channels: Channels, carry_due: CarryDue
) -> None:
    class Odd:
        async def send(self, notification: object) -> str:
            return "ok\x00\ud800\n" + "x" * 500

    ids = await queue(database, 1, grade=3, made_at=clock())
    channels._built["tvp", "email"] = Odd()
    await carry_due(3)
    assert await states(database, ids) == {"delivered": 1}
    assert len(await database.fetchval("SELECT answer FROM delivery_attempt")) == 200


async def test_outcomes_are_kept_until_the_database_is_back(
    database: asyncpg.Connection,
    database_url: str,
    clock: HeldClock,
    courier: Courier,
    channels: Channels,
    hand_out: HandOut,
) -> None:
    blocker = await asyncpg.connect(database_url)

    class BlocksTheRecord:
        async def send(self, notification: object) -> str:
            await blocker.execute("BEGIN; LOCK TABLE delivery_attempt IN ACCESS EXCLUSIVE MODE")
            return "ok"

    async def cut_off() -> bool:
        """End the session that waits to record the outcome."""
        return await database.fetchval(
            "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )

    channels._built["tvp", "email"] = BlocksTheRecord()
    ids = await queue(database, 1, grade=3, made_at=clock())
    taken = await hand_out(3)
    carrying = asyncio.create_task(courier.carry(taken.ids, taken.lease))
    await until(cut_off)
    await blocker.execute("ROLLBACK")
    assert await asyncio.wait_for(carrying, 10) == 1
    assert await states(database, ids) == {"delivered": 1}
    await blocker.close()


async def test_outcomes_that_cannot_be_recorded_for_long_are_given_up_and_sent_again_later(
    database: asyncpg.Connection,
    clock: HeldClock,
    channels: Channels,
    hand_out: HandOut,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courier_module, "RECORD_FOR", 0.3)
    doomed = await open_pool(database_url, role="evenlode_worker", size=1)
    courier = Courier(doomed, channels, public_url="", clock=clock)

    class TakesTheDatabaseAway:
        async def send(self, notification: object) -> str:
            await doomed.close()
            return "ok"

    channels._built["tvp", "email"] = TakesTheDatabaseAway()
    ids = await queue(database, 1, grade=3, made_at=clock())
    taken = await hand_out(3)
    await courier.carry(taken.ids, taken.lease)
    assert await states(database, ids) == {"handed": 1}
    clock.advance(seconds=31)
    assert (await hand_out(3)).ids == ids


async def test_a_hand_over_that_cannot_begin_without_the_database_is_dropped(
    channels: Channels, clock: HeldClock
) -> None:
    away = await open_pool("postgresql://nobody@/nothing?host=/nowhere", role=None, size=1)
    courier = Courier(away, channels, public_url="", clock=clock)
    assert await courier.carry([uuid4()], uuid4()) == 0
    await away.close()
