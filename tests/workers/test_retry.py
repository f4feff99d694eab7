"""When a failed notification is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workers.lanes import LANES
from workers.retry import HORIZON, LONGEST_ASKED, backoff, next_try

GRADES = st.sampled_from([lane.grade for lane in LANES])
CHANCE = st.floats(0, 1)
ATTEMPTS = st.integers(0, 10_000)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(GRADES, ATTEMPTS, CHANCE)
def test_a_wait_is_never_nothing_and_never_over_the_cap_of_its_lane(
    grade: int, attempts: int, chance: float
) -> None:
    cap = next(lane.longest_wait for lane in LANES if lane.grade == grade)
    assert timedelta(seconds=1) <= backoff(grade, attempts, chance) <= cap


@given(GRADES, ATTEMPTS, CHANCE)
def test_waits_do_not_shrink_from_one_try_to_the_next(grade: int, attempts: int, chance: float) -> None:
    assert backoff(grade, attempts, chance) <= backoff(grade, attempts + 1, chance)


def test_those_that_failed_together_are_spread_out() -> None:
    assert backoff(4, 12, 0.0) * 2 == backoff(4, 12, 1.0)


def test_the_more_urgent_is_tried_again_sooner() -> None:
    waits = [backoff(lane.grade, 50, 1.0) for lane in LANES]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=60)
    assert waits[-1] == timedelta(minutes=15)


@given(GRADES, ATTEMPTS, CHANCE, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_receiver_is_left_alone_as_long_as_it_asked_up_to_an_hour(
    grade: int, attempts: int, chance: float, asked: timedelta
) -> None:
    due = next_try(grade, attempts, since=NOW, now=NOW, chance=chance, retry_after=asked)
    assert due is not None
    assert due >= NOW + min(asked, LONGEST_ASKED)
    assert due <= NOW + max(LONGEST_ASKED, backoff(grade, attempts, chance))


@given(GRADES, ATTEMPTS, CHANCE, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_there_is_a_next_try_until_72_hours_have_passed_and_none_after(
    grade: int, attempts: int, chance: float, age: timedelta
) -> None:
    due = next_try(grade, attempts, since=NOW - age, now=NOW, chance=chance)
    if age >= HORIZON:
        assert due is None
    else:
        assert due is not None
        assert NOW < due <= NOW - age + HORIZON
