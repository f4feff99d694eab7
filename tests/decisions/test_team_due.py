"""Due times by the hours of the team that is told: by property, over years of days, holidays and clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.policy.holidays import bank_holidays
from service.policy.model import GradePolicy, HoursPolicy, Opening
from service.routing.due import due_at, team_due
from tests.decisions.deciding import decided, shipped

LONDON = ZoneInfo("Europe/London")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FROM, _TO = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2026, 2032))
MOMENTS = st.integers(_FROM, _TO).map(lambda one: datetime.fromtimestamp(one, UTC))
HALF_HOURS = st.integers(10, 46).map(lambda one: time(one // 2, one % 2 * 30))


@st.composite
def hours(draw: st.DrawFn) -> HoursPolicy:
    """A team's week: some days, each with one opening or two that a break parts."""
    openings = []
    for day in draw(st.sets(st.sampled_from(DAYS), min_size=1)):
        edges = sorted(draw(st.sets(HALF_HOURS, min_size=4, max_size=4)))
        pairs = [edges[:2], edges[2:]][: draw(st.integers(1, 2))]
        openings += [Opening(days=[day], opens=opens, closes=closes) for opens, closes in pairs]
    return HoursPolicy(code="some", openings=openings)


def is_open(team: HoursPolicy, moment: datetime) -> bool:
    """Whether a team is there, by looking at the clock on its wall and at its calendar."""
    local = moment.astimezone(LONDON)
    return local.date() not in bank_holidays(local.year, "GB-ENG") and any(
        DAYS[local.weekday()] in one.days and one.opens <= local.time() <= one.closes for one in team.openings
    )


@settings(deadline=None)
@given(MOMENTS, hours(), st.integers(1, 10), st.sampled_from([time(9), time(12), time(17), time(23)]))
def test_a_due_time_in_working_days_is_after_the_report_and_never_in_a_closed_hour(
    received: datetime, team: HoursPolicy, days: int, ends: time
) -> None:
    grade = GradePolicy(grade="P3", label="Standard", working_days=days, day_ends=ends)
    due = due_at(grade, shipped().partnership, received, team)
    assert due > received
    assert is_open(team, due)
    # No later than the calendar asks: so many days on which it opens lie between.
    day, opened = received.astimezone(LONDON).date(), 0
    while day < due.astimezone(LONDON).date():
        day += timedelta(days=1)
        opened += any(DAYS[day.weekday()] in one.days for one in team.openings) and (
            day not in bank_holidays(day.year, "GB-ENG")
        )
    assert opened == days


@settings(deadline=None)
@given(MOMENTS, hours(), st.integers(1, 1440))
def test_an_urgent_grade_waits_for_nobody_to_open(
    received: datetime, team: HoursPolicy, minutes: int
) -> None:
    grade = GradePolicy(grade="P1", label="Critical", minutes=minutes)
    assert due_at(grade, shipped().partnership, received, team) - received == timedelta(minutes=minutes)
    assert team_due(grade, shipped(), received) == {}


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(["P3", "P4"]))
def test_every_recipient_of_the_shipped_policy_is_due_when_it_is_there(
    received: datetime, grade: str
) -> None:
    policy = shipped()
    own = team_due(policy.grades[grade], policy, received)  # type: ignore[index]
    common = due_at(policy.grades[grade], policy.partnership, received)  # type: ignore[index]
    for code, recipient in policy.recipients.items():
        team = policy.hours[recipient.hours]
        due = own.get(code, common)
        assert due > received
        assert team.round_the_clock or is_open(team, due), code


@pytest.mark.parametrize(
    ("received", "team", "due"),
    [
        # An office that closes at half past four on Fridays, in summer and in winter time.
        ("2026-07-09T12:00:00+01:00", "licensing", "2026-07-10T16:30:00+01:00"),
        ("2026-11-19T12:00:00+00:00", "licensing", "2026-11-20T16:30:00+00:00"),
        # The clocks change on the Sunday in between: Nightsafe is there on Saturday, the office on Monday.
        ("2026-03-27T12:00:00+00:00", "nightsafe", "2026-03-28T17:00:00+00:00"),
        ("2026-03-28T12:00:00+00:00", "nightsafe", "2026-03-30T17:00:00+01:00"),
        ("2026-10-24T12:00:00+01:00", "nightsafe", "2026-10-26T17:00:00+00:00"),
        # Boxing Day 2026 is a Saturday, its substitute the Monday; Good Friday and Easter Monday 2026.
        ("2026-12-24T12:00:00+00:00", "nightsafe", "2026-12-29T17:00:00+00:00"),
        ("2026-04-02T12:00:00+01:00", "child_safeguarding", "2026-04-07T17:00:00+01:00"),
    ],
)
def test_a_team_is_due_by_its_own_week(received: str, team: str, due: str) -> None:
    decision = decided("burglary_home", at=datetime.fromisoformat(received))
    assert decision.team_due.get(team, decision.due) == datetime.fromisoformat(due)
