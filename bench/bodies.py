"""What the load sends: the demo's evening, many different reports of all four kinds."""

from datetime import UTC, datetime
from pathlib import Path

from service.demo.evening import evening

_SEED = 2026


def bodies(count: int) -> list[bytes]:
    """`count` different report bodies, the same in every run but for their times."""
    return [one.body for one in evening(_SEED, count, until=datetime.now(UTC)) if not one.second_click]


def write_bodies(path: Path, count: int) -> Path:
    """Write them a line each, as wrk's script reads them."""
    path.write_bytes(b"\n".join(bodies(count)) + b"\n")
    return path
