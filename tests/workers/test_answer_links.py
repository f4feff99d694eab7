"""The link in an urgent e-mail: made for each sending, kept as a hash, good for its own notification for a while."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg

from service.db.pool import open_pool
from service.triage.acknowledgement import AcknowledgementRefused, asked
from tests.workers.conftest import HeldClock
from tests.workers.outbox_rows import queue, states
from tests.workers.receivers import MailServer, Receiver

CarryDue = Callable[[int], Awaitable[list[UUID]]]
LINK = re.compile(r"https://evenlode\.test/acknowledge/([0-9a-f-]{36})#(\S+)")


def links(mail: MailServer) -> list[tuple[str, str]]:
    """Each link of the mails taken: the notification, and the token."""
    return [(found[1], found[2]) for one in mail.taken for found in LINK.finditer(one.get_content())]


async def test_an_urgent_mail_carries_a_link_that_is_good_for_it_alone(
    carry_due: CarryDue, database: asyncpg.Connection, database_url: str, mail: MailServer, clock: HeldClock
) -> None:
    first, second = await queue(database, 2, grade=1, made_at=clock())
    await carry_due(1)
    found = dict(links(mail))
    assert found.keys() == {str(first), str(second)}
    pool = await open_pool(database_url, role="evenlode_web", size=1)
    try:
        assert (await asked(pool, first, found[str(first)])).grade == "P1"
        for delivery, token in (
            (first, found[str(second)]),
            (first, "forged"),
            (UUID(int=0), found[str(first)]),
        ):
            try:
                await asked(pool, delivery, token)
            except AcknowledgementRefused:
                continue
            raise AssertionError("it was not refused")
    finally:
        await pool.close()
    refused = "SELECT count(*) FROM audit_event WHERE action = 'delivery.acknowledgement_refused'"
    assert await database.fetchval(refused) == 3
    kept = await database.fetch("SELECT * FROM acknowledgement_link")
    assert all(token.encode() not in row["token_hash"] for row in kept for token in found.values())
    assert {row["delivery_id"] for row in kept} == {first, second}


async def test_a_later_try_has_a_link_of_its_own(
    carry_due: CarryDue, database: asyncpg.Connection, mail: MailServer, clock: HeldClock
) -> None:
    ids = await queue(database, grade=2, made_at=clock())
    mail.at_recipient = "450 4.2.1 try later"
    await carry_due(2)
    assert await states(database, ids) == {"waiting": 1}
    mail.at_recipient = "250 OK"
    clock.advance(hours=1)
    await carry_due(2)
    assert len(links(mail)) == 1
    kept = await database.fetch("SELECT expires_at FROM acknowledgement_link ORDER BY expires_at")
    assert [row["expires_at"] for row in kept] == [
        clock() + timedelta(days=14) - timedelta(hours=1),
        clock() + timedelta(days=14),
    ]


async def test_neither_a_webhook_nor_a_routine_mail_carries_a_link(
    carry_due: CarryDue, database: asyncpg.Connection, mail: MailServer, receiver: Receiver, clock: HeldClock
) -> None:
    await queue(database, grade=3, made_at=clock())
    await queue(database, grade=1, recipient="asb_team", channel="webhook", made_at=clock())
    await carry_due(3)
    await carry_due(1)
    assert len(mail.taken) == len(receiver.calls) == 1
    assert links(mail) == []
    assert await database.fetchval("SELECT count(*) FROM acknowledgement_link") == 0
    assert b"acknowledge" not in receiver.calls[0][1]
