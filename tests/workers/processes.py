"""The relay and the Celery workers as processes of their own, as an installation runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

RELAY = ("-m", "workers.relay")
URGENT = ("-m", "celery", "-A", "workers.app", "worker", "-Q", "p1,p2", "-n", "urgent@%h")
ROUTINE = ("-m", "celery", "-A", "workers.app", "worker", "-Q", "p3,p4,upkeep,patterns", "-n", "routine@%h")
_CELERY = ("--pool=threads", "--concurrency=4", "--without-gossip", "--without-mingle", "--without-heartbeat")


class Processes:
    """Starts processes and sees to it that none outlives the test."""

    def __init__(self, environ: Mapping[str, str], logs: Path) -> None:
        # What measures coverage is passed on.
        inherited = {name: value for name, value in os.environ.items() if name.startswith(("COV", "PYTHON"))}
        self._environ = {**inherited, **environ}
        self._logs = logs
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, arguments: tuple[str, ...], **environ: str) -> subprocess.Popen[bytes]:
        more = _CELERY if "worker" in arguments else ()
        log = (self._logs / f"process-{len(self._started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, *arguments, *more],
            env={**self._environ, **environ},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        self._started.append(process)
        return process

    def log(self, process: subprocess.Popen[bytes]) -> str:
        return (self._logs / f"process-{self._started.index(process)}.log").read_text()

    def stop(self, process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
        """Signal a process and return its exit status."""
        process.send_signal(number)
        return process.wait(30)

    def stop_all(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.terminate()
        for process in self._started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def processes(environ: Mapping[str, str], logs: Path) -> Iterator[Processes]:
    running = Processes(environ, logs)
    try:
        yield running
    finally:
        running.stop_all()
