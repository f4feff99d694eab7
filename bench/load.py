"""Load from wrk, and the server it is sent to."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import click
import httpx
import msgspec
import psutil

_LUA = Path(__file__).parent / "reports.lua"


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk saw. `bad` counts answers other than 2xx and broken connections."""

    requests: int
    seconds: float
    bad: int
    p50_us: float
    p99_us: float
    web_cpu_us: float = 0.0
    """Processor time of the web process for one report, in microseconds; kernel included."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def send(url: str, bodies: Path, *, connections: int, seconds: int) -> Load:
    """Send the bodies from `connections` connections; raises click.ClickException on any bad answer."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise click.ClickException(
            "wrk is not installed: `apt-get install wrk` (or your system's package), then again."
        )
    done = subprocess.run(
        [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(_LUA), url],
        env={**os.environ, "BENCH_BODIES": str(bodies), "BENCH_RUN": token_hex(8)},
        check=True,
        capture_output=True,
        text=True,
    )
    load = msgspec.json.decode(done.stdout.splitlines()[-1], type=Load)
    if load.bad:
        raise click.ClickException(
            f"{load.bad} of {load.requests} requests went wrong; no figure can be had from that."
        )
    return load


def send_metered(
    url: str, bodies: Path, process: subprocess.Popen[bytes], *, connections: int, seconds: int
) -> Load:
    """`send`, and the processor time the web processes spent on it."""
    before = _cpu_seconds(process)
    load = send(url, bodies, connections=connections, seconds=seconds)
    spent = _cpu_seconds(process) - before
    return msgspec.structs.replace(load, web_cpu_us=spent / load.requests * 1e6)


def _cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    parent = psutil.Process(process.pid)
    times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(one.user + one.system for one in times)


@contextmanager
def served(
    variant: str, port: int, environment: Mapping[str, str]
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """One variant of `bench.apps` behind the server that ships, until the block ends."""
    process = subprocess.Popen(
        [*WEB_COMMAND, "--port", str(port), "bench.apps:app"],
        env={**os.environ, **environment, "BENCH_APP": variant},
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _await_live(url, process)
        yield url, process
    finally:
        process.terminate()
        process.wait(timeout=20)


WEB_COMMAND = (
    sys.executable,
    "-m",
    "granian",
    "--interface",
    "asgi",
    "--host",
    "127.0.0.1",
    "--loop",
    "uvloop",
    "--no-ws",
    "--log-level",
    "warning",
)


def _await_live(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{url}/health/live", timeout=1)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise click.ClickException("the server did not start")
