"""When a person must have looked at a report: minutes, or the end of a working day, in the partnership's own time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from service.policy.holidays import bank_holidays
from service.policy.model import GradePolicy, PartnershipPolicy

_SATURDAY: Final = 5


def due_at(grade: GradePolicy, partnership: PartnershipPolicy, received_at: datetime) -> datetime:
    """The UTC time by which a report of this grade is due.

    Minutes are real minutes, across clock changes too. Working days count from the day after receipt, by the
    partnership's own calendar, and leave out weekends and bank holidays.
    """
    if grade.working_days is None:
        return received_at.astimezone(UTC) + timedelta(minutes=grade.minutes or 0)
    zone = ZoneInfo(partnership.timezone)
    day = received_at.astimezone(zone).date()
    return _end_of_working_day(
        day, grade.working_days, grade.day_ends, partnership.timezone, partnership.bank_holidays
    )


@lru_cache(maxsize=1024)
def _end_of_working_day(after: date, days: int, ends: time, timezone: str, holidays: str) -> datetime:
    day = after
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() >= _SATURDAY or day in bank_holidays(day.year, holidays):
            day += timedelta(days=1)
    return datetime.combine(day, ends, ZoneInfo(timezone)).astimezone(UTC)
