"""The clock, as a port: production passes `utc_now`, tests pass their own."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def to_the_minute(moment: datetime) -> datetime:
    """`moment` without seconds: the finest time kept of an anonymous report."""
    return moment.replace(second=0, microsecond=0)
