"""`evenlode audit verify`, `evenlode migrate` and `evenlode keys` as an operator runs them."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import httpx
import pytest

from service.settings import load_settings
from tests.builders import report
from tests.conftest import Urls, coverage_environ
from tests.web import a_database, send


async def _evenlode(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "service.cli", *arguments],
        env={**coverage_environ(), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_whole_chain_is_said_to_be_whole_and_its_head_can_be_asked_for_again(
    client: httpx.AsyncClient, web_environ: dict[str, str]
) -> None:
    for _ in range(3):
        await send(client, report())
    told = await _evenlode(web_environ, "audit", "verify")
    assert told.returncode == 0, told.stderr
    assert "WHOLE" in told.stdout
    assert "3 entries" in told.stdout
    head = told.stdout.partition("Head: ")[2].split()[0]
    await send(client, report())
    again = await _evenlode(web_environ, "audit", "verify", "--head", head)
    assert again.returncode == 0
    assert "4 entries" in again.stdout


async def test_a_broken_chain_is_said_to_be_broken_with_exit_code_1(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_environ: dict[str, str]
) -> None:
    await send(client, report())
    await send(client, report())
    head = (await _evenlode(web_environ, "audit", "verify")).stdout.partition("Head: ")[2].split()[0]
    await database.execute("SET session_replication_role = replica; DELETE FROM audit_event WHERE seq = 2")
    assert (await _evenlode(web_environ, "audit", "verify")).returncode == 0
    cut = await _evenlode(web_environ, "audit", "verify", "--head", head)
    assert cut.returncode == 1
    assert "BROKEN" in cut.stdout
    await database.execute("UPDATE audit_event SET actor = 'somebody'")
    changed = await _evenlode(web_environ, "audit", "verify")
    assert changed.returncode == 1
    assert "after 0 good entries" in changed.stdout


@pytest.mark.parametrize("head", ["nonsense", "12", "12:abc", f"12:{'A' * 64}"])
async def test_a_mistyped_head_is_a_slip_of_the_hand_and_not_a_broken_chain(
    web_environ: dict[str, str], head: str
) -> None:
    told = await _evenlode(web_environ, "audit", "verify", "--head", head)
    assert told.returncode == 2
    assert "64 characters" in told.stderr
    assert "BROKEN" not in told.stdout + told.stderr


async def test_migrate_says_what_is_outstanding_applies_it_and_then_has_nothing_to_do(
    services: Urls, tmp_path: Path
) -> None:
    async with a_database(services, migrated=False) as url:
        environ = {"DATABASE_URL": url, "EVENLODE_STATE": str(tmp_path)}
        check = await _evenlode(environ, "migrate", "--check")
        assert check.returncode == 1
        assert "outstanding  0001_foundation.sql" in check.stdout
        applied = await _evenlode(environ, "migrate")
        assert applied.returncode == 0, applied.stderr
        assert "applied  0001_foundation.sql" in applied.stdout
        again = await _evenlode(environ, "migrate")
        assert again.stdout == "The database is up to date.\n"
        assert (await _evenlode(environ, "migrate", "--check")).returncode == 0


async def test_an_edited_migration_is_told_without_a_traceback(
    database: asyncpg.Connection, environ: dict[str, str]
) -> None:
    await database.execute("UPDATE schema_migration SET checksum = '' WHERE number = 1")
    told = await _evenlode(environ, "migrate")
    assert told.returncode == 1
    assert "0001_foundation.sql was edited" in told.stderr
    assert "Traceback" not in told.stderr


async def test_keys_are_made_once_and_rotated(tmp_path: Path) -> None:
    environ = {"EVENLODE_STATE": str(tmp_path / "state")}
    ring = load_settings(environ).key_file
    early = await _evenlode(environ, "keys", "rotate")
    assert early.returncode == 1
    assert "evenlode keys init" in early.stderr
    made = await _evenlode(environ, "keys", "init")
    assert made.returncode == 0
    assert str(ring) in made.stdout
    first = ring.read_bytes()
    again = await _evenlode(environ, "keys", "init")
    assert "nothing was changed" in again.stdout
    assert ring.read_bytes() == first
    rotated = await _evenlode(environ, "keys", "rotate")
    assert rotated.stdout.startswith("Key ")
    assert ring.read_bytes() != first


@pytest.mark.parametrize("arguments", [("audit", "verify"), ("migrate",)])
async def test_without_a_database_a_command_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    told = await _evenlode({"EVENLODE_STATE": str(tmp_path)}, *arguments)
    assert told.returncode == 1
    assert "DATABASE_URL" in told.stderr
    assert "Traceback" not in told.stderr
