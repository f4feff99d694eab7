"""The lanes: one Celery queue for each grade, and how much of each is under way at a time."""

from datetime import timedelta
from typing import Final

import msgspec

DELIVER: Final = "evenlode.deliver"
UPKEEP_QUEUE: Final = "upkeep"
PATTERNS_QUEUE: Final = "patterns"
"""Apart from the upkeep: comparing reports needs the key ring, and the upkeep's account could read sources."""

LEASE: Final = timedelta(seconds=30)
"""How long a hand-over is a worker's own. A dead worker's rows are handed out again after it, so it is short; it must
be longer than SEND_LIMIT, with room to wait in the broker before and to record the outcome after."""
SEND_LIMIT: Final = timedelta(seconds=16)
"""The longest one send may take, waiting for a free connection included; longer than any channel's own time limit."""
LEAST_LEASE: Final = SEND_LIMIT + timedelta(seconds=4)
"""A hand-over with less left of its lease than this is not begun: it would be handed out again while being sent."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One grade's way to the workers.

    `handed_out`: most rows with workers at a time. A backlog waits in the table, so that there is always room in the
    broker, and so that a row's turn comes within its lease. `batch`: ids in one task; small where each counts, large
    where Celery's cost for a message would. `longest_wait`: the cap of the back-off between two tries. `sweep`: how
    often the table is looked at although nobody woke us, in seconds. `claim`: most rows claimed in one turn; `pace`:
    seconds from one turn to the next while there is more. Both keep a routine backlog to short strides with breaths
    between, which leaves the processors to the urgent lanes: at most 2,000 rows a second for P4 and 4,000 for P3, by
    each relay.
    """

    grade: int
    queue: str
    handed_out: int
    batch: int
    claim: int
    pace: float
    sweep: float
    longest_wait: timedelta


def _lane(
    grade: int, handed_out: int, batch: int, claim: int, pace: float, sweep: float, wait: timedelta
) -> Lane:
    return Lane(
        grade=grade,
        queue=f"p{grade}",
        handed_out=handed_out,
        batch=batch,
        claim=claim,
        pace=pace,
        sweep=sweep,
        longest_wait=wait,
    )


LANES: Final = (
    _lane(1, 100, 8, 100, 0.01, 1.0, timedelta(seconds=60)),
    _lane(2, 100, 16, 100, 0.02, 1.0, timedelta(minutes=3)),
    _lane(3, 200, 50, 100, 0.025, 2.0, timedelta(minutes=10)),
    _lane(4, 200, 50, 50, 0.025, 3.0, timedelta(minutes=15)),
)
LANE_OF: Final = {lane.grade: lane for lane in LANES}
