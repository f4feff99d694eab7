"""What a team did not acknowledge in time goes to its next contact, and where there is none to the coordination desk.

Each item goes on once for each due time: `escalation` has one row for it, written in the transaction that makes the
notifications. So a process may be killed at any moment, and two may do this at once. A body that hears of it only now
has its own time, and its item goes on in the same way, until somebody acknowledges or the chain has ended.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from service.access.actor import COORDINATION
from service.clock import to_the_minute
from service.db.sql import load_queries
from service.ids import uuid7
from service.policy.directory import Directory
from service.policy.vocabulary import GRADES
from service.routing.due import due_at

ON_RECORD: Final = "watch"
"""How the audit names this work."""
AT_ONCE: Final = 200
"""Most items of one run. The next run takes the rest."""
OLD: Final = timedelta(days=3)
"""What has been late for longer is not taken further all at once when this begins to run, or runs again."""

_log = structlog.get_logger()


@cache
def _query(name: str) -> str:
    return load_queries("service.routing", "escalation.sql")[name]


class _Late(msgspec.Struct, frozen=True, kw_only=True):
    report_id: UUID
    team: str
    grade: int
    due_at: datetime


async def escalate_late(connection: asyncpg.Connection, directory: Directory, now: datetime) -> int:
    """Take on every item that is past its due time and that nobody acknowledged; returns how many.

    A connection of the database's owner. `directory` with the channels that can be used here.
    """
    known = directory.recipients.values()
    rows = await connection.fetch(
        _query("late"),
        now,
        [one.code for one in known],
        [one.next_contact or "" for one in known],
        ["".join(grade[1] for grade in one.next_contact_at) for one in known],
        AT_ONCE,
        now - OLD,
    )
    done = 0
    for row in rows:
        async with connection.transaction():
            done += await _escalate(connection, directory, _Late(**row), now)
    return done


async def _escalate(connection: asyncpg.Connection, directory: Directory, late: _Late, now: datetime) -> bool:
    """Take one item on. False when somebody acknowledged it meanwhile, or another process has taken it on."""
    team = directory.recipients.get(late.team)
    to = (team.next_contact if team is not None else None) or COORDINATION
    await connection.execute(_query("lock"), late.report_id)
    found = await connection.fetchrow(_query("still"), late.report_id, late.team, late.due_at, to)
    if found is None:
        return False
    coarse = found["anonymity"] == "anonymous"
    moment = to_the_minute(now) if coarse else now
    next_contact = directory.recipients.get(to)
    made = uuid7(to_the_minute(now)) if next_contact is not None and found["route"] is None else None
    if next_contact is None:
        await connection.execute(_query("to_the_desk"), late.report_id, late.team)
    elif made is not None:
        tier = next_contact.tier
        if found["anonymity"] == "named":
            tier = next_contact.tier_if_named or tier
        await connection.execute(_query("route"), made, found["decision"], late.report_id, to, tier)
        due = due_at(
            directory.grades[GRADES[late.grade - 1]],
            directory.partnership,
            moment,
            directory.hours.get(next_contact.hours),
        )
        await connection.execute(_query("give_time"), late.report_id, to, due)
    await connection.execute(_query("escalated"), late.report_id, late.team, late.due_at, to, made, moment)
    channels = [] if next_contact is None else [channel.kind for channel in next_contact.channels]
    ids = [uuid7(to_the_minute(now)) for _ in channels]
    await connection.execute(
        _query("notify"),
        ids,
        made or found["route"],
        late.report_id,
        to,
        channels,
        late.grade,
        moment,
        coarse,
    )
    grade = GRADES[late.grade - 1]
    detail: dict[str, Any] = {"to": to, "grade": grade}
    await connection.execute(
        _query("on_the_case"), late.report_id, late.team, {"to": to, "grade": late.grade}
    )
    told = await connection.fetchval(_query("tell_people"), to, late.report_id, {**detail, "team": late.team})
    await connection.execute(
        _query("record"),
        moment,
        ON_RECORD,
        "case.escalated",
        str(late.report_id),
        {**detail, "team": late.team, "deliveries": [str(one) for one in ids]},
    )
    await connection.execute(_query("wake"), str(late.grade))
    if not channels and not told:
        # A chain that ends in front of nobody: somebody has to be told of it by the alarm on this line.
        _log.error("escalation.nobody", reference=found["reference"], team=late.team, grade=grade)
    return True
