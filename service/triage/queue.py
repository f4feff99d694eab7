"""The queue, page by page: most urgent first, then what is due first."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from service.access.actor import Actor
from service.policy.vocabulary import GRADES, Grade
from service.triage.errors import WrongValue
from service.triage.store import query

PAGE: Final = 50
SOON: Final = timedelta(minutes=15)
COUNTED: Final = 1000
"""How far the open reports of a grade are counted, so that the head of the queue costs the same whatever waits."""
_FOUND_AT_ONCE: Final = 1000
_SEARCHES: Final = 5
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
State = Literal["new", "acknowledged", "passed_on", "merged", "closed"]
Word = Annotated[str, Meta(max_length=60)]


class Filters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What of the queue is wanted; by default all that is open. With `text`, open and settled reports are searched.

    `breaching` is past its due time, `due_soon` within SOON of it; `older_than_hours` by when it was received.
    """

    team: Word | None = None
    settled: bool = False
    grade: list[Grade] = []
    concern: list[Word] = []
    state: list[State] = []
    place: list[Word] = []
    kind: list[Word] = []
    tag: list[Word] = []
    mine: bool = False
    unassigned: bool = False
    breaching: bool = False
    due_soon: bool = False
    older_than_hours: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    text: Annotated[str, Meta(max_length=200)] = ""


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A report's place in a team's queue. `version` is what a change names; `reporter` is None below tier D3.

    `teams` are those of the actor's where it is, `team` the one of them that the rest is told of. `written`: the
    reporter was the last to write in the conversation; False for whoever may not read it.
    """

    reference: str
    team: str
    teams: list[str]
    tier: str
    grade: Grade
    due_at: datetime
    received_at: datetime
    concerns: list[str]
    reporter: str | None
    town: str | None
    state: State
    claimed_by: UUID | None
    claimed_by_name: str | None
    tags: list[str]
    held: bool
    marked: str | None
    written: bool
    version: int


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` asks for the one after it, None at the end."""

    items: list[QueueRow]
    next: str | None = None


class Head(msgspec.Struct, frozen=True):
    """What is open of one grade, and how much of it is past its due time. COUNTED stands for that many or more."""

    grade: Grade
    open: int
    late: int


class _After(msgspec.Struct, frozen=True, array_like=True):
    grade: int
    due_at: datetime
    report_id: UUID


async def page(
    connection: asyncpg.Connection,
    actor: Actor,
    filters: Filters,
    *,
    now: datetime,
    after: str | None = None,
    most: int = PAGE,
) -> QueuePage:
    """A page of the queue of the actor's teams. Raises WrongValue for a team that is not theirs, or a bad `after`."""
    teams = sorted(actor.teams)
    if filters.team is not None:
        if filters.team not in actor.teams:
            raise WrongValue("This is not a team of yours.")
        teams = [filters.team]
    last = None if after is None else _read(after)
    grades = [GRADES.index(one) + 1 for one in filters.grade] or None
    late = now if filters.breaching else None
    fits = (
        grades,
        filters.concern or None,
        filters.state or None,
        [one.lower() for one in filters.place] or None,
        filters.kind or None,
        actor.account if filters.mine else None,
        filters.unassigned,
        now + SOON if filters.due_soon else late,
        now if filters.due_soon else None,
        None if filters.older_than_hours is None else now - timedelta(hours=filters.older_than_hours),
        filters.tag or None,
    )
    if filters.text.strip():
        return await _searched(connection, filters, (teams, filters.settled or None, *fits), last, most)
    rows = await connection.fetch(
        query("page"),
        teams,
        filters.settled,
        *fits,
        *msgspec.structs.astuple(last or _begin(grades)),
        most + 1,
    )
    shown = rows[:most]
    return QueuePage(
        items=[row_of(one) for one in shown], next=_write(shown[-1]) if len(rows) > most else None
    )


async def _searched(
    connection: asyncpg.Connection,
    filters: Filters,
    fits: tuple[Any, ...],
    last: _After | None,
    most: int,
) -> QueuePage:
    """The newest that hold all the words and fit; a page is short only where thousands that do not lie between."""
    before = None if last is None else last.report_id
    plain = msgspec.structs.replace(filters, text="") == Filters()
    step = most + 1 if plain else _FOUND_AT_ONCE
    rows: list[asyncpg.Record] = []
    for _ in range(_SEARCHES):
        found = [
            row["report_id"] for row in await connection.fetch(query("search"), filters.text, before, step)
        ]
        rows += await connection.fetch(query("among"), *fits, found)
        before = found[-1] if len(found) == step else None
        if len(rows) > most or before is None:
            break
    # The words themselves stay out of the record, which nothing can be taken out of again.
    await connection.execute(
        query("on_record"), "queue.searched", filters.team or "all", {"found": len(rows)}
    )
    if len(rows) > most:
        before = rows[most - 1]["report_id"]
    onward = None if before is None else _After(0, _LONG_AGO, before)
    return QueuePage(
        items=[row_of(one) for one in rows[:most]], next=None if onward is None else _written(onward)
    )


async def head(connection: asyncpg.Connection, *, now: datetime) -> list[Head]:
    """What is open and late at all of the actor's teams, by grade, those without any too."""
    rows = {row["grade"]: row for row in await connection.fetch(query("head"), now, COUNTED)}
    told = []
    for number, grade in enumerate(GRADES, 1):
        row = rows.get(number)
        told.append(
            Head(grade, min(row["open"], COUNTED), min(row["late"], COUNTED)) if row else Head(grade, 0, 0)
        )
    return told


async def rows_of(connection: asyncpg.Connection, reference: str) -> list[QueueRow]:
    """A report's rows in the actor's queues: none when it is in none."""
    return [row_of(one) for one in await connection.fetch(query("row"), reference)]


async def counts(connection: asyncpg.Connection, *, now: datetime) -> list[dict[str, Any]]:
    """How many are open, new, late, due soon, unassigned and the actor's own, by team and grade."""
    rows = await connection.fetch(query("counts"), now, now + SOON)
    return [{**row, "grade": GRADES[row["grade"] - 1]} for row in rows]


def row_of(row: asyncpg.Record) -> QueueRow:
    """A row as it is shown."""
    return QueueRow(
        **{
            name: GRADES[row["grade"] - 1] if name == "grade" else row[name]
            for name in QueueRow.__struct_fields__
        }
    )


def _begin(grades: list[int] | None) -> _After:
    """Before all of the most urgent grade that is wanted: what comes before it in the index is passed over."""
    return _After(min(grades or [0]), _LONG_AGO, UUID(int=0))


def _write(row: asyncpg.Record) -> str:
    return _written(_After(row["grade"], row["due_at"], row["report_id"]))


def _written(after: _After) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(after)).decode().rstrip("=")


def _read(text: str) -> _After:
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_After)
    except (ValueError, msgspec.MsgspecError):
        raise WrongValue("`after` is not what a page gave as `next`.") from None
