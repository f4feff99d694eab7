"""One kill round: load, kill, recover, settle, count."""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from typing import Final

import asyncpg
import httpx
import msgspec

from tests.kills.account import OUTSTANDING, Findings, account, everything_known, read_arrivals
from tests.kills.load import Load, Sent
from tests.kills.stack import VICTIMS, Stack

_SETTLE_WITHIN: Final = 150.0
"""Seconds: a dead worker's rows come back when their lease of 30 s ends, and may meet a second lease."""
_BEFORE: Final = (0.5, 3.0)
"""Seconds of load before the kill: somewhere in here."""
_AFTER: Final = 2.0


class Round(msgspec.Struct, kw_only=True):
    """What one round was and came to. Seconds count from the kill."""

    victim: str
    pid: int
    repeats: int
    recovered_after: float
    settled_after: float
    findings: Findings


class Campaign:
    """Rounds on one stack, each counted against everything sent so far."""

    def __init__(self, stack: Stack, *, seed: int) -> None:
        self._stack = stack
        self._seed = seed
        self._rng = Random(seed)
        self._head: str | None = None
        self._sent = 0
        self._rounds = 0
        self._settled_at = 0.0

    async def round(self, victim: str) -> Round:
        """Run one round: kill, and count when everything has settled."""
        return (await self.rounds([victim]))[0]

    async def rounds(self, victims: Sequence[str]) -> list[Round]:
        """Kill these one after the other under load, and count once at the end, in the last one's findings."""
        done: list[Round] = []
        sent: list[Sent] = []
        faults: list[str] = []
        killed_at = time.monotonic()
        for victim in victims:
            self._rounds += 1
            load = Load(
                self._stack.url,
                run=f"kills-{self._seed}-round-{self._rounds}",
                seed=self._seed * 1000 + self._rounds,
            )
            await load.during(self._rng.uniform(*_BEFORE))
            killed = await asyncio.to_thread(self._stack.kill, victim, self._rng)
            killed_at = killed.at
            recovery = asyncio.create_task(asyncio.to_thread(self._stack.wait_recovered, killed))
            await load.during(_AFTER)
            recovered = await recovery
            await load.stop()
            sent += load.sent
            faults += load.faults
            done.append(
                Round(
                    victim=victim,
                    pid=killed.pid,
                    repeats=load.repeats,
                    recovered_after=recovered,
                    settled_after=0,
                    findings=Findings(accepted=len(load.sent), faults=[]),
                )
            )
        self._sent += len(sent)
        done[-1].findings = await self._count(sent)
        done[-1].findings.faults[:0] = faults
        done[-1].settled_after = self._settled_at - killed_at
        return done

    async def _count(self, sent: list[Sent]) -> Findings:
        connection = await asyncpg.connect(self._stack.running.database_url, timeout=10)
        try:
            await _until_settled(connection)
            self._settled_at = time.monotonic()
            async with httpx.AsyncClient(base_url=self._stack.catcher_url, timeout=30) as http:
                arrivals = await read_arrivals(http)
            found = await account(connection, sent, arrivals, head=self._head, all_sent=self._sent)
            found.faults += await everything_known(connection, arrivals)
        finally:
            await connection.close()
        self._head = found.head
        return found


def schedule(rounds: int, seed: int) -> list[str]:
    """Which process dies in each round: every kind in turn as often as the rounds allow, then any, in mixed order."""
    rng = Random(seed)
    whole, rest = divmod(rounds, len(VICTIMS))
    victims = [*VICTIMS] * whole + rng.sample(VICTIMS, rest)
    rng.shuffle(victims)
    return victims


async def _until_settled(connection: asyncpg.Connection) -> None:
    deadline = time.monotonic() + _SETTLE_WITHIN
    while outstanding := await connection.fetchval(OUTSTANDING):
        assert time.monotonic() < deadline, (
            f"{outstanding} notifications did not settle in {_SETTLE_WITHIN} s"
        )
        await asyncio.sleep(0.2)
