"""Releases in the database: what was proposed, what is in force, and every change of it."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.policy.releases.model import Change, Files, InForce, Kind, Listed, Release, ReleaseRefused

T = TypeVar("T")
_QUERIES: Final = load_queries("service.policy.releases", "releases.sql")
_REFUSALS: Final = {
    "policy_two_people": "Whoever proposed a policy cannot publish it: another signer has to look at it.",
    "policy_two_lines": "These two signers stand for one person: one of them added the other, or both were added by the"
    " same. A signer of the other line has to publish it.",
    "policy_changed_meanwhile": "Somebody changed what is in force meanwhile. Look again with"
    " `evenlode policy releases`.",
    "policy_signed": "This signer is not known, or was retired.",
    "policy_release_proposed_by_fkey": "This signer is not known.",
}
"""What the constraints of migration 0005 mean."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, when, and from which account of the machine."""

    signer: str
    account: str
    at: datetime


async def read_in_force(connection: asyncpg.Connection) -> InForce | None:
    """The policy in force, or None before the first publication."""
    row = await connection.fetchrow(_QUERIES["in_force"])
    return None if row is None else InForce(**row)


async def read_in_force_mark(connection: asyncpg.Connection) -> str:
    """The mark of what is in force (`InForce.mark`), "" before the first publication: cheap to look at often."""
    return await connection.fetchval(_QUERIES["in_force_mark"]) or ""


async def read_in_use(connection: asyncpg.Connection) -> str | None:
    """The version that the newest report was decided by as it came in, or None when there is no report."""
    version: str | None = await connection.fetchval(_QUERIES["in_use"])
    return version


async def read_release(connection: asyncpg.Connection, version: str) -> Release:
    """A release with its files, also by the name that another release of the software gives them.

    Raises ReleaseRefused when there is none of this version.
    """
    row = await connection.fetchrow(_QUERIES["one_release"], version)
    if row is None:
        raise ReleaseRefused(
            f"No policy {version} was proposed. `evenlode policy releases` lists those that were."
        )
    return Release(**row)


async def read_releases(connection: asyncpg.Connection) -> list[Listed]:
    """Every release, the oldest first."""
    changes = await read_changes(connection)
    newest = changes[-1].version if changes else None
    return [
        Listed(
            **row,
            changes=[change for change in changes if change.version == row["version"]],
            in_force=row["version"] == newest,
        )
        for row in await connection.fetch(_QUERIES["releases"])
    ]


async def read_changes(connection: asyncpg.Connection) -> list[Change]:
    """Every change of what is in force, the first first."""
    return [Change(**row) for row in await connection.fetch(_QUERIES["changes"])]


async def propose(connection: asyncpg.Connection, version: str, files: Files, by: Signature) -> None:
    """Store a policy that passed the check. Raises ReleaseRefused when it is there already."""
    stored = await _refusable(
        connection.fetchval(_QUERIES["propose"], version, dict(files), by.signer, by.at, by.account)
    )
    if stored is None:
        earlier = await read_release(connection, version)
        raise ReleaseRefused(
            f"This very policy, {version}, was proposed before, by {earlier.proposed_by} on"
            f" {earlier.proposed_at:%Y-%m-%d}."
        )


async def publish(
    connection: asyncpg.Connection,
    version: str,
    by: Signature,
    *,
    seen: int,
    inherited: tuple[str, Files] | None = None,
) -> int:
    """Put a release in force; returns the number of the change.

    `seen` is the number of changes that the publisher knew of. `inherited` is the version and the files of the policy
    that was really in use before; it is kept when this is the first release, so that there is a way back. Raises
    ReleaseRefused.
    """
    async with connection.transaction():
        number = seen + 1
        if seen == 0 and inherited is not None and inherited[0] != version:
            await _refusable(
                connection.execute(
                    _QUERIES["propose"], inherited[0], dict(inherited[1]), by.signer, by.at, by.account
                )
            )
            await _put(connection, number, inherited[0], "inherited", by)
            number += 1
        await _put(connection, number, version, "published", by)
    return number


async def roll_back(connection: asyncpg.Connection, to: Change, by: Signature, *, why: str, seen: int) -> int:
    """Put in force again what an earlier change had put in force; returns the number of this change."""
    async with connection.transaction():
        return await _put(
            connection, seen + 1, to.version, "rolled_back", by, why=why.strip(), rolled_to=to.number
        )


def way_back(changes: list[Change], version: str | None) -> Change:
    """The earlier change to go back to: the one before what is in force now, or the last that put `version` in force.

    Going back twice goes two steps back, not to and fro. Raises ReleaseRefused when there is none.
    """
    if not changes:
        raise ReleaseRefused("No policy was published yet, so there is nothing to go back to.")
    by_number = {change.number: change for change in changes}
    now = changes[-1]
    if version is not None:
        if version == now.version:
            raise ReleaseRefused(f"{version} is in force now.")
        found = [change for change in changes if change.version == version]
    else:
        origin = now
        while origin.rolled_to is not None:
            origin = by_number[origin.rolled_to]
        found = [
            change for change in changes if change.number < origin.number and change.version != now.version
        ]
    if not found:
        raise ReleaseRefused(
            f"{version} was never in force; only a policy that was can be gone back to."
            if version is not None
            else f"Nothing was in force before {now.version}."
        )
    return found[-1]


async def _put(
    connection: asyncpg.Connection,
    number: int,
    version: str,
    kind: Kind,
    by: Signature,
    *,
    why: str | None = None,
    rolled_to: int | None = None,
) -> int:
    put = await _refusable(
        connection.fetchval(
            _QUERIES["put_in_force"], number, version, kind, by.signer, by.at, by.account, why, rolled_to
        )
    )
    if put is None:
        raise ReleaseRefused(f"No policy {version} was proposed.")
    return number


async def _refusable(work: Awaitable[T]) -> T:
    """Say in our words what the database refused."""
    try:
        return await work
    except (asyncpg.CheckViolationError, asyncpg.ForeignKeyViolationError) as refused:
        known: Any = _REFUSALS.get(refused.constraint_name or "")
        if known is None:
            raise
        raise ReleaseRefused(known) from refused


async def record(
    connection: asyncpg.Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    """Put something on the audit chain. Every write of a release does so by itself (migration 0005)."""
    await connection.execute(_QUERIES["record"], at, actor, action, subject, dict(detail))
