"""When a person must have looked at a report: minutes, or the end of a working day of whoever is told.

Minutes run day and night, so the urgent grades never wait for anybody to open. Working days are those of the team: the
days it is open, but for bank holidays; a team that is there round the clock has the partnership's, Monday to Friday.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from service.policy.holidays import bank_holidays
from service.policy.model import GradePolicy, HoursPolicy, PartnershipPolicy, Policy

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALL_DAY: Final = (time.min, time.max)
_OFFICE: Final = ((_ALL_DAY,),) * 5 + ((),) * 2
Week = tuple[tuple[tuple[time, time], ...], ...]
"""The openings of each weekday, Monday first."""
_KEPT: Final[WeakKeyDictionary[Policy, dict[tuple[str, date], Mapping[str, datetime]]]] = WeakKeyDictionary()
"""By policy, grade and day: reports of one day are due at the same times."""


def due_at(
    grade: GradePolicy,
    partnership: PartnershipPolicy,
    received_at: datetime,
    hours: HoursPolicy | None = None,
) -> datetime:
    """The UTC time by which a report of this grade is due, for a team with these hours, or for the partnership.

    Minutes are real minutes, across clock changes too. Working days count from the day after receipt in local time;
    the time is the last moment of that day, up to the grade's `day_ends`, at which the team is open.
    """
    if grade.working_days is None:
        return received_at.astimezone(UTC) + timedelta(minutes=grade.minutes or 0)
    zone, week = ZoneInfo(partnership.timezone), _week(hours)
    day = received_at.astimezone(zone).date()
    for _ in range(grade.working_days):
        day += timedelta(days=1)
        while not week[day.weekday()] or day in bank_holidays(day.year, partnership.bank_holidays):
            day += timedelta(days=1)
    ends = _last_moment(week[day.weekday()], grade.day_ends)
    return datetime.combine(day, ends, zone).astimezone(UTC)


def team_due(grade: GradePolicy, policy: Policy, received_at: datetime) -> Mapping[str, datetime]:
    """The due times of the recipients whose hours make them other than the partnership's own, by recipient."""
    if grade.working_days is None:
        return {}
    day = received_at.astimezone(ZoneInfo(policy.partnership.timezone)).date()
    kept = _KEPT.setdefault(policy, {})
    if (grade.grade, day) not in kept:
        if len(kept) >= 64:
            kept.clear()
        common = due_at(grade, policy.partnership, received_at)
        own = {
            code: due_at(grade, policy.partnership, received_at, policy.hours[recipient.hours])
            for code, recipient in policy.recipients.items()
        }
        kept[grade.grade, day] = {code: due for code, due in own.items() if due != common}
    return kept[grade.grade, day]


def _week(hours: HoursPolicy | None) -> Week:
    if hours is None or hours.round_the_clock or not hours.openings:
        return _OFFICE
    return tuple(
        tuple((one.opens, one.closes) for one in hours.openings if name in one.days) for name in _WEEKDAYS
    )


def _last_moment(openings: tuple[tuple[time, time], ...], ends: time) -> time:
    """The last moment of a day, up to `ends`, at which the team is open; its first closing when it opens later."""
    before = [min(closes, ends) for opens, closes in openings if opens < ends]
    return max(before) if before else min(closes for _, closes in openings)
