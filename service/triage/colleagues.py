"""What people are called."""

from uuid import UUID

import asyncpg

from service.triage.store import query


async def names(connection: asyncpg.Connection) -> dict[UUID, str]:
    """The name of everybody who has or had an account: those who left stay in the timelines of what they did."""
    return {row["id"]: row["name"] for row in await connection.fetch(query("names"))}


async def colleagues(connection: asyncpg.Connection) -> dict[UUID, str]:
    """Who a report of the actor's teams can be assigned to, by name."""
    return {row["id"]: row["name"] for row in await connection.fetch(query("colleagues"))}


async def colleagues_of(connection: asyncpg.Connection, team: str) -> dict[UUID, str]:
    """Who a report of one of the actor's teams can be handed to, by name."""
    return {row["id"]: row["name"] for row in await connection.fetch(query("colleagues_of"), team)}
