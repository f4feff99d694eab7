"""The lanes: one Celery queue for each grade, and how much of each is under way at a time."""

from datetime import timedelta
from typing import Final

import msgspec

DELIVER: Final = "evenlode.deliver"
UPKEEP_QUEUE: Final = "upkeep"

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
    often the table is looked at although nobody woke us, in seconds. `pace`: how soon a full lane is looked at again,
    in seconds; a routine backlog takes longer breaths, which leave the processors to the urgent lanes (at most 2,000
    rows a second for P4 and 4,000 for P3, for each relay).
    """

    grade: int
    queue: str
    handed_out: int
    batch: int
    longest_wait: timedelta
    sweep: float
    pace: float


LANES: Final = (
    Lane(
        grade=1, queue="p1", handed_out=100, batch=8, longest_wait=timedelta(seconds=60), sweep=1.0, pace=0.01
    ),
    Lane(
        grade=2, queue="p2", handed_out=100, batch=16, longest_wait=timedelta(minutes=3), sweep=1.0, pace=0.02
    ),
    Lane(
        grade=3,
        queue="p3",
        handed_out=200,
        batch=50,
        longest_wait=timedelta(minutes=10),
        sweep=2.0,
        pace=0.05,
    ),
    Lane(
        grade=4, queue="p4", handed_out=200, batch=50, longest_wait=timedelta(minutes=15), sweep=3.0, pace=0.1
    ),
)
LANE_OF: Final = {lane.grade: lane for lane in LANES}
