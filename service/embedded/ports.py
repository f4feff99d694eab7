"""Whether the ports are free, and what to say when they are not."""

import errno
import shlex
import socket
from contextlib import closing, suppress

from service.errors import ServiceError

_NEXT_PORTS = 50


class PortTaken(ServiceError):
    """A port that is needed is taken."""

    code = "port-taken"


def require_free(host: str, port: int, variable: str) -> None:
    """Raise PortTaken, naming the port, its holder and a free one, unless `host:port` can be listened on."""
    fault = _bind_fault(host, port)
    if fault is None:
        return
    if fault.errno == errno.EADDRINUSE:
        free = next(
            (near for near in range(port + 1, port + _NEXT_PORTS) if _bind_fault(host, near) is None), 0
        )
        raise PortTaken(
            f"Port {port} is taken{_holder(port)}. Stop that, or use another port: {variable}={free} make run"
        )
    raise PortTaken(
        f"{host}:{port} cannot be listened on ({fault.strerror}). Set {variable} to another port."
    )


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _bind_fault(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        # As servers do: a connection of the last run that is still closing does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            return fault
    return None


def _holder(port: int) -> str:
    """` by process 42 (python3 -m http.server)`, as far as this account may know."""
    try:
        import psutil  # noqa: PLC0415 - `evenlode doctor` also works where the embedded services are not installed
    except ModuleNotFoundError:
        return ""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            taken = (
                connection.status == psutil.CONN_LISTEN and getattr(connection.laddr, "port", None) == port
            )
            if taken and connection.pid:
                command = shlex.join(psutil.Process(connection.pid).cmdline())
                return f" by process {connection.pid} ({command[:80]})"
    return ""
