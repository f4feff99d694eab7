"""Times as they are typed into a form or told by a tap, and as they are shown again: those of Europe/London."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
WRITTEN: Final = "_written_at"
"""The hidden field that holds when answers were given: when the page was made or, with a script, the tap itself."""
_FAST: Final = timedelta(minutes=10)
_OLDEST: Final = timedelta(days=60)


def typed_moment(said: str) -> datetime | None:
    """What was typed into a field for date and time, which has no offset; None when it is no time.

    In the hour that comes twice in October the first is meant, so that no deadline counted from it comes too late.
    """
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def written_at(said: str, now: datetime) -> datetime | None:
    """When the answers were given, to the minute, or None where that cannot be so.

    A telephone's clock may be wrong. A time that has not come, or is older than any report waits for coverage, tells
    nothing.
    """
    moment = typed_moment(said)
    if moment is None or not now - _OLDEST <= moment <= now + _FAST:
        return None
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def stamp(moment: datetime) -> str:
    """A moment as it stands in a hidden field: UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
