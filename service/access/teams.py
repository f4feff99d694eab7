"""Teams: the recipients of the policy, and the partnership's own desk."""

from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from service.access.actor import COORDINATION
from service.access.record import record
from service.db.sql import load_queries
from service.policy.model import Policy

_QUERIES: Final = load_queries("service.access", "teams.sql")


class Team(msgspec.Struct, frozen=True):
    """A team; a retired one has left the policy and keeps its past."""

    code: str
    name: str
    retired_at: datetime | None = None


async def every(connection: asyncpg.Connection) -> list[Team]:
    """All teams, those in use first."""
    return [Team(*row.values()) for row in await connection.fetch(_QUERIES["every"])]


async def sync(connection: asyncpg.Connection, policy: Policy, *, by: str) -> list[str]:
    """Make the teams those of a policy; returns the codes of those that changed. Nobody's membership changes."""
    wanted = {COORDINATION: "Coordination desk"} | {one.code: one.name for one in policy.recipients.values()}
    async with connection.transaction():
        kept = await connection.fetch(_QUERIES["keep"], list(wanted), list(wanted.values()))
        retired = await connection.fetch(_QUERIES["retire"], list(wanted))
        changed = sorted(row["code"] for row in (*kept, *retired))
        for code in changed:
            retired_now = code not in wanted
            await record(connection, by, "team.retired" if retired_now else "team.kept", code)
    return changed
