"""Numbered SQL migrations, each applied once, in order, under a lock."""

import hashlib
import re
from importlib.resources import files

import asyncpg

from service.clock import utc_now
from service.db.partitions import ensure_partitions
from service.errors import ServiceError

_LOCK = 8302
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")


class MigrationChanged(ServiceError):
    """A migration that was already applied has been edited; write a new one instead."""

    code = "migration-changed"


def migrations() -> list[tuple[int, str, str]]:
    """All migrations of this release as (number, file name, SQL), in order."""
    return sorted(
        (int(match[1]), entry.name, entry.read_text(encoding="utf-8"))
        for entry in files("service.db").joinpath("migrations").iterdir()
        if (match := _NAME.match(entry.name))
    )


async def migrate(database_url: str) -> list[str]:
    """Bring the database to this release; returns the file names applied, empty when nothing was to do.

    Two processes that migrate at once take turns (advisory lock); each migration is one transaction. Raises
    MigrationChanged when an applied file is no longer what it was.
    """
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute("SET lock_timeout = '10s'; SET statement_timeout = '10min'")
        await connection.execute("SELECT pg_advisory_lock($1::bigint)", _LOCK)
        applied = []
        for number, name, sql in await _outstanding(connection):
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute(
                    "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
                    number,
                    name,
                    _checksum(sql),
                )
            applied.append(name)
        await ensure_partitions(connection, utc_now())
    finally:
        await connection.close()
    return applied


async def outstanding(database_url: str) -> list[str]:
    """File names of the migrations this database still lacks."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        return [name for _, name, _ in await _outstanding(connection)]
    finally:
        await connection.close()


async def _outstanding(connection: asyncpg.Connection) -> list[tuple[int, str, str]]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration (number integer PRIMARY KEY, name text NOT NULL,"
        " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    done = {
        row["number"]: row["checksum"]
        for row in await connection.fetch("SELECT number, checksum FROM schema_migration")
    }
    for number, name, sql in migrations():
        if number in done and done[number] != _checksum(sql):
            raise MigrationChanged(f"{name} was edited after it was applied; write a new migration instead.")
    return [migration for migration in migrations() if migration[0] not in done]


def _checksum(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()
