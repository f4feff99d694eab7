"""Migrations: once, in order, under a lock, with rows in the tables, and never edited afterwards."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.db.migrate import MigrationChanged, migrate, migrations, outstanding
from tests.conftest import Urls
from tests.web import a_database

_ROWS = """
INSERT INTO report_handle VALUES ('WO-7F3K-9MPQ', '01a20908-2b20-7b81-8b5e-8def4e980001', '\\x01', 'key', '\\x02',
                                  '\\x03', now());
INSERT INTO report VALUES ('01a20908-2b20-7b81-8b5e-8def4e980001', now(), 'venue', 'anonymous', 'other', '{}', '{}');
INSERT INTO source VALUES ('01a20908-2b20-7b81-8b5e-8def4e980001', 'key', '\\x04');
INSERT INTO decision VALUES ('01a20908-2b20-7b81-8b5e-8def4e980002', '01a20908-2b20-7b81-8b5e-8def4e980001', now(), 3,
                             now(), 'policy', '[]', 0, '{"recipients": []}');
INSERT INTO route VALUES ('01a20908-2b20-7b81-8b5e-8def4e980003', '01a20908-2b20-7b81-8b5e-8def4e980002',
                          '01a20908-2b20-7b81-8b5e-8def4e980001', 'tvp', 'D2');
INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse)
VALUES ('01a20908-2b20-7b81-8b5e-8def4e980004', '01a20908-2b20-7b81-8b5e-8def4e980003',
        '01a20908-2b20-7b81-8b5e-8def4e980001', 'tvp', 'email', 3, now(), now(), true);
INSERT INTO delivery_attempt (delivery_id, number, started_at)
VALUES ('01a20908-2b20-7b81-8b5e-8def4e980004', 1, now());
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), 'intake', 'report.accepted', 'x', '{}');
"""
"""A row in each table, in the shape of the first migration."""


@pytest.fixture
async def empty_url(services: Urls) -> AsyncIterator[str]:
    async with a_database(services, migrated=False) as url:
        yield url


def _names() -> list[str]:
    return [name for _, name, _ in migrations()]


def test_migrations_are_numbered_from_1_without_gap_or_twin() -> None:
    numbers = [number for number, _, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(name.startswith(f"{number:04}_") for number, name, _ in migrations())


async def test_an_empty_database_is_brought_up_once(empty_url: str) -> None:
    assert await outstanding(empty_url) == _names()
    assert await migrate(empty_url) == _names()
    assert await migrate(empty_url) == []
    assert await outstanding(empty_url) == []


async def test_two_migrators_at_once_take_turns(empty_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_url) for _ in range(3)))
    assert sorted(applied, key=len) == [[], [], _names()]


async def test_later_migrations_apply_with_rows_in_every_table(empty_url: str) -> None:
    number, name, sql = migrations()[0]
    assert await outstanding(empty_url)
    connection = await asyncpg.connect(empty_url)
    await connection.execute(sql)
    await connection.execute(
        "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
        number,
        name,
        hashlib.sha256(sql.encode()).hexdigest(),
    )
    await connection.execute(_ROWS)
    assert await migrate(empty_url) == _names()[1:]
    assert await connection.fetchval("SELECT count(*) FROM report") == 1
    assert await connection.fetchval("SELECT count(*) FROM delivery_attempt") == 1
    await connection.close()


async def test_an_edited_migration_is_refused_by_name(
    database_url: str, database: asyncpg.Connection
) -> None:
    await database.execute("UPDATE schema_migration SET checksum = 'other' WHERE number = 2")
    for attempt in (migrate, outstanding):
        with pytest.raises(MigrationChanged, match=r"^0002_.*was edited"):
            await attempt(database_url)


async def test_a_migration_that_fails_leaves_nothing_of_itself(empty_url: str) -> None:
    """The second migration grants on a table that somebody took away after the first."""
    first = migrations()[0]
    assert await outstanding(empty_url)
    connection = await asyncpg.connect(empty_url)
    await connection.execute(first[2])
    await connection.execute(
        "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
        first[0],
        first[1],
        hashlib.sha256(first[2].encode()).hexdigest(),
    )
    await connection.execute("DROP TABLE audit_event")
    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(empty_url)
    assert await outstanding(empty_url) == _names()[1:]
    granted = "SELECT has_table_privilege('evenlode_web', 'report', 'INSERT')"
    assert not await connection.fetchval(granted)
    await connection.close()
