"""A steady load of reports, from clients that behave: the same key again until there is a 201."""

import asyncio
import hashlib
from collections.abc import Iterator
from typing import Final

import httpx
import msgspec

from schemas.reports import Accepted
from service.clock import utc_now
from service.demo.evening import Sending, evening
from service.demo.send import send_report

_CLIENTS: Final = 12
_PAUSE: Final = 0.12
"""Seconds a client waits between two reports: some 80 reports a second together, so that each kind has work in hand."""
_PATIENCE: Final = 90.0
_LONGEST_PAUSE: Final = 1.0


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of 201 and the hash of the key that it was given for."""

    key_hash: bytes
    accepted: Accepted


class Load:
    """Sends from `start` to `stop`. Every second click must be answered like the first."""

    def __init__(self, url: str, *, run: str, seed: int) -> None:
        self._url = url
        self._run = run
        self._sendings = iter(evening(seed, 2_000, until=utc_now()))
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.first: dict[str, Accepted] = {}
        self.repeats = 0
        self.faults: list[str] = []

    @property
    def sent(self) -> list[Sent]:
        return [
            Sent(key_hash=hashlib.sha256(key.encode()).digest(), accepted=accepted)
            for key, accepted in self.first.items()
        ]

    async def during(self, seconds: float) -> None:
        """Keep sending for this long."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._client()) for _ in range(_CLIENTS)]
        await asyncio.sleep(seconds)

    async def stop(self) -> None:
        """Begin nothing more, and wait until every report begun has its answer."""
        self._ending.set()
        await asyncio.gather(*self._tasks)

    async def _client(self) -> None:
        async with httpx.AsyncClient(base_url=self._url, timeout=10) as http:
            for sending in self._mine(self._sendings):
                await self._send(http, sending)
                try:
                    await asyncio.wait_for(self._ending.wait(), _PAUSE)
                except TimeoutError:
                    continue
                return

    def _mine(self, sendings: Iterator[Sending]) -> Iterator[Sending]:
        yield from sendings

    async def _send(self, http: httpx.AsyncClient, sending: Sending) -> None:
        key = f"{self._run}-{sending.number:06d}"
        answer, repeats = await send_report(
            http, sending.body, key, patience=_PATIENCE, longest_pause=_LONGEST_PAUSE
        )
        self.repeats += repeats
        if answer is None:
            self.faults.append(f"{key}: no 201 within {_PATIENCE} s")
        elif answer.status_code != httpx.codes.CREATED:
            self.faults.append(f"{key}: {answer.status_code} {answer.text[:200]}")
        else:
            accepted = msgspec.json.decode(answer.content, type=Accepted)
            if self.first.setdefault(key, accepted) != accepted:
                self.faults.append(f"{key}: a second click was answered differently")
