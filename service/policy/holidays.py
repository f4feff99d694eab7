"""The public holidays of the place a policy names."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=64)
def bank_holidays(year: int, place: str) -> frozenset[date]:
    """The public holidays of a place such as GB-ENG. Raises NotImplementedError when the place is not known."""
    # Only P3 and P4 need the calendar, and it is slow to import: a P1 at the command line need not wait for it.
    from holidays import country_holidays  # noqa: PLC0415

    country, _, subdivision = place.partition("-")
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))
