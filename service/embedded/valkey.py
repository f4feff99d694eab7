"""A real Valkey on this machine, reached by a private Unix socket only."""

import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from service.embedded import process as processes
from service.embedded.places import Places
from service.embedded.process import ServiceFailed

_SETTINGS: Final[Mapping[str, str]] = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-load-truncated": "yes",
    "save": "",
    "maxmemory": "256mb",
    # A queue must say that it is full; to drop a message quietly is worse.
    "maxmemory-policy": "noeviction",
}

_REFUSED: Final = 1
"""Valkey's exit code when it will not start, such as on an append-only file with damage in its middle."""


class EmbeddedValkey:
    """Valkey as a child of this process. It carries ids only, and can be filled again from PostgreSQL."""

    name = "valkey"
    leaves = 4

    def __init__(self, places: Places, overrides: Mapping[str, str] | None = None) -> None:
        self._places = places
        self._data = places.data / "valkey"
        self._sockets = places.sockets / "valkey"
        self._settings = {**_SETTINGS, **(overrides or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.log = places.logs / "valkey.log"

    @property
    def socket_path(self) -> Path:
        return self._sockets / "socket"

    @property
    def url(self) -> str:
        """The URL as redis-py reads it; `service.broker.broker_url` turns it into Celery's form."""
        return f"unix://{quote(str(self.socket_path), safe='/')}?db=0"

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def spawn(self) -> None:
        """Start without waiting, after clearing up what a crash left. Raises ServiceFailed."""
        self._places.private_folder(self._data)
        self._places.private_folder(self._sockets)
        processes.end_leftovers(processes.processes_in(self._data, "valkey"), signal.SIGTERM, 10)
        self.socket_path.unlink(missing_ok=True)
        if self.poll() == _REFUSED:
            self._put_aside()
        settings = {**self._settings, "unixsocket": str(self.socket_path), "dir": str(self._data)}
        self._process = processes.spawn(
            [
                self._places.programs.valkey,
                *(part for key, value in settings.items() for part in (f"--{key}", value)),
            ],
            log=self.log,
            environ={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            cwd=self._places.data,
            account=self._places.account,
        )

    def wait_ready(self, patience: float = 30) -> None:
        """Wait until commands are answered. Raises ServiceFailed."""
        try:
            self._wait(patience)
        except ServiceFailed:
            if self.poll() != _REFUSED:
                raise
            self.spawn()
            self._wait(patience)

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Stop after writing what is in memory."""
        if self._process is not None:
            processes.stop(self._process, (signal.SIGTERM, 10))

    def kill(self) -> None:
        """End at once, as a power cut would."""
        if self._process is not None:
            processes.kill_group(self._process)

    def _put_aside(self) -> None:
        """Begin with nothing when the last start refused its files as too damaged to read.

        Nothing is lost with them: the outbox in PostgreSQL holds what is to be sent.
        """
        with suppress(FileNotFoundError):
            files = self._data / "appendonlydir"
            files.rename(files.with_name(f"{files.name}.unreadable-{datetime.now(UTC):%Y%m%dT%H%M%S}"))

    def _wait(self, patience: float) -> None:
        if self._process is None:
            raise ServiceFailed("Valkey was not started.")
        processes.wait_for(self._ready, self._process, name="Valkey", log=self.log, patience=patience)

    def _ready(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False
