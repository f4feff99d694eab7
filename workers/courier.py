"""Carries the notifications of one hand-over: begin, send, record. No database connection is held while sending."""

import asyncio
import random
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import structlog
from msgspec import UNSET

from service.clock import Clock
from service.db.away import DATABASE_AWAY
from service.routing.outbox import Begun, Outcome, Settled, begin, settle
from service.triage.acknowledgement import new_link
from workers.channels.base import Notification, PermanentFault, TransientFault
from workers.channels.registry import Channels
from workers.database import doubling
from workers.lanes import LEAST_LEASE, SEND_LIMIT
from workers.retry import next_try

MOST_URGENT: Final = 2
"""P1 and P2 can be acknowledged by a link."""
RECORD_EVERY: Final = 0.2
"""Seconds after which what has ended so far is recorded, although a slow receiver still holds up the others."""
RECORD_FOR: Final = 120.0
"""Seconds to keep trying to record outcomes while the database is away. Given up, they are sent again with the same
message id once their lease is over."""

_CODES: Final = re.compile(r"(?:HTTP )?(?:[2-5]\d\d(?:\s+|$))?(?:[245]\.\d{1,3}\.\d{1,3}(?:\s+|$))?")
"""The status codes that an answer may begin with (RFC 5321, RFC 3463)."""
_TELLING: Final = re.compile(r"\S*\d\S*|(?<=queued as )\S+|(?<=Kept as )\S+")

_log = structlog.get_logger()


class Courier:
    """Sends what it is handed. `chance` gives the random numbers of the back-off."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        channels: Channels,
        *,
        public_url: str,
        clock: Clock,
        chance: random.Random | None = None,
    ) -> None:
        self._pool = pool
        self._channels = channels
        self._public_url = public_url
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - spreads load, guards nothing

    async def carry(self, ids: Sequence[UUID], lease: UUID) -> int:
        """Deliver the rows that `lease` still holds; returns how many attempts were made.

        A hand-over that cannot begin because the database is away is dropped: its rows come again when the lease ends.
        """
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                now = self._clock()
                begun = await begin(connection, ids, lease=lease, now=now, send_limit=LEAST_LEASE)
                # Kept as hashes before anything is sent; a try that comes later has a link of its own.
                tokens = {
                    one.id: await new_link(connection, one.id, now) for one in begun if _answered_by_link(one)
                }
        except DATABASE_AWAY as fault:
            _log.warning("delivery.not_begun", deliveries=len(ids), fault=type(fault).__name__)
            return 0
        if len(begun) < len(ids):
            # Seldom, after a delay in the broker. Always, when this machine's clock is ahead of the relay's.
            _log.warning("delivery.lease_over", deliveries=len(ids) - len(begun))
        sending = {asyncio.create_task(self._attempt(one, tokens.get(one.id))) for one in begun}
        while sending:
            ended, sending = await asyncio.wait(sending, timeout=RECORD_EVERY)
            if ended:
                await self._record([task.result() for task in ended])
        return len(begun)

    async def _attempt(self, begun: Begun, token: str | None) -> Settled:
        """Send one notification, with the token of its link, and judge how it went; never raises."""
        try:
            channel = self._channels.get(begun.recipient, begun.channel)
            async with asyncio.timeout(SEND_LIMIT.total_seconds()):
                said = await channel.send(self._notification(begun, token))
        except PermanentFault as fault:
            return self._dead(begun, str(fault), outcome="permanent")
        except TransientFault as fault:
            return self._again(begun, fault)
        except TimeoutError:
            return self._again(begun, TransientFault("no free connection in time"))
        except Exception as bug:  # noqa: BLE001 - one faulty send must not hold up the others of its batch
            _log.exception("delivery.bug", delivery=str(begun.id), channel=begun.channel)
            return self._again(begun, TransientFault(f"a fault of this service: {type(bug).__name__}"))
        return Settled(
            id=begun.id,
            number=begun.attempts,
            outcome="delivered",
            state="delivered",
            answer=_kept(said, begun),
        )

    def _again(self, begun: Begun, fault: TransientFault) -> Settled:
        due_at = next_try(
            begun.grade,
            begun.attempts,
            since=begun.since,
            now=self._clock(),
            chance=self._chance.random(),
            retry_after=fault.retry_after,
        )
        if due_at is None:
            return self._dead(begun, str(fault), outcome="transient")
        _log.warning(
            "delivery.transient",
            delivery=str(begun.id),
            recipient=begun.recipient,
            channel=begun.channel,
            grade=begun.grade,
            attempts=begun.attempts,
        )
        return Settled(
            id=begun.id,
            number=begun.attempts,
            outcome="transient",
            state="waiting",
            answer=_kept(str(fault), begun),
            due_at=due_at,
        )

    def _dead(self, begun: Begun, said: str, *, outcome: Outcome) -> Settled:
        _log.error(
            "delivery.dead",
            delivery=str(begun.id),
            recipient=begun.recipient,
            channel=begun.channel,
            grade=begun.grade,
            attempts=begun.attempts,
        )
        return Settled(
            id=begun.id,
            number=begun.attempts,
            outcome=outcome,
            state="dead",
            answer=_kept(said, begun),
        )

    def _notification(self, begun: Begun, token: str | None) -> Notification:
        return Notification(
            id=begun.id,
            reference=begun.reference,
            recipient=begun.recipient,
            recipient_name=self._channels.name_of(begun.recipient),
            concerns=begun.concerns,
            grade=f"P{begun.grade}",
            due_at=begun.due_at,
            act_by=begun.act_by,
            link=f"{self._public_url}/queue/{begun.reference}",
            about=UNSET if begun.about == "decision" else begun.about,
            items=begun.items or UNSET,
            # Behind the #, which no server, proxy or log is sent.
            answer_at=f"{self._public_url}/acknowledge/{begun.id}#{token}" if token else UNSET,
        )

    async def _record(self, ended: list[Settled]) -> None:
        """Write outcomes down, waiting for the database as long as it is worth it."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + RECORD_FOR
        failures = 0
        while True:
            try:
                async with self._pool.acquire() as connection:
                    await settle(connection, ended, now=self._clock())
            except DATABASE_AWAY as fault:
                failures += 1
                wait = doubling(failures, first=0.1, longest=5.0)
                if loop.time() + wait > give_up:
                    _log.error("delivery.not_recorded", deliveries=len(ended), fault=type(fault).__name__)
                    return
                await asyncio.sleep(wait)
            else:
                return


def _answered_by_link(begun: Begun) -> bool:
    """Whether whoever reads it can answer at once, without signing in: what cannot wait, and by e-mail alone."""
    return begun.channel == "email" and begun.grade <= MOST_URGENT and begun.about != "reminder"


def _kept(said: str, begun: Begun) -> str:
    """What is kept of the other side's words: all of them, but for an anonymous report nothing that can tell a time.

    Mail servers answer with queue ids and session numbers, and many of those are a time to the second or finer.
    """
    words = _printable(said)
    if not begun.coarse:
        return words
    codes = _CODES.match(words)
    start = codes.end() if codes else 0
    return words[:start] + " ".join(_TELLING.sub("…", words[start:]).split())


def _printable(said: str) -> str:
    """What the other side said, without characters that PostgreSQL or a terminal would choke on."""
    return "".join(character if character.isprintable() else " " for character in said).strip()
