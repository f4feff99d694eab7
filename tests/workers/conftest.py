"""A courier over real receivers, under a clock the test holds."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from service.db.pool import open_pool
from service.policy.directory import Directory, load_directory
from service.policy.model import Channel, RecipientPolicy
from service.routing.outbox import Claim, claim
from service.settings import MailSettings, Secret, Settings, default_policy_folder, load_settings
from tests.workers.receivers import MailServer, Receiver, mail_server, webhook_receiver
from workers.channels.registry import Channels
from workers.courier import Courier
from workers.lanes import LANE_OF, LEASE

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class HeldClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


async def until(condition: Callable[[], Awaitable[Any]], *, within: float = 20.0, every: float = 0.01) -> Any:
    """Wait for a condition, and return what it gave; fails when it does not come true in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while loop.time() < deadline:
        if found := await condition():
            return found
        await asyncio.sleep(every)
    raise AssertionError("it did not come true in time")


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with webhook_receiver() as server:
        yield server


@pytest.fixture
def demo_settings(redis_url: str, tmp_path: Path, mail: MailServer, receiver: Receiver) -> Settings:
    return msgspec.structs.replace(
        load_settings({"REDIS_URL": redis_url, "EVENLODE_STATE": str(tmp_path)}),
        demo=True,
        mail=MailSettings(host="127.0.0.1", port=mail.port, sender="evenlode@csp.test"),
        webhook_urls={"asb_team": receiver.url},
        webhook_secrets={"asb_team": Secret(SECRET)},
        public_url="https://evenlode.test",
    )


@pytest.fixture(scope="session")
def shipped_policy() -> Directory:
    return load_directory(default_policy_folder())


@pytest.fixture
def policy(shipped_policy: Directory) -> Directory:
    """The shipped policy with two recipients that have every kind of channel."""
    tvp = RecipientPolicy(
        code="tvp",
        name="Thames Valley Police",
        tier="D3",
        hours="round_the_clock",
        channels=[Channel(kind="email", to="duty@tvp.test"), Channel(kind="console"), Channel(kind="null")],
    )
    asb_team = RecipientPolicy(
        code="asb_team",
        name="Safer Communities",
        tier="D3",
        hours="office",
        channels=[Channel(kind="webhook"), Channel(kind="email", to="asb@council.test")],
    )
    return msgspec.structs.replace(shipped_policy, recipients={"tvp": tvp, "asb_team": asb_team})


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database_url, role="evenlode_worker", size=4)
    yield pool
    await pool.close()


@pytest.fixture
async def channels(demo_settings: Settings, policy: Directory, clock: HeldClock) -> AsyncIterator[Channels]:
    built = Channels(demo_settings, policy, clock)
    yield built
    await built.close()


@pytest.fixture
def courier(pool: asyncpg.Pool, channels: Channels, clock: HeldClock) -> Courier:
    return Courier(pool, channels, public_url="https://evenlode.test", clock=clock, chance=random.Random(7))


@pytest.fixture
def hand_out(pool: asyncpg.Pool, clock: HeldClock) -> Callable[[int], Awaitable[Claim]]:
    """Claim what is due of a grade, as the relay does."""

    async def claim_due(grade: int) -> Claim:
        async with pool.acquire() as connection:
            return await claim(
                connection,
                grade=grade,
                now=clock(),
                lease=LEASE,
                handed_out=LANE_OF[grade].handed_out,
                most=LANE_OF[grade].handed_out,
            )

    return claim_due


@pytest.fixture
def carry_due(
    courier: Courier, hand_out: Callable[[int], Awaitable[Claim]]
) -> Callable[[int], Awaitable[list[UUID]]]:
    """Claim what is due of a grade and carry it; returns the ids."""

    async def carry(grade: int) -> list[UUID]:
        taken = await hand_out(grade)
        await courier.carry(taken.ids, taken.lease)
        return taken.ids

    return carry


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened
