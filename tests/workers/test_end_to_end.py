"""Relay, broker, workers and channels together, each a process of its own, over real services."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis

from service.routing.outbox import books
from service.settings import Settings
from tests.workers.conftest import SECRET, until
from tests.workers.outbox_rows import queue, states
from tests.workers.processes import RELAY, ROUTINE, URGENT, Processes, processes
from tests.workers.receivers import MailServer, Receiver
from workers.app import create_app

ENDED = "UPDATE delivery SET due_at = now() - interval '1 second' WHERE state = 'handed'"


@pytest.fixture
def running(
    environ: dict[str, str], tmp_path: Path, mail: MailServer, receiver: Receiver
) -> Iterator[Processes]:
    given = {
        **environ,
        "EVENLODE_DEMO": "1",
        "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "EVENLODE_MAIL_FROM": "evenlode@csp.test",
        "EVENLODE_WEBHOOK_URL_ASB_TEAM": receiver.url,
        "EVENLODE_WEBHOOK_SECRET_ASB_TEAM": SECRET,
    }
    with processes(given, tmp_path) as started:
        yield started


async def test_notifications_of_every_grade_leave_by_every_channel_and_everything_stops_when_asked(
    running: Processes, database: asyncpg.Connection, mail: MailServer, receiver: Receiver
) -> None:
    parts = [running.start(arguments) for arguments in (RELAY, URGENT, ROUTINE)]
    mailed, hooked, ids = [], [], []
    for grade in (1, 2, 3, 4):
        mailed += await queue(database, 12, grade=grade)
        hooked += await queue(database, 5, grade=grade, recipient="asb_team", channel="webhook")
        ids += await queue(database, 3, grade=grade, channel="console")
    ids += mailed + hooked

    async def all_delivered() -> bool:
        return await states(database, ids) == {"delivered": len(ids)}

    await until(all_delivered, within=40)
    assert sorted(mail.message_ids) == sorted(f"<{one}@csp.test>" for one in mailed)
    assert sorted(headers["webhook-id"] for headers, _ in receiver.calls) == sorted(map(str, hooked))
    counted = await books(database)
    assert counted.balanced
    assert counted.delivered == len(ids)
    assert await database.fetchval("SELECT max(attempts) FROM delivery") == 1
    assert [await asyncio.to_thread(running.stop, part) for part in parts] == [0, 0, 0]


async def test_what_a_killed_worker_was_sending_is_sent_again_under_the_same_id_when_its_lease_ends(
    running: Processes, database: asyncpg.Connection, receiver: Receiver
) -> None:
    running.start(RELAY)
    doomed = running.start(URGENT)
    receiver.silent = True
    ids = await queue(database, 3, grade=1, recipient="asb_team", channel="webhook")
    await until(lambda: asyncio.sleep(0, len(receiver.calls) == 3), within=40)
    await asyncio.to_thread(running.stop, doomed, signal.SIGKILL)
    receiver.silent = False
    assert await states(database, ids) == {"handed": 3}
    await database.execute(ENDED)
    running.start(URGENT)

    async def all_delivered() -> bool:
        return await states(database, ids) == {"delivered": 3}

    await until(all_delivered, within=40)
    called = [headers["webhook-id"] for headers, _ in receiver.calls]
    assert sorted(called) == sorted(2 * [str(one) for one in ids])
    assert (await books(database)).balanced


async def test_a_broker_that_forgets_everything_loses_no_notification(
    running: Processes, database: asyncpg.Connection, redis_url: str, mail: MailServer
) -> None:
    relay = running.start(RELAY)
    ids = await queue(database, 30, grade=2)

    with redis.Redis.from_url(redis_url) as broker:
        await until(lambda: asyncio.sleep(0, broker.llen("p2") == 2), within=40)
        broker.flushdb()
    assert await states(database, ids) == {"handed": 30}
    running.start(URGENT)
    await database.execute(ENDED)

    async def all_delivered() -> bool:
        return await states(database, ids) == {"delivered": 30}

    await until(all_delivered, within=40)
    assert sorted(mail.message_ids) == sorted(f"<{one}@csp.test>" for one in ids)
    assert relay.poll() is None


async def test_the_upkeep_makes_partitions_and_forgets_old_keys(
    running: Processes, database: asyncpg.Connection, settings: Settings
) -> None:
    await queue(database, 2, grade=4, notify=False)
    await database.execute(
        "UPDATE report_handle SET idempotency_hash = sha256(convert_to(reference, 'UTF8'))"
    )
    await database.execute(
        "UPDATE report_handle SET received_at = received_at - interval '8 days' "
        "WHERE reference = (SELECT min(reference) FROM report_handle)"
    )
    await database.execute(
        "DO $$ DECLARE name text; BEGIN FOR name IN SELECT inhrelid::regclass::text FROM pg_inherits "
        "WHERE inhparent = 'report'::regclass AND inhrelid <> 'report_default'::regclass "
        "ORDER BY 1 DESC LIMIT 1 LOOP EXECUTE 'DROP TABLE ' || name; END LOOP; END $$"
    )
    before = await database.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'report'::regclass")
    running.start(ROUTINE)
    app = create_app(settings)
    for chore in app.conf.beat_schedule.values():
        app.send_task(chore["task"])
    app.close()

    async def kept() -> bool:
        keys = await database.fetchval("SELECT count(idempotency_hash) FROM report_handle")
        months = await database.fetchval(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'report'::regclass"
        )
        return keys == 1 and months == before + 1

    await until(kept, within=40)


@pytest.mark.parametrize("part", [RELAY, ROUTINE])
async def test_nothing_that_could_reach_nobody_starts(running: Processes, part: tuple[str, ...]) -> None:
    refused = running.start(part, EVENLODE_DEMO="0")
    assert await asyncio.to_thread(refused.wait, 40) != 0
    assert "has no live channel" in running.log(refused)
