"""The words in which reports and policy meet: every fact, its values, and which value is worse than which.

An atom is `fact=value`. The common facts and their values come from the wire (`schemas.facts`), so the two cannot
drift apart; the rest are what the kinds of reporter, the detectors and `derive.py` add.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final, Literal, get_args

import msgspec

from schemas.facts import (
    Concern,
    Happening,
    IdentifierKind,
    Injured,
    Weapon,
    WeaponKind,
    YesMaybeNo,
    YesNo,
)

Grade = Literal["P1", "P2", "P3", "P4"]
GRADES: tuple[Grade, ...] = ("P1", "P2", "P3", "P4")
"""From the most urgent to the least."""
Tier = Literal["D1", "D2", "D3", "D4"]
"""How much a recipient may see: pointer, summary, record without the reporter, record with the reporter."""
CONCERNS: Final[tuple[str, ...]] = get_args(Concern)
FAMILIES: Final = ("serious_harm", "crime", "nuisance")
RECIPIENTS: Final = (
    "tvp",
    "anti_slavery_coordinator",
    "asb_team",
    "child_safeguarding",
    "adult_safeguarding",
    "nightsafe",
    "licensing",
    "prevent",
    "environmental_health",
    "housing_provider",
    "trading_standards",
    "rural_crime",
)
"""The recipients of the triage guide. A policy may add more, and must have these."""


class Fact(msgspec.Struct, frozen=True):
    """One fact a rule may ask for.

    `values` None means that the policy itself names the values (groups). `worse` holds pairs (better, worse): a rule
    that accepts the first must accept the second, or a report could fall when things get worse. `number` facts are
    asked for as `{ at_least = 3 }`.
    """

    values: frozenset[str] | None
    worse: frozenset[tuple[str, str]] = frozenset()
    number: bool = False


def _unordered(values: Iterable[str]) -> Fact:
    return Fact(frozenset(values))


def _rising(*values: str) -> Fact:
    """A fact whose values are given from the mildest to the worst."""
    return Fact(frozenset(values), frozenset(pairwise(values)))


def _answers(values: object, *extra: tuple[str, str], unknown: bool = False) -> Fact:
    named = {value for value in get_args(values) if isinstance(value, str)}
    return Fact(frozenset(named | ({"unknown"} if unknown else set())), frozenset(extra))


def _yes_no(*, unknown: bool = False) -> Fact:
    if unknown:
        return _answers(YesNo, ("no", "unknown"), ("unknown", "yes"), unknown=True)
    return _answers(YesNo, ("no", "yes"))


_YES_MAYBE = (("no", "maybe"), ("maybe", "yes"))

FACTS: Final[Mapping[str, Fact]] = {
    # What every report can carry (schemas.facts).
    "reporter": Fact(None),
    "concern": _unordered(CONCERNS),
    "happening": _answers(
        Happening,
        ("older", "last_7_days"),
        ("last_7_days", "last_24h"),
        ("last_24h", "now"),
        ("last_7_days", "ongoing"),
        unknown=True,
    ),
    "danger_now": _yes_no(),
    "injured": _answers(Injured, ("no", "hurt"), ("hurt", "seriously")),
    "weapon": _answers(
        Weapon, ("none", "mentioned"), ("mentioned", "seen"), ("seen", "threatened"), ("threatened", "used")
    ),
    "weapon_kind": _answers(
        WeaponKind, ("other", "blade"), ("blade", "firearm"), ("other", "corrosive"), unknown=True
    ),
    "child": _answers(YesMaybeNo, *_YES_MAYBE),
    "adult_at_risk": _answers(YesMaybeNo, *_YES_MAYBE),
    "victim_still_there": _yes_no(),
    "victim_wants_help": _yes_no(),
    "offenders_on_site": _yes_no(unknown=True),
    "targeted": _yes_no(),
    "hate": _yes_no(),
    "times_seen": Fact(frozenset(), number=True),
    "threat_to_reporter": _yes_no(),
    "identifier": _unordered(get_args(IdentifierKind)),
    # What the kinds of reporter and the words add.
    "held": _rising("asked", "yes"),
    "sign": _unordered(("fear",)),
    "company": _unordered(("older_adult",)),
    "kept_by": _unordered(("papers", "debt", "visa", "escort", "lock")),
    "threat": _rising("other", "to_kill"),
    "intent": _unordered(("suicide", "attack")),
    "travel": _rising("soon"),
    "violence": _rising("yes"),
    "collector": _rising("on_the_way"),
    "money": _unordered(("lost", "moving")),
    "taken": _rising("yes"),
    "text": _unordered(("unreadable", "nothing_usable")),
    "time": _unordered(("told",)),
    # What the reports around this one show.
    "pattern": _rising("shared"),
    # What follows from the concerns and, for the routes, from the grade.
    "family": _unordered(FAMILIES),
    "group": Fact(None),
    "crime": _unordered(("ordinary", "graded_by_loss")),
    "row": _unordered(("general", "own")),
    "grade": _rising(*reversed(GRADES)),
}


def missing_worse_values(fact: str, accepted: frozenset[str]) -> frozenset[str]:
    """The values worse than an accepted one that are not accepted themselves; empty when the set is safe."""
    return frozenset(
        worse for better, worse in FACTS[fact].worse if better in accepted and worse not in accepted
    )
