"""A warning before an item is due, and an alarm once it is late and nobody has acknowledged it.

Said once for each item and step (`reminder`), as one digest for a team and run: a notice to its leads and to whoever
has claimed an item, and one notification to its mailbox through the outbox.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from service.clock import to_the_minute
from service.db.sql import load_queries
from service.ids import uuid7
from service.policy.directory import Directory
from service.policy.model import ChannelKind, RecipientPolicy

BEFORE: Final = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=2))
"""How long before its due time an item of each grade, P1 first, is due soon: time enough to look at it."""
_NAMED: Final = 10
"""Most references in one notice; the rest are counted."""


@cache
def _query(name: str) -> str:
    return load_queries("service.routing", "reminders.sql")[name]


class _Due(msgspec.Struct, frozen=True, kw_only=True):
    """An item to be reminded of."""

    report_id: UUID
    team: str
    due_at: datetime
    step: Literal["soon", "late"]
    reference: str
    grade: int
    claimed_by: UUID | None


async def remind(connection: asyncpg.Connection, directory: Directory, now: datetime) -> int:
    """Say what is to be said now; returns of how many items. One transaction of the database's owner.

    `directory` with the channels that can be used here.
    """
    async with connection.transaction():
        rows = await connection.fetch(_query("remind"), now, list(BEFORE), max(BEFORE))
        found = [_Due(**row) for row in rows]
        teams = {team: list(items) for team, items in groupby(found, attrgetter("team"))}
        leads: dict[str, set[UUID]] = {}
        for row in await connection.fetch(_query("leads"), list(teams)):
            leads.setdefault(row["team"], set()).add(row["account_id"])
        for team, items in teams.items():
            await _tell_people(connection, team, items, leads.get(team, set()))
            recipient = directory.recipients.get(team)
            channel = None if recipient is None else _mailbox(recipient)
            if channel is not None:
                await _send_digest(connection, team, items, channel, now)
    return len(found)


def _mailbox(recipient: RecipientPolicy) -> ChannelKind | None:
    """The channel by which a digest goes to a team: its e-mail, else its webhook. The console shows it anyway."""
    kinds = {channel.kind for channel in recipient.channels}
    return "email" if "email" in kinds else "webhook" if "webhook" in kinds else None


async def _tell_people(
    connection: asyncpg.Connection, team: str, items: Sequence[_Due], leads: Iterable[UUID]
) -> None:
    """A notice to each lead of all items, and to anybody else of those that they have claimed."""
    told: dict[UUID, Sequence[_Due]] = dict.fromkeys(leads, items)
    for claimant in {one.claimed_by for one in items if one.claimed_by is not None} - told.keys():
        told[claimant] = [one for one in items if one.claimed_by == claimant]
    if told:
        await connection.execute(
            _query("tell_people"),
            team,
            list(told),
            [own[0].report_id for own in told.values()],
            [_detail(team, own) for own in told.values()],
        )


def _detail(team: str, items: Sequence[_Due]) -> dict[str, Any]:
    late = [one for one in items if one.step == "late"]
    named = [*late, *(one for one in items if one.step == "soon")][:_NAMED]
    return {
        "team": team,
        "late": len(late),
        "soon": len(items) - len(late),
        "items": [one.reference for one in named],
    }


async def _send_digest(
    connection: asyncpg.Connection, team: str, items: Sequence[_Due], channel: ChannelKind, now: datetime
) -> None:
    head = items[0]
    delivery = uuid7(to_the_minute(now))
    grade = await connection.fetchval(_query("digest"), delivery, head.report_id, team, channel, now)
    if grade is None:
        return
    await connection.execute(
        _query("sent_in"),
        delivery,
        [one.report_id for one in items],
        [one.due_at for one in items],
        [one.step for one in items],
        team,
    )
    await connection.execute(_query("wake"), str(grade))
