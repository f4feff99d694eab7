"""Filters of the queue kept under a name, and notices to oneself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from service.access.actor import Actor
from service.ids import uuid7
from service.triage.errors import CaseNotFound, WrongValue
from service.triage.queue import Filters
from service.triage.store import query

_LONGEST_ID: Final = 18
"""Digits that a bigint holds, whichever they are."""


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A named filter; `own` when the actor made it, else it is a team's."""

    id: UUID
    team: str | None
    name: str
    filters: Filters
    own: bool


async def saved_views(connection: asyncpg.Connection) -> list[SavedView]:
    """The actor's own views and those of their teams."""
    return [msgspec.convert(dict(row), SavedView) for row in await connection.fetch(query("views"))]


async def save_view(
    connection: asyncpg.Connection,
    actor: Actor,
    name: str,
    filters: Filters,
    *,
    team: str | None,
    now: datetime,
) -> UUID:
    """Keep a filter under a name, for oneself or for all of one's team. Raises WrongValue."""
    if (
        not 0 < len(name.strip()) <= 60
        or not name.strip().isprintable()
        or (team is not None and team not in actor.teams)
    ):
        raise WrongValue("A view has a name of 1 to 60 characters, and is for you or for a team of yours.")
    view = uuid7(now)
    await connection.execute(query("keep_view"), view, actor.account, team, name.strip(), filters)
    return view


async def drop_view(connection: asyncpg.Connection, view: UUID) -> None:
    """Forget a view: one's own, or as a lead the team's. Raises CaseNotFound."""
    if await connection.fetchval(query("drop_view"), view) is None:
        raise CaseNotFound("There is no such view of yours.")


async def notices(connection: asyncpg.Connection) -> list[dict[str, Any]]:
    """What the actor has not been told yet, the oldest first."""
    return [dict(row) for row in await connection.fetch(query("notices"))]


async def seen(connection: asyncpg.Connection, ids: Iterable[str], *, now: datetime) -> None:
    """Note that the actor has been told. `ids` as a form sends them; what can be none is passed over."""
    wanted = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) <= _LONGEST_ID]
    await connection.execute(query("seen"), wanted, now)
