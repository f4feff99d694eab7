"""Releases of the policy put in force by two signers, without the commands."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from service.db.pool import prepare_connection
from service.policy.releases.candidate import read_candidate
from service.policy.releases.signers import add_signer, read_signers
from service.policy.releases.store import Signature, propose, publish, read_changes, roll_back, way_back

FLY_TIPPING = """
[[rule]]
id = "P3-fly-tipping"
grade = "P3"
says = "Any fly-tipping."
when = [{ concern = "fly_tipping" }]
"""
"""A rule that makes of the plainest report, a P4, a P3."""


def zone_of_another_day(moment: datetime) -> str:
    """A time zone in which it is another day than in London and in UTC: 14 hours before, or 12 behind."""
    return "Pacific/Kiritimati" if moment.astimezone(UTC).hour >= 11 else "Etc/GMT+12"


def by(signer: str) -> Signature:
    return Signature(signer=signer, account="test", at=datetime.now(UTC))


async def with_signers(connection: asyncpg.Connection) -> None:
    """Make ann and bob signers, unless they are."""
    await prepare_connection(connection)
    known = {signer.name for signer in await read_signers(connection)}
    for name in {"ann", "bob"} - known:
        await add_signer(connection, name, by=None, account="test", at=datetime.now(UTC))


async def put_in_force(connection: asyncpg.Connection, folder: Path) -> str:
    """Propose a folder as ann and publish it as bob; returns its version."""
    policy, files = read_candidate(folder)
    await put_files_in_force(connection, policy.version, files)
    return policy.version


async def put_files_in_force(connection: asyncpg.Connection, version: str, files: Mapping[str, str]) -> None:
    """Put files in force that were never checked, as an older or newer software might have."""
    await with_signers(connection)
    await propose(connection, version, files, by("ann"))
    await publish(connection, version, by("bob"), seen=len(await read_changes(connection)))


async def go_back(connection: asyncpg.Connection) -> str:
    """Roll back one step; returns the version in force then."""
    changes = await read_changes(connection)
    to = way_back(changes, None)
    await roll_back(connection, to, by("ann"), why="a test", seen=len(changes))
    return to.version
