"""Starting and stopping one process of ours, and finding what an earlier run left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil

from service.embedded.account import Account
from service.errors import ServiceError

LOG_LIMIT: Final = 1_000_000
"""Bytes of a log after which the next start begins a new one; the old one is kept as `<name>.log.1`."""

_PR_SET_PDEATHSIG: Final = 1
_POLL: Final = 0.02


class ServiceFailed(ServiceError):
    """A process did not start."""

    code = "service-failed"


def open_log(path: Path) -> int:
    """A descriptor that appends to a private log file, after putting a long one aside."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environ: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own: Ctrl-C then reaches the supervisor alone, which keeps order.

    On Linux the kernel sends it `death_signal` when the thread that started it ends without stopping it, as
    after `kill -9`. Raises ServiceFailed.
    """
    identity: dict[str, Any] = (
        {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    )
    output = open_log(log)
    try:
        with warnings.catch_warnings():
            # Python 3.12 warns of a fork beside threads; the child makes one system call and becomes the program.
            warnings.simplefilter("ignore", DeprecationWarning)
            return subprocess.Popen(  # noqa: S603 - our own programs
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env=dict(environ),
                start_new_session=True,
                preexec_fn=_tether(death_signal),  # noqa: PLW1509 - one call, looked up before
                **identity,
            )
    except OSError as fault:
        raise ServiceFailed(f"{command[0]} could not be started: {fault.strerror}.") from fault
    finally:
        os.close(output)


def _tether(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):  # pragma: no cover - there the check for leftovers does it alone
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    number = int(death_signal)
    parent = os.getpid()

    def tether() -> None:  # pragma: no cover - runs in the child, between fork and exec
        prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)

    return tether


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """End a process: each signal in turn with its patience in seconds, then SIGKILL to its whole group."""
    for number, patience in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to what is left of the process and its descendants of the same session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)


def end_leftovers(left: Sequence[psutil.Process], number: signal.Signals, patience: float) -> None:
    """Signal processes of an earlier run, wait `patience` seconds, then SIGKILL those that are still there.

    Raises ServiceFailed when one survives that.
    """
    for process in left:
        # They end each other's children, so one may be gone since it was found.
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    _, alive = psutil.wait_procs(left, timeout=patience)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _, alive = psutil.wait_procs(alive, timeout=5)
    if alive:
        raise ServiceFailed(f"Process {alive[0].pid} of an earlier run cannot be stopped.")


def processes_in(folder: Path, name: str) -> list[psutil.Process]:
    """Processes of that program whose working folder is `folder`: what an earlier run left on these data.

    A process number found in a file may by now belong to somebody else's process; a working folder cannot.
    """
    target = os.path.realpath(folder)
    return [
        process
        for process in _processes()
        if _ask(process.name).startswith(name) and os.path.realpath(_ask(process.cwd) or "/") == target
    ]


def processes_marked(variable: str, value: str) -> list[psutil.Process]:
    """Running processes, other than this one, whose environment has the variable set to the value."""
    found = []
    for process in _processes():
        try:
            environ = process.environ()
        except (psutil.Error, OSError):
            continue
        if environ.get(variable) == value and process.pid != os.getpid():
            found.append(process)
    return found


def wait_for(
    condition: Callable[[], bool], process: subprocess.Popen[bytes], *, name: str, log: Path, patience: float
) -> None:
    """Wait until `condition()` is true.

    Raises ServiceFailed, with the end of the log, when the process ends first or patience (seconds) runs out.
    """
    deadline = time.monotonic() + patience
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            state = "did not become ready" if process.poll() is None else "ended while starting"
            raise ServiceFailed(f"{name} {state}. The end of {log}:\n{tail(log)}")
        time.sleep(_POLL)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def _processes() -> Iterator[psutil.Process]:
    yield from psutil.process_iter()


def _ask(question: Callable[[], str]) -> str:
    try:
        return str(question())
    except (psutil.Error, OSError):
        return ""
