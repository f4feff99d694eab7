"""PostgreSQL and Valkey from packages: started, stopped, killed, and started again on the same data."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from service.embedded.places import StateInUse, StateUnusable
from service.embedded.process import ServiceFailed
from service.embedded.services import embedded_services

ROOT = os.geteuid() == 0


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def ping(url: str) -> object:
    with redis.Redis.from_url(url) as client:
        return client.ping()


async def test_data_written_before_a_stop_are_there_after_the_next_start(state_folder: Path) -> None:
    with embedded_services(state_folder) as services:
        await ask(services.database_url, "CREATE TABLE kept AS SELECT 7 AS n")
        with redis.Redis.from_url(services.redis_url) as client:
            client.set("kept", "7")
    with embedded_services(state_folder) as services:
        assert await ask(services.database_url, "SELECT n FROM kept") == 7
        with redis.Redis.from_url(services.redis_url) as client:
            assert client.get("kept") == b"7"


async def test_the_database_is_durable_speaks_utf8_and_opens_no_network_port(state_folder: Path) -> None:
    with embedded_services(state_folder, broker=False) as services:
        url = services.database_url
        for setting, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "listen_addresses": "",
            "server_encoding": "UTF8",
            "timezone": "UTC",
        }.items():
            assert await ask(url, f"SHOW {setting}") == value
        assert await ask(url, "SELECT lower('ÀÉ')") == "àé"
        assert services.postgres is not None
        assert services.postgres.pid is not None
        assert psutil.Process(services.postgres.pid).net_connections("inet") == []


async def test_a_statement_that_fails_leaves_no_report_text_in_the_log(state_folder: Path) -> None:
    with embedded_services(state_folder, broker=False) as services:
        url = services.database_url
        await ask(url, "CREATE TABLE t (n integer CHECK (n > 5), words text)")
        with pytest.raises(asyncpg.CheckViolationError):
            await ask(url, "INSERT INTO t VALUES (1, 'the man in the red coat')")
        with pytest.raises(asyncpg.DataError):
            await ask(url, "SELECT cast('the man in the red coat' || now() AS integer)")
        assert services.postgres is not None
        log = services.postgres.log
    text = log.read_text()
    assert "ready to accept connections" in text
    assert "red coat" not in text


def test_nobody_but_the_services_account_can_enter_the_sockets_and_data(state_folder: Path) -> None:
    with embedded_services(state_folder) as services:
        assert services.valkey is not None
        sockets = services.valkey.socket_path.parent
        folders = [
            sockets,
            sockets.parent / "postgres",
            state_folder / "data" / "postgres",
            state_folder / "logs",
        ]
        assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_a_second_start_on_the_same_state_says_who_holds_it(state_folder: Path) -> None:
    with (
        embedded_services(state_folder, database=False),
        pytest.raises(StateInUse, match=rf"process {os.getpid()}.*EVENLODE_STATE"),
        embedded_services(state_folder, database=False),
    ):
        pytest.fail("two ran on one state folder")


def test_a_part_that_was_not_asked_for_is_not_started(state_folder: Path) -> None:
    with embedded_services(state_folder, database=False) as services:
        assert services.database_url == ""
        assert not (state_folder / "data" / "postgres").exists()
        assert ping(services.redis_url)


async def test_a_pid_file_whose_number_now_belongs_to_another_process_does_not_stop_the_start(
    state_folder: Path,
) -> None:
    with embedded_services(state_folder, broker=False) as services:
        assert services.postgres is not None
        services.postgres.kill()
    pid_file = state_folder / "data" / "postgres" / "postmaster.pid"
    account = pid_file.stat().st_uid if ROOT else None
    # A process of the very account PostgreSQL runs as: PostgreSQL itself would take it for a running server.
    with subprocess.Popen(["/bin/sleep", "600"], cwd="/", user=account) as other:
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        with embedded_services(state_folder, broker=False) as services:
            assert await ask(services.database_url, "SELECT 1") == 1
            assert other.poll() is None
        other.kill()


@pytest.mark.parametrize(
    "broken", [b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\n", b"\x00nonsense\r\n"]
)
def test_a_half_written_or_damaged_valkey_file_does_not_stop_the_start(
    state_folder: Path, broken: bytes
) -> None:
    with embedded_services(state_folder, database=False) as services:
        with redis.Redis.from_url(services.redis_url) as client:
            client.set("kept", "7")
        assert services.valkey is not None
        services.valkey.kill()
    (file,) = (state_folder / "data" / "valkey" / "appendonlydir").glob("*.incr.aof")
    with file.open("ab") as append:
        append.write(broken)
    with embedded_services(state_folder, database=False) as services:
        assert ping(services.redis_url)


def _runs(pid: int) -> bool:
    """Whether a process is still at work; one that has ended but whom nobody has reaped yet is not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_services_left_by_a_killed_parent_are_gone_or_stopped_before_the_next_start(
    state_folder: Path,
) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from service.embedded.services import embedded_services\n"
        "with embedded_services(Path(sys.argv[1])) as services:\n"
        "    print(services.postgres.pid, services.valkey.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(state_folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    with embedded_services(state_folder) as services:
        assert await ask(services.database_url, "SELECT 1") == 1
        assert not any(_runs(pid) for pid in pids)


async def test_a_live_server_that_nobody_owns_any_more_is_stopped_first(state_folder: Path) -> None:
    with embedded_services(state_folder) as services:
        assert services.postgres is not None
        assert services.valkey is not None
        old = [services.postgres._process, services.valkey._process]
        # As after a crash where the kernel did not end the children: same data, same sockets, still serving.
        services.postgres.spawn()
        services.valkey.spawn()
        services.postgres.wait_ready()
        services.valkey.wait_ready()
        assert [process is not None and process.wait(10) for process in old] == [0, 0]
        assert await ask(services.database_url, "SELECT 1") == 1
        assert ping(services.redis_url)


async def test_a_killed_database_keeps_what_it_committed(state_folder: Path) -> None:
    with embedded_services(state_folder, broker=False) as services:
        assert services.postgres is not None
        await ask(services.database_url, "CREATE TABLE kept AS SELECT 7 AS n")
        services.postgres.kill()
        assert services.postgres.poll() == -signal.SIGKILL
        services.postgres.spawn()
        services.postgres.wait_ready()
        assert await ask(services.database_url, "SELECT n FROM kept") == 7


def test_data_of_another_release_of_postgresql_are_refused_in_words(state_folder: Path) -> None:
    with embedded_services(state_folder, broker=False):
        pass
    (state_folder / "data" / "postgres" / "PG_VERSION").write_text("16\n")
    with (
        pytest.raises(ServiceFailed, match="made by PostgreSQL 16"),
        embedded_services(state_folder, broker=False),
    ):
        pytest.fail("started on data it cannot read")


def test_a_service_that_cannot_start_says_why_with_the_end_of_its_log(state_folder: Path) -> None:
    with (
        pytest.raises(ServiceFailed, match=r"(?s)PostgreSQL ended while starting.*no_such_setting"),
        embedded_services(state_folder, broker=False, postgres_settings={"no_such_setting": "1"}),
    ):
        pytest.fail("started with a setting that does not exist")


def test_a_state_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateUnusable, match="EVENLODE_STATE"), embedded_services(tmp_path / "file" / "state"):
        pytest.fail("started below a file")


@pytest.mark.skipif(not ROOT, reason="only root hands the services to another account")
async def test_root_keeps_data_where_the_services_account_can_reach_them_when_the_state_is_below_a_closed_home(
    state_folder: Path,
) -> None:
    state_folder.parent.chmod(0o700)
    with embedded_services(state_folder) as services:
        await ask(services.database_url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert ping(services.redis_url)
    kept = Path((state_folder / "data-location").read_text().strip())
    try:
        assert (kept / "postgres" / "PG_VERSION").exists()
        assert not (state_folder / "data").exists()
        state_folder.parent.chmod(0o755)
        with embedded_services(state_folder) as services:
            assert await ask(services.database_url, "SELECT count(*) FROM kept") == 1
    finally:
        subprocess.run(["rm", "-rf", str(kept)], check=True)


async def test_a_socket_path_that_would_be_too_long_is_made_short(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path / ("long" * 20)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with embedded_services(state_folder, database=False) as services:
        assert ping(services.redis_url)
        assert len(services.redis_url) < 107


def test_a_socket_folder_that_somebody_else_made_first_is_not_used(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = state_folder.parent / "shared"
    trap = state_folder.parent / "trap"
    shared.mkdir()
    trap.mkdir()
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    with embedded_services(state_folder, database=False) as services:
        ours = Path(services.redis_url.removeprefix("unix://").partition("?")[0]).parents[1]
    assert ours.parent == shared
    ours.symlink_to(trap)
    with embedded_services(state_folder, database=False) as services:
        assert ping(services.redis_url)
        assert f"{ours}/" not in services.redis_url
    assert list(trap.iterdir()) == []
