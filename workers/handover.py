"""Handing over: due notifications go from the outbox to the lanes' queues.

One loop for each lane, so that a backlog in one never delays another. Each is woken by the intake's NOTIFY and looks
at the table every few seconds besides. The relay keeps nothing in memory that matters: it may be killed, or run twice.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from service.clock import Clock
from service.db.away import DATABASE_AWAY
from service.routing.outbox import WAKE_CHANNEL, claim, release
from workers.database import doubling
from workers.lanes import LANES, LEASE, Lane

Connect = Callable[[], Awaitable[asyncpg.Connection]]
Publish = Callable[[Lane, Sequence[Sequence[UUID]], UUID], int]
"""Sends batches of one hand-over to a lane's queue and returns how many went; fewer than given means that the broker
is away. Blocking: it is called in a thread."""

FULL_LANE_LONGEST: Final = 0.25
"""Seconds between two looks at a full lane in which nothing moves."""
BROKER_FIRST_WAIT: Final = 0.25
BROKER_LONGEST_WAIT: Final = 2.0
DATABASE_LONGEST_WAIT: Final = 5.0
LISTENER_CHECK: Final = 15.0
"""Seconds between two signs of life of the listening connection."""

_log = structlog.get_logger()


class Relay:
    """Runs the lanes until stopped. `connect` opens a database connection, `publish` reaches the broker."""

    def __init__(
        self, connect: Connect, publish: Publish, clock: Clock, *, lanes: Sequence[Lane] = LANES
    ) -> None:
        self._connect = connect
        self._publish = publish
        self._clock = clock
        self._lanes = lanes
        self._woken = {lane.grade: asyncio.Event() for lane in lanes}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask every loop to end after what it is doing."""
        self._stopping.set()
        self._wake_all()

    async def run(self) -> None:
        """Serve every lane until `stop`; the database or the broker being away is waited out."""
        async with asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(self._kept_up("listener", self._listen))
            lanes = [
                tasks.create_task(self._kept_up(lane.queue, partial(self._serve, lane)))
                for lane in self._lanes
            ]
            await asyncio.gather(*lanes)
            listener.cancel()

    async def _kept_up(self, name: str, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
        """Do `work` with a connection, and with another one whenever the database was away."""
        failures = 0
        while not self._stopping.is_set():
            connection = None
            try:
                connection = await self._connect()
                failures = 0
                await work(connection)
            except DATABASE_AWAY as fault:
                failures += 1
                wait = doubling(failures, first=0.1, longest=DATABASE_LONGEST_WAIT)
                _log.warning("relay.database_away", loop=name, fault=type(fault).__name__, again_in=wait)
                await self._rest_until_stopped(wait)
            finally:
                if connection is not None:
                    connection.terminate()

    async def _listen(self, connection: asyncpg.Connection) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(WAKE_CHANNEL, self._on_notice)
        # What was notified while nobody listened is found by looking.
        self._wake_all()
        while True:
            # A connection that broke without a word is found out by asking; one that was closed says so.
            await connection.execute("SELECT 1")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), LISTENER_CHECK)

    def _on_notice(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        for grade in payload.split(","):
            if grade.isdecimal() and int(grade) in self._woken:
                self._woken[int(grade)].set()

    def _wake_all(self) -> None:
        for event in self._woken.values():
            event.set()

    async def _serve(self, lane: Lane, connection: asyncpg.Connection) -> None:
        woken = self._woken[lane.grade]
        refused = full = 0
        while not self._stopping.is_set():
            woken.clear()
            began = asyncio.get_running_loop().time()
            most = lane.claim if refused == 0 else lane.batch
            taken = await claim(
                connection,
                grade=lane.grade,
                now=self._clock(),
                lease=LEASE,
                handed_out=lane.handed_out,
                most=most,
            )
            if taken.ids and not await self._hand_over(connection, lane, taken.ids, taken.lease):
                refused += 1
                await self._rest_until_stopped(
                    doubling(refused, first=BROKER_FIRST_WAIT, longest=BROKER_LONGEST_WAIT)
                )
                continue
            was_refused, refused = refused > 0, 0
            if was_refused:
                continue
            if len(taken.ids) < taken.room:
                full = 0
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), lane.sweep)
                continue
            full = 0 if taken.ids else full + 1
            took = asyncio.get_running_loop().time() - began
            pace = max(lane.pace - took, lane.pace / 2)
            await self._rest_until_stopped(doubling(full, first=pace, longest=FULL_LANE_LONGEST))

    async def _hand_over(
        self, connection: asyncpg.Connection, lane: Lane, ids: list[UUID], lease: UUID
    ) -> bool:
        """Send the claimed rows to the queue; what the broker does not take goes back to waiting at once."""
        batches = [ids[start : start + lane.batch] for start in range(0, len(ids), lane.batch)]
        sent = await asyncio.to_thread(self._publish, lane, batches, lease)
        if sent == len(batches):
            return True
        back = [one for batch in batches[sent:] for one in batch]
        released = await release(connection, back, lease=lease, due_at=self._clock())
        _log.warning("relay.broker_away", lane=lane.queue, released=released)
        return False

    async def _rest_until_stopped(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
