"""The whole product as `evenlode up` runs it, in a fresh state folder on free ports, with a way to kill its parts."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final, TypeVar

import httpx
import msgspec
import psutil

from service.embedded.plans import MARK
from service.embedded.ports import free_port
from service.embedded.process import processes_marked
from service.embedded.running import Running, running_urls

VICTIMS: Final = ("web", "urgent", "relay", "postgresql", "valkey", "routine", "backend", "scheduler")
"""What can be killed. `backend` is one of PostgreSQL's own processes, serving a connection."""

_PROJECT: Final = Path(__file__).resolve().parents[2]
_START_WITHIN: Final = 120
_STOP_WITHIN: Final = 60
_RECOVER_WITHIN: Final = 60
_SIGNS: Final = {
    "web": "granian",
    "urgent": "--queues=p1,p2",
    "routine": "--queues=p3",
    "relay": "workers.relay",
    "scheduler": "beat",
    "postgresql": "bin/postgres",
    "valkey": "valkey-server",
}


Found = TypeVar("Found")


class Killed(msgspec.Struct, frozen=True):
    """What was killed: the kind, its process number, and when (time.monotonic)."""

    victim: str
    pid: int
    at: float


class Stack:
    """A running `evenlode up`."""

    def __init__(self, state: Path, supervisor: psutil.Process, running: Running) -> None:
        self.state = state
        self.running = running
        self._supervisor = supervisor

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.running.port}"

    @property
    def catcher_url(self) -> str:
        return f"http://127.0.0.1:{self.running.mail_port}"

    def kill(self, victim: str, rng: Random) -> Killed:
        """End one process of that kind at once, as the kernel does when memory runs out."""
        candidates = until(lambda: self._candidates(victim), f"a {victim} process", _RECOVER_WITHIN)
        process = rng.choice(candidates)
        process.send_signal(signal.SIGKILL)
        return Killed(victim, process.pid, time.monotonic())

    def wait_recovered(self, killed: Killed) -> float:
        """Wait until the victim was replaced and reports can be taken again; returns the seconds since the kill."""
        until(lambda: self._replaced(killed), f"{killed.victim} to be started again", _RECOVER_WITHIN)
        until(self.ready, "the service to be ready again", _RECOVER_WITHIN)
        return time.monotonic() - killed.at

    def ready(self) -> bool:
        """Whether reports can be taken and handed on."""
        with suppress(httpx.TransportError):
            answer = httpx.get(f"{self.url}/health/ready", timeout=3)
            return answer.is_success and answer.json()["status"] == "ok"
        return False

    def _replaced(self, killed: Killed) -> bool:
        return any(process.pid != killed.pid for process in self._candidates(killed.victim))

    def _candidates(self, victim: str) -> list[psutil.Process]:
        if victim == "backend":
            return [
                backend
                for server in self._children("postgresql")
                for backend in _alive(server.children())
                if " evenlode evenlode " in _command(backend)
            ]
        found = self._children(victim)
        if victim == "web":
            # The server proper is a child of the one that watches over it: either may die.
            found += [worker for server in found for worker in _alive(server.children()) if _serves(worker)]
        return found

    def _children(self, victim: str) -> list[psutil.Process]:
        return [child for child in _alive(self._supervisor.children()) if _SIGNS[victim] in _command(child)]


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Run `evenlode up` with the settings it is shipped with, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="evenlode-kills-"))
    folder.chmod(0o711)
    state = folder / "state"
    output = folder / "up.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "up"],
            cwd=_PROJECT,
            env=_environ(state),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        supervisor = psutil.Process(process.pid)
        running = until(
            lambda: _running(state, process, output), "`evenlode up` to be ready", _START_WITHIN, output
        )
        yield Stack(state, supervisor, running)
        _stop(process, state, output)
    finally:
        for left in [*processes_marked(MARK, str(state)), *_descendants(process)]:
            with suppress(psutil.NoSuchProcess):
                left.kill()
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def until(question: Callable[[], Found | None], what: str, patience: float, log: Path | None = None) -> Found:
    """Ask until the answer is true in Python's sense; AssertionError when it is not within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (answer := question()):
        if time.monotonic() > deadline:
            said = f"\n{log.read_text(errors='replace')[-3000:]}" if log else ""
            raise AssertionError(f"Waited {patience} s in vain for {what}.{said}")
        time.sleep(0.05)
    return answer


def _environ(state: Path) -> dict[str, str]:
    ours = ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "HOST", "EVENLODE_", "CATCHER_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "EVENLODE_STATE": str(state),
        "EVENLODE_DEMO": "1",
        "PORT": str(free_port()),
        "MAIL_PORT": str(free_port()),
    }


def _running(state: Path, process: subprocess.Popen[bytes], log: Path) -> Running | None:
    assert process.poll() is None, log.read_text(errors="replace")[-3000:]
    return running_urls(state)


def _stop(process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(_STOP_WITHIN)
    left = [" ".join(one.cmdline()) for one in processes_marked(MARK, str(state))]
    assert not left, f"Left behind: {left}\n{log.read_text(errors='replace')[-3000:]}"


def _descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    alive = []
    for process in processes:
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _serves(process: psutil.Process) -> bool:
    return "resource_tracker" not in _command(process)
