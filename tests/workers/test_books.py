"""The books balance whatever happens, in whatever order: a random walk through the outbox."""

import random
from datetime import timedelta
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.routing.outbox import Begun, Claim, Settled, begin, books, claim, release, retry, settle
from tests.workers.conftest import HeldClock
from tests.workers.outbox_rows import queue

STEPS = st.lists(
    st.sampled_from(["queue", "claim", "begin", "settle", "lose", "release", "retry", "wait"]),
    min_size=5,
    max_size=40,
)


class Walk:
    """Does what relays, workers and people do, in any order, and forgets what a dead process would forget."""

    def __init__(self, connection: asyncpg.Connection, database: asyncpg.Connection, seed: int) -> None:
        self.connection = connection
        self.database = database
        self.chance = random.Random(seed)
        self.clock = HeldClock()
        self.claims: list[Claim] = []
        self.begun: list[Begun] = []
        self.delivered: set[UUID] = set()

    async def queue(self) -> None:
        await queue(self.database, self.chance.randint(1, 3), grade=self.chance.randint(1, 4))

    async def claim(self) -> None:
        grade = self.chance.randint(1, 4)
        lease = timedelta(seconds=30)
        self.claims.append(
            await claim(self.connection, grade=grade, now=self.clock(), lease=lease, handed_out=3, most=2)
        )

    async def begin(self) -> None:
        if self.claims:
            taken = self.chance.choice(self.claims)
            self.begun += await begin(
                self.connection,
                taken.ids,
                lease=taken.lease,
                now=self.clock(),
                send_limit=timedelta(seconds=5),
            )

    async def settle(self) -> None:
        ended = self.chance.sample(self.begun, min(2, len(self.begun)))
        told = [self._judged(one) for one in ended]
        await settle(self.connection, told, now=self.clock())
        self.delivered |= {one.id for one in told if one.outcome == "delivered"}

    async def lose(self) -> None:
        self.begun.clear()

    async def release(self) -> None:
        if self.claims:
            taken = self.chance.choice(self.claims)
            await release(self.connection, taken.ids, lease=taken.lease, due_at=self.clock())

    async def retry(self) -> None:
        await retry(self.connection, None, now=self.clock(), actor="duty officer")

    async def wait(self) -> None:
        self.clock.advance(seconds=self.chance.choice([1, 10, 31]))

    def _judged(self, begun: Begun) -> Settled:
        outcome, state = self.chance.choice(
            [
                ("delivered", "delivered"),
                ("transient", "waiting"),
                ("transient", "dead"),
                ("permanent", "dead"),
            ]
        )
        due_at = self.clock() + timedelta(seconds=3) if state == "waiting" else None
        return Settled(
            id=begun.id, number=begun.attempts, outcome=outcome, state=state, answer="", due_at=due_at
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(0, 2**32))
async def test_the_books_balance_and_nothing_delivered_is_sent_again(
    pool: asyncpg.Pool, database: asyncpg.Connection, steps: list[str], seed: int
) -> None:
    async with pool.acquire() as connection:
        await walk_through(Walk(connection, database, seed), steps, database)


async def walk_through(walk: Walk, steps: list[str], database: asyncpg.Connection) -> None:
    for step in steps:
        await getattr(walk, step)()
        counted = await books(database)
        assert counted.balanced
        ended = await database.fetch("SELECT id FROM delivery WHERE state = 'delivered'")
        assert walk.delivered <= {row["id"] for row in ended}
    attempts = await database.fetchval(
        "SELECT bool_and(attempts = (SELECT count(*) FROM delivery_attempt WHERE delivery_id = id)) FROM delivery"
    )
    assert attempts in {True, None}
