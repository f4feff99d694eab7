"""Which deadlines may stand in a notification, and how.

A notification is a pointer (tier D1): it may say no more of a report than its category does. A clock that runs because
of the category alone tells nothing new, since every report of that category has it. One that runs because of an answer
would give the answer away: pictures from a cab tell that a driver reported. Such clocks stay behind the link.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from service.policy.model import Clause
from service.routing.model import ActBy, EvidenceClock

NAME: Final = "evidence"
"""What every deadline is called: the kind of evidence is for whoever signs in."""
MOST: Final = 3
"""Deadlines in one notification: the earliest say when to act."""
_OF_THE_CATEGORY: Final = ("concern=", "group=", "family=")


def of_the_category(clauses: tuple[Clause, ...], atoms: frozenset[str]) -> bool:
    """Whether a line of the conditions holds by the category alone."""
    return any(
        all(not accepted.isdisjoint(atoms) and _only_category(accepted) for accepted in clause)
        for clause in clauses
    )


def act_by(clocks: Iterable[EvidenceClock], now: datetime) -> list[ActBy]:
    """The earliest deadlines of these clocks, each hour once.

    Cut down to the hour: a deadline less the clock's hours is the moment of the event, and that is content. What is
    cut makes it earlier, so that nobody comes too late by it. One that ends within this hour reads as `now`, to the
    minute, and not as gone by.
    """
    at_once = now.astimezone(UTC).replace(second=0, microsecond=0)
    hours = sorted({max(_whole_hour(clock.act_by), at_once) for clock in clocks})
    return [ActBy(NAME, hour) for hour in hours[:MOST]]


def _only_category(accepted: frozenset[str]) -> bool:
    return all(atom.startswith(_OF_THE_CATEGORY) for atom in accepted)


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
