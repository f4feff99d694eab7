"""What one shift of a team hands over to the next: what came and was done, and what still has to be."""

from datetime import datetime
from functools import cache
from typing import Final

import asyncpg
import msgspec

from service.db.partitions import first_id
from service.db.sql import load_queries
from service.policy.vocabulary import GRADES, Grade

MOST: Final = 50
"""Most items named of a kind; beyond it the numbers tell, and the queue shows them."""
_DONE: Final = ("acknowledged", "delivery_accepted", "delivery_outcome", "closed")


@cache
def _query(name: str) -> str:
    return load_queries("service.triage", "shift.sql")[name]


class OfGrade(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one grade. `new`, `late`, `due` and `unclaimed` are of those that are `open`; the others since."""

    came: int = 0
    acknowledged: int = 0
    closed: int = 0
    open: int = 0
    new: int = 0
    late: int = 0
    due: int = 0
    unclaimed: int = 0


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One report, as far as its pointer says it, and what is to be known of it here."""

    reference: str
    grade: Grade
    at: datetime | None = None
    concerns: list[str] = []
    claimed_by: str | None = None
    team: str | None = None
    to_team: str | None = None
    channel: str | None = None
    fault: str | None = None


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """How many open reports somebody is on, and the most urgent grade of them."""

    name: str
    number: int
    grade: Grade


class ShiftSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. `waiting` is what nobody has acknowledged, late or due until `until`."""

    team: str
    since: datetime
    now: datetime
    until: datetime
    grades: dict[Grade, OfGrade]
    waiting: list[Named]
    claims: list[Claims]
    unanswered: list[Named]
    dead: list[Named]
    holds: list[Named]
    escalated: list[Named]

    @property
    def total(self) -> OfGrade:
        """The numbers of all grades together."""
        rows = [msgspec.structs.astuple(one) for one in self.grades.values()]
        return OfGrade(**dict(zip(OfGrade.__struct_fields__, map(sum, zip(*rows, strict=True)), strict=True)))


async def shift_summary(
    connection: asyncpg.Connection, team: str, *, since: datetime, now: datetime, until: datetime
) -> ShiftSummary:
    """What the team hands over. In a transaction of the actor, who must be of the team."""
    numbers: dict[Grade, dict[str, int]] = {grade: {} for grade in GRADES}
    for row in await connection.fetch(_query("came"), team, first_id(since)):
        numbers[_grade(row)]["came"] = row["number"]
    for row in await connection.fetch(_query("done"), team, since, list(_DONE)):
        numbers[_grade(row)][row["kind"]] = row["number"]
    for row in await connection.fetch(_query("open"), team, now, until):
        numbers[_grade(row)] |= {name: row[name] for name in ("open", "new", "late", "due", "unclaimed")}
    return ShiftSummary(
        team=team,
        since=since,
        now=now,
        until=until,
        grades={grade: OfGrade(**of) for grade, of in numbers.items()},
        waiting=[
            Named(
                reference=row["reference"],
                grade=_grade(row),
                at=row["due_at"],
                concerns=row["concerns"],
                claimed_by=row["claimed_by"],
            )
            for row in await connection.fetch(_query("waiting"), team, until, MOST)
        ],
        claims=[
            Claims(name=row["name"], number=row["number"], grade=_grade(row))
            for row in await connection.fetch(_query("claims"), team)
        ],
        unanswered=[
            Named(reference=row["reference"], grade=_grade(row), at=row["written_at"])
            for row in await connection.fetch(_query("unanswered"), team, MOST)
        ],
        dead=[
            Named(
                reference=row["reference"],
                grade=_grade(row),
                to_team=row["recipient"],
                channel=row["channel"],
                fault=row["last_fault"],
            )
            for row in await connection.fetch(_query("dead"), team, MOST)
        ],
        holds=[
            Named(reference=row["reference"], grade=_grade(row))
            for row in await connection.fetch(_query("holds"), team, MOST)
        ],
        escalated=[
            Named(
                reference=row["reference"],
                grade=_grade(row),
                at=row["at"],
                team=row["team"],
                to_team=row["to_team"],
            )
            for row in await connection.fetch(_query("escalated"), team, since, MOST)
        ],
    )


def _grade(row: asyncpg.Record) -> Grade:
    place: int = row["grade"]
    return GRADES[place - 1]
