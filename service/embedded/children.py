"""What the supervisor watches: PostgreSQL, Valkey and the processes of a plan, all handled the same way."""

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from service.embedded import process as processes
from service.embedded.plans import Plan
from service.embedded.process import ServiceFailed

_FIRST_WAIT: Final = 0.25
_LONGEST_WAIT: Final = 15.0
_STEADY_AFTER: Final = 30.0


class Child(Protocol):
    """A process that can be started again and again."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def leaves(self) -> int: ...
    def spawn(self) -> None: ...
    def poll(self) -> int | None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class PlannedChild:
    """A process of a plan."""

    def __init__(self, plan: Plan, *, logs: Path, cwd: Path, environ: Mapping[str, str]) -> None:
        self._plan = plan
        self._cwd = cwd
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self.name = plan.name
        self.leaves = plan.leaves
        self.log = logs / f"{plan.name}.log"

    def spawn(self) -> None:
        """Start it, after ending what one that was killed left in its group. Raises ServiceFailed."""
        self.kill()
        self._process = processes.spawn(
            self._plan.command, log=self.log, environ=self._environ, cwd=self._cwd
        )

    def poll(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Ask it to finish what it is doing, and end it after its grace."""
        if self._process is not None:
            processes.stop(self._process, (signal.SIGTERM, self._plan.grace))

    def kill(self) -> None:
        if self._process is not None:
            processes.kill_group(self._process)


class Watched:
    """A child with its history: one that keeps ending is started again more and more slowly."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._failures = 0
        self._started = time.monotonic()
        self._due: float | None = None

    def look(self) -> str | None:
        """Start the child again when it is down and its time has come; a sentence when something happened."""
        now = time.monotonic()
        if self._due is not None:
            return self._start_again() if now >= self._due else None
        status = self.child.poll()
        if status is None:
            return None
        if now - self._started > _STEADY_AFTER:
            self._failures = 0
        return self._put_off(_ending(status))

    def _start_again(self) -> str:
        self._due = None
        self._started = time.monotonic()
        try:
            self.child.spawn()
        except ServiceFailed as fault:
            return self._put_off(str(fault))
        return f"{self.child.name} was started again"

    def _put_off(self, why: str) -> str:
        wait = min(_FIRST_WAIT * 2**self._failures, _LONGEST_WAIT)
        self._failures += 1
        self._due = time.monotonic() + wait
        return f"{self.child.name} {why}; starting it again in {wait:g} s (see {self.child.log})"


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with exit code {status}"
