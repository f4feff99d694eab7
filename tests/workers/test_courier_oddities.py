"""Addresses that are none, and answers that tell too much."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import msgspec
import pytest
from structlog.testing import capture_logs

from service.policy.model import Channel
from service.routing.outbox import Claim
from tests.workers.conftest import HeldClock
from tests.workers.outbox_rows import queue, states
from tests.workers.receivers import MailServer
from workers.channels.registry import Channels
from workers.courier import Courier

CarryDue = Callable[[int], Awaitable[list[UUID]]]
HandOut = Callable[[int], Awaitable[Claim]]


async def test_an_address_that_is_none_does_not_harm_the_rest_of_its_batch(
    database: asyncpg.Connection, clock: HeldClock, channels: Channels, carry_due: CarryDue
) -> None:
    channels._settings = msgspec.structs.replace(channels._settings, demo=False)
    asb_team = channels._directory.recipients["asb_team"]
    no_address = msgspec.structs.replace(asb_team, channels=[Channel(kind="webhook", to="https://[none")])
    channels._directory = msgspec.structs.replace(
        channels._directory, recipients={**channels._directory.recipients, "asb_team": no_address}
    )
    broken = await queue(database, 1, grade=3, recipient="asb_team", channel="webhook", made_at=clock())
    sound = await queue(database, 1, grade=3, channel="null", made_at=clock())
    await carry_due(3)
    assert await states(database, sound) == {"delivered": 1}
    assert await states(database, broken) == {"waiting": 1}


async def test_a_worker_whose_clock_is_ahead_says_that_the_leases_are_over(
    database: asyncpg.Connection, clock: HeldClock, courier: Courier, hand_out: HandOut
) -> None:
    ids = await queue(database, 1, grade=1, made_at=clock())
    taken = await hand_out(1)
    clock.advance(seconds=11)
    with capture_logs() as logs:
        assert await courier.carry(taken.ids, taken.lease) == 0
    assert [(line["event"], line["deliveries"]) for line in logs] == [("delivery.lease_over", 1)]
    assert await states(database, ids) == {"handed": 1}


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("2.0.0 Ok: queued as 4XyZrT1mKlz9", "2.0.0 Ok: queued as …"),
        ("2.0.0 Ok: queued as BCDFGHJKLzmn", "2.0.0 Ok: queued as …"),
        ("2.0.0 OK  1732379207 5b1f17b1804b1-43f3 - gsmtp", "2.0.0 OK … … - gsmtp"),
        ("OK id=1tErvx-000000001Ab-2cDe", "OK …"),
        ("HTTP 202", "HTTP 202"),
    ],
)
async def test_of_an_anonymous_report_no_answer_is_kept_that_could_tell_the_second(
    database: asyncpg.Connection,
    clock: HeldClock,
    channels: Channels,
    carry_due: CarryDue,
    answer: str,
    kept: str,
) -> None:
    class Answers:
        async def send(self, notification: object) -> str:
            return answer

    await queue(database, 1, grade=3, made_at=clock(), coarse=True)
    channels._built["tvp", "email"] = Answers()
    await carry_due(3)
    assert await database.fetchval("SELECT answer FROM delivery_attempt") == kept


async def test_a_refusal_of_an_anonymous_report_keeps_its_codes_and_its_words(
    database: asyncpg.Connection, clock: HeldClock, carry_due: CarryDue, mail: MailServer
) -> None:
    await queue(database, 1, grade=1, made_at=clock(), coarse=True)
    mail.at_recipient = "550 5.1.1 no such user here at 23:31:47"
    await carry_due(1)
    assert await database.fetchval("SELECT last_fault FROM delivery") == "550 5.1.1 no such user here at …"
