"""What changes in the queues, as it changes: one listening connection for a process, passed on to its open consoles.

An event is a pointer (team, reference, grade, state). The console asks for the row itself, under its row security.
Nothing here is durable: whoever was away, or too slow, is told to look anew, and the queue in the database has it all.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
import structlog

from service.db.away import DATABASE_FAULT

QUEUE: Final = "evenlode_queue"
NOTICE: Final = "evenlode_notice"
SESSION: Final = "evenlode_session"
MOST_STREAMS: Final = 20
"""Open pages of one session that are told of changes."""
_MOST_WAITING: Final = 500
"""Events that a console may be behind; then it is told to look anew."""
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 10.0
_ALIVE_EVERY: Final = 10.0
_log = structlog.get_logger()


class LiveEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to tell an open console.

    `item`: a report's place in a queue is new or changed. `notice`: leads of the team have something to look at.
    `resync`: look at everything anew. `lost`: nothing is heard for the moment. `ended`: the session is over.
    """

    kind: Literal["item", "notice", "resync", "lost", "ended"]
    team: str = ""
    reference: str = ""
    grade: str = ""
    state: str = ""


class Stream:
    """What one open console has yet to be told."""

    def __init__(self, teams: Collection[str], session: UUID) -> None:
        self.teams = frozenset(teams)
        self.session = session
        self._waiting: asyncio.Queue[LiveEvent] = asyncio.Queue()

    def tell(self, event: LiveEvent) -> None:
        """Add an event; one that is too far behind gets a single word to look anew in place of them all."""
        if self._waiting.qsize() >= _MOST_WAITING:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            event = LiveEvent("resync")
        self._waiting.put_nowait(event)

    async def next(self, within: float) -> LiveEvent | None:
        """The next event, or None when there is none within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                return await self._waiting.get()
        return None


class Live:
    """Listens while `run` runs, and passes on what it hears."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._by_team: dict[str, set[Stream]] = defaultdict(set)
        self._streams: set[Stream] = set()
        self._lost = asyncio.Event()
        self.listening = asyncio.Event()
        """Set while the database is heard."""

    def full(self, session: UUID) -> bool:
        """Whether a session has as many streams as it may: each holds one of some thousand connections."""
        return sum(one.session == session for one in self._streams) >= MOST_STREAMS

    @asynccontextmanager
    async def stream(self, teams: Collection[str], session: UUID) -> AsyncIterator[Stream]:
        """The events of some teams for as long as the block lasts. Begins with a word to look at all."""
        one = Stream(teams, session)
        self._streams.add(one)
        for team in one.teams:
            self._by_team[team].add(one)
        one.tell(LiveEvent("resync" if self.listening.is_set() else "lost"))
        try:
            yield one
        finally:
            self._streams.discard(one)
            for team in one.teams:
                self._by_team[team].discard(one)

    async def run(self) -> None:
        """Listen until cancelled. The database being away is waited out, and told to the consoles."""
        wait = _FIRST_WAIT
        while True:
            connection = None
            try:
                connection = await asyncpg.connect(
                    self._url,
                    timeout=5,
                    command_timeout=5,
                    server_settings={"application_name": "evenlode_live"},
                )
                await self._listen(connection)
                wait = _FIRST_WAIT
                while not self._lost.is_set():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_ALIVE_EVERY):
                            await self._lost.wait()
                    # A connection that died in silence is found out by asking.
                    await connection.execute("SELECT 1")
            except DATABASE_FAULT as fault:
                _log.warning("live.away", exc_info=fault)
            finally:
                if self.listening.is_set():
                    self.listening.clear()
                    self._tell_all(LiveEvent("lost"))
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _listen(self, connection: asyncpg.Connection) -> None:
        self._lost.clear()
        connection.add_termination_listener(lambda _: self._lost.set())
        await connection.add_listener(QUEUE, self._queue)
        await connection.add_listener(NOTICE, self._notice)
        await connection.add_listener(SESSION, self._session)
        self.listening.set()
        # What was told while nobody listened is in the queue.
        self._tell_all(LiveEvent("resync"))

    def _queue(self, *told: Any) -> None:
        for line in told[-1].splitlines():
            team, reference, grade, state = line.split(" ")
            event = LiveEvent("item", team, reference, f"P{grade}", state)
            for stream in self._by_team.get(team, ()):
                stream.tell(event)

    def _notice(self, *told: Any) -> None:
        for stream in self._by_team.get(told[-1], ()):
            stream.tell(LiveEvent("notice", told[-1]))

    def _session(self, *told: Any) -> None:
        for stream in self._streams:
            if str(stream.session) == told[-1]:
                stream.tell(LiveEvent("ended"))

    def _tell_all(self, event: LiveEvent) -> None:
        for stream in self._streams:
            stream.tell(event)
