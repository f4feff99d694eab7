"""A real PostgreSQL on this machine, reached by a private Unix socket only."""

import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from service.embedded import process as processes
from service.embedded.places import Places
from service.embedded.process import ServiceFailed

_USER: Final = "evenlode"
_DATABASE: Final = "evenlode"
_VERSION: Final = "18"

# Sized for one machine. Errors of statements are not logged, and DETAIL never is: both can quote a report.
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "40",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "autovacuum_max_workers": "2",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_connections": "",
    "log_disconnections": "off",
    "log_checkpoints": "off",
}

_LOCAL_ONLY = "local all all trust\n"
"""Everyone who can reach the socket may connect; the socket's folder lets nobody else in."""


class EmbeddedPostgres:
    """PostgreSQL as a child of this process, over data that are kept between runs."""

    name = "postgresql"
    leaves = 5

    def __init__(self, places: Places, overrides: Mapping[str, str] | None = None) -> None:
        self._places = places
        self._data = places.data / "postgres"
        self._sockets = places.sockets / "postgres"
        self._settings = {**_SETTINGS, **(overrides or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.log = places.logs / "postgresql.log"

    @property
    def url(self) -> str:
        """The URL of the service's database, as asyncpg and libpq read it."""
        return f"postgresql://{_USER}@/{_DATABASE}?host={quote(str(self._sockets), safe='/')}"

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def spawn(self) -> None:
        """Start without waiting; making the database first if there is none, and clearing up after a crash.

        Raises ServiceFailed.
        """
        self._places.private_folder(self._sockets)
        self._clear_up()
        if not self._data.exists():
            self._make()
        self._check_version()
        self._process = self._start([])

    def wait_ready(self, patience: float = 60) -> None:
        """Wait until connections are taken. Raises ServiceFailed."""
        if self._process is None:
            raise ServiceFailed("PostgreSQL was not started.")
        processes.wait_for(self._ready, self._process, name="PostgreSQL", log=self.log, patience=patience)

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Stop in an orderly way: sessions are ended, everything is on disk."""
        if self._process is not None:
            # SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
            processes.stop(self._process, (signal.SIGINT, 20), (signal.SIGQUIT, 5))

    def kill(self) -> None:
        """End at once, as a power cut would."""
        if self._process is not None:
            processes.kill_group(self._process)

    def _ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _clear_up(self) -> None:
        """Stop what an earlier run left on these data; then the lock files are nobody's and can go."""
        processes.end_leftovers(processes.processes_in(self._data, "postgres"), signal.SIGINT, 15)
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for old in self._sockets.glob(".s.PGSQL.*"):
            old.unlink()

    def _make(self) -> None:
        """Make the cluster under another name first, so that one cut short is not taken for a whole one."""
        fresh = self._data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._places.private_folder(fresh)
        sync = [] if self._settings.get("fsync") != "off" else ["--no-sync"]
        self._run(
            [
                str(self._places.programs.initdb),
                f"--pgdata={fresh}",
                f"--username={_USER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *sync,
            ],
        )
        (fresh / "pg_hba.conf").write_text(_LOCAL_ONLY)
        self._run(
            [str(self._places.programs.postgres), "--single", "-D", str(fresh), "postgres"],
            given=f"CREATE DATABASE {_DATABASE}\n",
        )
        fresh.rename(self._data)

    def _check_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != _VERSION:
            raise ServiceFailed(
                f"The data in {self._data} were made by PostgreSQL {found}, this release brings {_VERSION}. "
                "Dump them with the release that made them, then load them here."
            )

    def _start(self, extra: list[str]) -> subprocess.Popen[bytes]:
        settings = {**self._settings, "unix_socket_directories": f'"{self._sockets}"'}
        return processes.spawn(
            [
                self._places.programs.postgres,
                "-D",
                self._data,
                *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
                *extra,
            ],
            log=self.log,
            environ=_environ(),
            cwd=Path("/"),
            account=self._places.account,
            death_signal=signal.SIGINT,
        )

    def _run(self, command: list[str], given: str = "") -> None:
        account = self._places.account
        done = subprocess.run(  # noqa: S603 - our own programs
            command,
            input=given.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            env=_environ(),
            cwd="/",
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode != 0:
            raise ServiceFailed(f"PostgreSQL could not be set up:\n{done.stdout.decode(errors='replace')}")


def _environ() -> dict[str, str]:
    """Nothing of ours: PostgreSQL reads settings from variables such as PGOPTIONS and PGDATA."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
