"""When a person must have looked at a report: minutes, or the end of a working day, in the partnership's own time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

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


@lru_cache(maxsize=64)
def bank_holidays(year: int, place: str) -> frozenset[date]:
    """The public holidays of a place such as GB-ENG. Raises NotImplementedError when the place is not known."""
    # Only P3 and P4 need the calendar, and it is slow to import: a P1 at the command line need not wait for it.
    from holidays import country_holidays  # noqa: PLC0415

    country, _, subdivision = place.partition("-")
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))
