"""When to try a failed notification again, and when to stop: pure, so that it can be tested by property."""

from datetime import datetime, timedelta
from typing import Final

from workers.lanes import LANE_OF

FIRST_WAIT: Final = timedelta(seconds=2)
HORIZON: Final = timedelta(hours=72)
"""After this long without success a notification is dead and in front of a person."""
LONGEST_ASKED: Final = timedelta(hours=1)
"""The most of a receiver's Retry-After that is honoured: a slip on its side must not silence us for days."""


def backoff(grade: int, attempts: int, chance: float) -> timedelta:
    """The wait after `attempts` tries: doubling from two seconds to the lane's cap, then cut by up to half.

    `chance` is a random number from 0 to 1; it spreads out those that failed together, so that a receiver that comes
    back is not met by all of them at once. (Exponential back-off with "equal jitter", as the AWS Architecture Blog
    has it.)
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(attempts, 1) - 1, 16)
    whole: timedelta = min(doubled, LANE_OF[grade].longest_wait)
    return whole * (0.5 + 0.5 * chance)


def next_try(
    grade: int,
    attempts: int,
    *,
    since: datetime,
    now: datetime,
    chance: float,
    retry_after: timedelta | None = None,
) -> datetime | None:
    """When to try again after a transient fault, or None when it is time to give up.

    `since` is when the notification was made, or last asked for by a person. A receiver's Retry-After is kept to, up
    to an hour. The last try comes at the horizon itself, never much before it.
    """
    last = since + HORIZON
    if now >= last:
        return None
    wait = backoff(grade, attempts, chance)
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_ASKED))
    return min(now + wait, last)
