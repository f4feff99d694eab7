"""The outbox's book-keeping: claim, begin, settle, count, and send again.

The rows of `delivery` are the truth about every notification. Each function here is one statement, a
compare-and-set on the row's state, so that relays and workers may die, repeat themselves or run in several copies at
any moment. The way of a notification through these functions is drawn in docs/architecture.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Literal
from uuid import UUID, uuid4

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.routing.model import ActBy

WAKE_CHANNEL: Final = "evenlode_delivery"
"""What the intake notifies in its own transaction; the payload is the grades with something due: `1,3`."""
ANSWER_LENGTH: Final = 200
"""Characters kept of what the other side said."""

Outcome = Literal["delivered", "transient", "permanent"]
State = Literal["waiting", "handed", "delivered", "dead", "held", "dropped", "phoned"]
About = Literal["decision", "escalation", "reminder"]
"""What a notification is about: see migration 0018."""


@cache
def _query(name: str) -> str:
    return load_queries("service.routing", "outbox.sql")[name]


class Claim(msgspec.Struct, frozen=True):
    """What one claim gave. `room` is how much the lane could have taken: 0 means that it is full."""

    lease: UUID
    room: int
    ids: list[UUID]


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt on record, and all that a channel may be told of its report.

    `since` is when the notification was made, or asked for again by a person; the time to give up counts from it.
    `items` are the references of a digest, the late ones first; of any other there are none.
    """

    id: UUID
    recipient: str
    channel: str
    grade: int
    attempts: int
    coarse: bool
    since: datetime
    reference: str
    due_at: datetime
    concerns: list[str]
    act_by: list[ActBy]
    about: About = "decision"
    items: list[str] = []


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """How one attempt ended. `due_at` is when to try again, for `state` waiting only."""

    id: UUID
    number: int
    outcome: Outcome
    state: State
    answer: str
    due_at: datetime | None = None


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """Recipients decided on, and what became of their notifications."""

    decided: int
    routes: int
    unserved: int
    made: int
    delivered: int
    waiting: int
    handed: int
    dead: int
    held: int = 0
    """Waiting for a coordinator, since the report looks machine-made."""
    dropped: int = 0
    """Not to be sent, as a coordinator decided."""
    phoned: int = 0
    """Given up, and told by telephone."""

    @property
    def balanced(self) -> bool:
        """True when nothing that was decided is missing and nothing is counted twice."""
        return (
            self.decided == self.routes
            and self.unserved == 0
            and self.made
            == self.delivered
            + self.waiting
            + self.handed
            + self.dead
            + self.held
            + self.dropped
            + self.phoned
        )


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One notification as a person sees it."""

    id: UUID
    reference: str
    recipient: str
    channel: str
    grade: int
    state: State
    attempts: int
    made_at: datetime
    due_at: datetime
    settled_at: datetime | None
    last_fault: str | None


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A report that no recipient was told of, since none is meant to be; a person has to read it by `due_at`."""

    reference: str
    grade: int
    concerns: list[str]
    due_at: datetime


async def claim(
    connection: asyncpg.Connection, *, grade: int, now: datetime, lease: timedelta, handed_out: int, most: int
) -> Claim:
    """Claim up to `most` due rows of one lane; no more than `handed_out` of it are with workers at a time."""
    token = uuid4()
    row = await connection.fetchrow(_query("claim"), grade, now, token, handed_out, most, now + lease)
    return Claim(token, row["room"], row["ids"])


async def release(
    connection: asyncpg.Connection, ids: Sequence[UUID], *, lease: UUID, due_at: datetime
) -> int:
    """Put rows back that could not be handed to the broker; returns how many were still ours to put back."""
    return len(await connection.fetch(_query("release"), ids, lease, due_at))


async def begin(
    connection: asyncpg.Connection, ids: Sequence[UUID], *, lease: UUID, now: datetime, send_limit: timedelta
) -> list[Begun]:
    """Record an attempt for each row that `lease` still holds for at least `send_limit`, and return those."""
    rows = await connection.fetch(_query("begin"), ids, lease, now, now + send_limit)
    return [
        Begun(
            **{
                **row,
                "concerns": row["concerns"] or [],
                # None of a decision that an earlier release made.
                "act_by": msgspec.convert(row["act_by"] or [], list[ActBy]),
                "items": row["items"] or [],
            }
        )
        for row in rows
    ]


async def settle(connection: asyncpg.Connection, ended: Sequence[Settled], *, now: datetime) -> int:
    """Record how attempts ended; returns how many rows moved. Telling it twice changes nothing more."""
    rows = await connection.fetch(
        _query("settle"),
        [one.id for one in ended],
        [one.number for one in ended],
        [one.outcome for one in ended],
        [one.answer[:ANSWER_LENGTH] for one in ended],
        [one.state for one in ended],
        [one.due_at for one in ended],
        now,
    )
    return len(rows)


async def books(connection: asyncpg.Connection) -> Books:
    """Count everything. Reads the whole table: for people and tests, not for every scrape."""
    return Books(**await connection.fetchrow(_query("books")))


async def listed(connection: asyncpg.Connection, states: Sequence[State], limit: int) -> list[Listed]:
    """Notifications in any of `states`, the most urgent first."""
    return [Listed(**row) for row in await connection.fetch(_query("listed"), states, limit)]


async def untold(connection: asyncpg.Connection, limit: int) -> list[Untold]:
    """Reports that nobody was told of, the most urgent first."""
    return [Untold(**row) for row in await connection.fetch(_query("untold"), limit)]


async def retry(
    connection: asyncpg.Connection, ids: Sequence[UUID] | None, *, now: datetime, actor: str
) -> list[UUID]:
    """Send dead notifications again (all when `ids` is None), wake the relay and put it on the record.

    Returns the ids that were dead and now wait. `actor` is the person who asked. One transaction.
    """
    async with connection.transaction():
        rows = await connection.fetch(_query("retry"), ids, now)
        revived: list[UUID] = sorted(row["id"] for row in rows)
        if revived:
            grades = ",".join(str(grade) for grade in sorted({row["grade"] for row in rows}))
            await connection.execute(_query("wake"), grades)
            detail = {"deliveries": [str(one) for one in revived]}
            await connection.execute(_query("record"), now, actor, "delivery.retried", "delivery", detail)
    return revived
