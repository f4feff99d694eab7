"""The count after a kill round notices each kind of loss; a count that cannot fail shows nothing."""

import hashlib
from collections import Counter
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from schemas.reports import Accepted
from service.intake.examples import EXAMPLES
from tests.kills.account import Arrivals, Findings, account, everything_known
from tests.kills.load import Sent
from tests.kills.rounds import schedule
from tests.kills.stack import VICTIMS
from tests.web import send


@pytest.fixture
async def sent(client: httpx.AsyncClient, database: asyncpg.Connection) -> list[Sent]:
    """One report of each kind, every notification delivered in one attempt."""
    found = []
    for name, body in EXAMPLES.items():
        key = f"account-{name}-{uuid4()}"
        answer = await send(client, body, key)
        accepted = msgspec.json.decode(answer.content, type=Accepted)
        found.append(Sent(key_hash=hashlib.sha256(key.encode()).digest(), accepted=accepted))
    await database.execute("UPDATE delivery SET state = 'delivered', attempts = 1")
    return found


async def arrived(database: asyncpg.Connection) -> Arrivals:
    rows = await database.fetch("SELECT id::text, channel FROM delivery")
    return Arrivals(
        copies={
            channel: Counter(row["id"] for row in rows if row["channel"] == channel)
            for channel in ("email", "webhook")
        }
    )


async def counted(
    database: asyncpg.Connection, sent: list[Sent], arrivals: Arrivals | None = None, head: str | None = None
) -> Findings:
    arrivals = await arrived(database) if arrivals is None else arrivals
    return await account(database, sent, arrivals, head=head, all_sent=len(sent))


async def test_a_round_that_lost_nothing_has_no_faults(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    found = await counted(database, sent)
    assert found.faults == []
    assert found.balanced
    assert (found.accepted, found.stored) == (4, 4)
    assert found.made == found.delivered > found.arrived > 0
    assert found.twice == 0
    assert (await counted(database, sent, head=found.head)).faults == []


async def test_a_201_without_a_report_is_a_fault(sent: list[Sent], database: asyncpg.Connection) -> None:
    lost = msgspec.structs.replace(sent[0], accepted=msgspec.structs.replace(sent[0].accepted, id=uuid4()))
    assert any("its key leads to" in fault for fault in (await counted(database, [lost, *sent[1:]])).faults)


async def test_a_report_that_nobody_was_answered_for_is_a_fault(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    assert "4 reports are stored, 3 were answered with 201" in (await counted(database, sent[1:])).faults


async def test_a_lost_notification_is_a_fault_and_unbalances_the_books(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    route = await database.fetchval("SELECT route_id FROM delivery LIMIT 1")
    await database.execute("DELETE FROM delivery WHERE route_id = $1", route)
    found = await counted(database, sent)
    assert not found.balanced
    assert any("1 without a notification" in fault for fault in found.faults)


@pytest.mark.parametrize("state", ["waiting", "handed", "dead"])
async def test_a_notification_that_is_not_delivered_is_a_fault(
    sent: list[Sent], database: asyncpg.Connection, state: str
) -> None:
    await database.execute(
        "UPDATE delivery SET state = $1 WHERE id = (SELECT id FROM delivery LIMIT 1)", state
    )
    assert any(f"is {state}" in fault for fault in (await counted(database, sent)).faults)


async def test_a_delivery_that_reached_nobody_is_a_fault(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    found = await counted(database, sent, Arrivals(copies={"email": Counter(), "webhook": Counter()}))
    assert any("never arrived" in fault for fault in found.faults)


async def test_a_second_copy_is_counted_and_is_a_fault_only_without_an_attempt_of_its_own(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    arrivals = await arrived(database)
    (twice, *_) = arrivals.copies["email"]
    arrivals.copies["email"][twice] += 1
    found = await counted(database, sent, arrivals)
    assert found.twice == 1
    assert found.faults == [f"notification {twice} arrived 2 times in 1 attempts"]
    await database.execute("UPDATE delivery SET attempts = 2 WHERE id = $1::text::uuid", twice)
    assert (await counted(database, sent, arrivals)).faults == []


async def test_a_message_that_is_no_notification_of_ours_is_a_fault(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    arrivals = await arrived(database)
    assert await everything_known(database, arrivals) == []
    arrivals.copies["email"]["stranger"] += 1
    arrivals.unsigned += 1
    assert len(await everything_known(database, arrivals)) == 2


async def test_a_changed_audit_entry_and_a_lost_end_of_the_chain_are_faults(
    sent: list[Sent], database: asyncpg.Connection
) -> None:
    head = (await counted(database, sent)).head
    await database.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_append_only")
    await database.execute("DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)")
    assert any("chain is broken" in fault for fault in (await counted(database, sent, head=head)).faults)
    await database.execute("UPDATE audit_event SET actor = 'somebody' WHERE seq = 1")
    assert any("entry 1 was changed" in fault for fault in (await counted(database, sent)).faults)


@pytest.mark.parametrize("seed", range(5))
def test_twenty_rounds_kill_every_kind_of_process_at_least_twice(seed: int) -> None:
    victims = Counter(schedule(20, seed))
    assert victims.total() == 20
    assert all(victims[victim] >= 2 for victim in VICTIMS)
