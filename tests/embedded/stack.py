"""`evenlode up` as a person starts it: a process of its own, watched through its console."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self, TypeVar

import httpx
import psutil

from service.embedded.plans import MARK
from service.embedded.ports import free_port
from tests.conftest import coverage_environ

T = TypeVar("T")
PATIENCE = 90.0


def until(found: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Wait for something that is not None."""
    deadline = time.monotonic() + seconds
    while (value := found()) is None:
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return value


class Stack:
    """One `evenlode up`; leaving the block stops it if it still runs."""

    def __init__(self, state: Path, environ: Mapping[str, str] | None = None) -> None:
        self.state = state
        self.port = free_port()
        self.mail_port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.mail = f"http://127.0.0.1:{self.mail_port}"
        self._environ = {
            **coverage_environ(),
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "EVENLODE_STATE": str(state),
            "EVENLODE_DEMO": "1",
            "PORT": str(self.port),
            "MAIL_PORT": str(self.mail_port),
            **(environ or {}),
        }

    def __enter__(self) -> Self:
        self._console = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "up"],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self._console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()
            self._console.close()

    @property
    def console(self) -> str:
        return Path(self._console.name).read_text()

    def ready(self) -> Self:
        """Wait until it says that it is ready."""

        def said() -> bool | None:
            assert self.process.poll() is None, self.console
            return "Ctrl-C stops everything" in self.console or None

        until(said, "the welcome")
        return self

    def says(self, pattern: str) -> re.Match[str]:
        """Wait for a line on the console."""
        return until(lambda: re.search(pattern, self.console), f"{pattern!r} in:\n{self.console}")

    def refused(self) -> str:
        """Wait until it gives up; what it said."""
        assert self.process.wait(PATIENCE) == 1, self.console
        return self.console

    def processes(self) -> list[psutil.Process]:
        """Everything that belongs to this state folder and runs, the supervisor aside."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def child(self, words: str) -> psutil.Process:
        """The direct child with these words in its command line."""
        children = psutil.Process(self.process.pid).children()
        (found,) = [child for child in children if words in " ".join(child.cmdline())]
        return found

    def answers(self) -> bool | None:
        """True when reports can be taken."""
        try:
            return httpx.get(f"{self.base}/health/ready", timeout=5).json()["status"] == "ok" or None
        except httpx.HTTPError:
            return None

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            marked = process.environ().get(MARK) == str(self.state)
            return marked or str(self.state / "data") in (process.cwd() or "")
        except (psutil.Error, OSError):
            return False
