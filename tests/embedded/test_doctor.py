"""`evenlode doctor`: every line of its table, good and bad, with what to do next."""

import json
import os
import socket
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from service.embedded.ports import free_port
from service.keys import ensure_key_ring
from service.settings import default_policy_folder


@pytest.fixture
def healthy(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    ensure_key_ring(Path(environ["EVENLODE_STATE"]) / "keys.json")
    return {**environ, "PORT": str(free_port()), "MAIL_PORT": str(free_port()), "EVENLODE_DEMO": "1"}


def ask(environ: dict[str, str]) -> Result:
    wanted = ("DATABASE_URL", "REDIS_URL")
    clean: dict[str, str | None] = dict.fromkeys(wanted)
    return CliRunner().invoke(evenlode, ["doctor"], env={"COLUMNS": "600", **clean, **environ})


def line(result: Result, what: str) -> str:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    (found,) = [line for line in result.output.splitlines() if line.startswith(what)]
    return found


def test_a_sound_installation_is_all_good(healthy: dict[str, str]) -> None:
    result = ask(healthy)
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert "answers; of this release" in line(result, "Database")
    assert "West Oxfordshire" in line(result, "Policy")


def test_before_the_first_start_it_says_what_starts_what(healthy: dict[str, str], tmp_path: Path) -> None:
    del healthy["DATABASE_URL"], healthy["REDIS_URL"]
    result = ask({**healthy, "EVENLODE_STATE": str(tmp_path / "fresh" / "state")})
    assert result.exit_code == 0
    for what in ("Database", "Broker", "Keys"):
        assert "`make run`" in line(result, what)


def test_services_that_do_not_answer_are_bad_and_name_their_setting(healthy: dict[str, str]) -> None:
    result = ask(
        {**healthy, "DATABASE_URL": "postgresql://x@/x?host=/nowhere", "REDIS_URL": "unix:///nowhere"}
    )
    assert result.exit_code == 1
    assert "DATABASE_URL" in line(result, "Database")
    assert "REDIS_URL" in line(result, "Broker")


async def test_a_database_of_an_older_release_is_told_to_migrate(
    healthy: dict[str, str], database: asyncpg.Connection
) -> None:
    await database.execute(
        "DELETE FROM schema_migration WHERE number = (SELECT max(number) FROM schema_migration)"
    )
    assert "lacks 1 migrations" in line(await _aside(healthy), "Database")


async def test_a_database_whose_migration_was_edited_is_bad(
    healthy: dict[str, str], database: asyncpg.Connection
) -> None:
    await database.execute("UPDATE schema_migration SET checksum = 'other' WHERE number = 1")
    assert "edited after it was applied" in line(await _aside(healthy), "Database")


async def _aside(environ: dict[str, str]) -> Result:
    """In a thread, since the command runs an event loop of its own."""
    import asyncio

    return await asyncio.to_thread(ask, environ)


def test_taken_ports_a_broken_policy_and_open_keys_are_bad(healthy: dict[str, str], tmp_path: Path) -> None:
    key_file = Path(healthy["EVENLODE_STATE"]) / "keys.json"
    key_file.chmod(0o644)
    policy = tmp_path / "policy"
    policy.mkdir()
    for file in default_policy_folder().glob("*.toml"):
        (policy / file.name).write_text(file.read_text())
    (policy / "grades.toml").write_text("[[grade]\n")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        result = ask({**healthy, "PORT": port, "EVENLODE_POLICY": str(policy)})
    assert result.exit_code == 1
    assert f"PORT={int(port) + 1}"[:8] in line(result, f"Port {port}")
    assert "evenlode policy check" in line(result, "Policy")
    assert "chmod 600" in line(result, "Keys")


def test_a_key_ring_that_cannot_be_read_is_bad(healthy: dict[str, str]) -> None:
    (Path(healthy["EVENLODE_STATE"]) / "keys.json").write_text("[]")
    assert "backup" in line(ask(healthy), "Keys")


def test_a_full_disk_and_a_closed_folder_are_bad(
    healthy: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.cli.doctor._LEAST_FREE_BYTES", 10**18)
    assert "Make room" in line(ask(healthy), "Disk")
    assert "Set EVENLODE_STATE" in line(ask({**healthy, "EVENLODE_STATE": "/proc/nowhere"}), "State folder")


def test_the_ports_of_the_running_service_are_its_own(healthy: dict[str, str]) -> None:
    state = Path(healthy["EVENLODE_STATE"])
    running = {
        "database_url": healthy.pop("DATABASE_URL"),
        "redis_url": healthy.pop("REDIS_URL"),
        "port": int(healthy["PORT"]),
        "mail_port": int(healthy["MAIL_PORT"]),
        "pid": os.getpid(),
    }
    (state / "run.json").write_text(json.dumps(running))
    result = ask(healthy)
    assert result.exit_code == 0
    assert "used by the running Evenlode" in line(result, f"Port {running['port']}")
    assert "answers" in line(result, "Broker")
