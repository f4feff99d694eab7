"""Counting towards an ASB Case Review (Anti-social Behaviour, Crime and Policing Act 2014, s.104).

Pure arithmetic over reports: for each of the two ways in, which reports count, which do not and why, and how many are
missing. Whether effective action was taken is the applicant's opinion and is asked, never computed; a person decides.
docs/case-review.md says where each rule comes from and works examples.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final, Literal

import msgspec

LimbName = Literal["one_person", "different_people"]
Verdict = Literal[
    "counted", "not_asb", "too_old", "reported_late", "same_incident", "same_person", "unknown_person"
]

STATUTORY_CEILING: Final = 3
"""A local threshold for the complaints of one person may not be higher."""
QUESTION: Final = (
    "Has effective action been taken? That is for the people concerned to say, and it is not counted here."
)
_EARTH_M: Final = 6_371_000.0
_NEXT_DAY: Final = timedelta(days=1)


class CaseReviewRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a partnership counts. The defaults are the plan's thresholds and the statute's periods.

    `concerns` qualify; so does any report with a hate element. `months` runs from the report to the day of asking,
    `reported_within_months` from the incident to the report, both by the calendar. `same_incident_m` is how far apart,
    in metres, two positions of one night can be and still be one incident. `near` is how many reports short of a
    threshold is worth showing. Raises ValueError for thresholds that the statute does not allow.
    """

    one_person: int = STATUTORY_CEILING
    different_people: int = 5
    months: int = 6
    reported_within_months: int = 1
    same_incident_m: float = 250.0
    near: int = 1
    concerns: frozenset[str] = frozenset(
        {
            "asb_personal",
            "asb_nuisance",
            "asb_environmental",
            "drug_use_nuisance",
            "alcohol_disorder",
            "fly_tipping",
            "hate_incident",
        }
    )

    def __post_init__(self) -> None:
        if not 1 <= self.one_person <= STATUTORY_CEILING:
            raise ValueError("the complaints asked of one person may be 1 to 3: the statute allows no more")
        if self.different_people < 1 or self.months < 1 or self.reported_within_months < 1:
            raise ValueError("a threshold or a period must be at least 1")
        if self.near < 0 or self.same_incident_m < 0:
            raise ValueError("`near` and `same_incident_m` cannot be negative")


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """One report, as far as counting needs it. Days are local.

    `occurred_on` is None when the reporter did not say. `night` is the evening it belongs to ("Saturday night" runs
    past midnight), None unless the time is known well enough. `person` is None for a reporter who left no mark.
    `places` are marks of where it was; `position` degrees north and east. `same_text` names the group of near-identical
    texts it is in.
    """

    reference: str
    reported_on: date
    occurred_on: date | None = None
    night: date | None = None
    person: bytes | None = None
    places: frozenset[bytes] = frozenset()
    position: tuple[float, float] | None = None
    concerns: frozenset[str] = frozenset()
    is_hate: bool = False
    same_text: str | None = None

    @property
    def is_placed(self) -> bool:
        """Whether it is known where it was."""
        return bool(self.places) or self.position is not None


class Counted(msgspec.Struct, frozen=True):
    """One report and what became of it, in a sentence."""

    reference: str
    verdict: Verdict
    says: str


class Limb(msgspec.Struct, frozen=True, kw_only=True):
    """One way in, counted on one day, report by report from the oldest."""

    name: LimbName
    as_of: date
    needed: int
    months: int
    reports: list[Counted]

    @property
    def counted(self) -> int:
        """How many count."""
        return sum(one.verdict == "counted" for one in self.reports)

    @property
    def reached(self) -> bool:
        """Whether the threshold is reached; what follows is for a person."""
        return self.counted >= self.needed

    @property
    def short(self) -> int:
        """How many reports are missing; 0 when it is reached."""
        return max(0, self.needed - self.counted)

    def sentences(self) -> list[str]:
        """The arithmetic in words."""
        who = "one person" if self.name == "one_person" else "different people"
        verdict = "the threshold is reached" if self.reached else f"{self.short} short of the threshold"
        left_out = len(self.reports) - self.counted
        total = (
            f"{self.counted} of {len(self.reports)} reports by {who} count on {_day(self.as_of)} "
            f"({left_out} left out); {self.needed} within {self.months} months are needed: {verdict}."
        )
        return [total, *(one.says for one in self.reports), QUESTION]


def count_one_person(complaints: Iterable[Complaint], as_of: date, rule: CaseReviewRule) -> Limb:
    """The statutory way in: reports by one person. Pass the reports of one person; one without a mark cannot count."""
    return _count("one_person", rule.one_person, complaints, as_of, rule)


def count_different_people(complaints: Iterable[Complaint], as_of: date, rule: CaseReviewRule) -> Limb:
    """The plan's further way in: reports by different people. Pass the reports about one place.

    Each person counts once, with the oldest report that does. An anonymous report counts as a person of its own unless
    its text is near-identical to one already counted.
    """
    return _count("different_people", rule.different_people, complaints, as_of, rule)


def months_after(day: date, months: int) -> date:
    """The same day of the month that many months on, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _count(
    name: LimbName, needed: int, complaints: Iterable[Complaint], as_of: date, rule: CaseReviewRule
) -> Limb:
    # What was reported after the day asked about had not been said by then.
    known = [one for one in complaints if one.reported_on <= as_of]
    # Oldest first, so that an incident counts with its first telling; the reference settles a tie the same way always.
    known.sort(key=lambda one: (one.reported_on, one.reference))
    kept: list[Complaint] = []
    reports = []
    for one in known:
        verdict, why = _outside(one, as_of, rule) or _again(name, one, kept, rule) or _inside(one)
        if verdict == "counted":
            kept.append(one)
        reports.append(
            Counted(one.reference, verdict, f"{one.reference}, reported {_day(one.reported_on)}: {why}")
        )
    return Limb(name=name, as_of=as_of, needed=needed, months=rule.months, reports=reports)


def _inside(one: Complaint) -> tuple[Verdict, str]:
    hate = " as a hate incident" if one.is_hate else ""
    when = (
        "when it happened was not said, and is taken as within time"
        if one.occurred_on is None
        else f"happened {_day(one.occurred_on)}"
    )
    return "counted", f"counts{hate}; {when}."


def _outside(one: Complaint, as_of: date, rule: CaseReviewRule) -> tuple[Verdict, str] | None:
    """Why a report cannot count whatever the others are."""
    if not one.is_hate and rule.concerns.isdisjoint(one.concerns):
        return "not_asb", "does not count: not antisocial behaviour or hate."
    last_day = months_after(one.reported_on, rule.months)
    if as_of > last_day:
        return "too_old", f"does not count: its {rule.months} months ended on {_day(last_day)}."
    if one.occurred_on is not None:
        in_time = months_after(one.occurred_on, rule.reported_within_months)
        if one.reported_on > in_time:
            return "reported_late", (
                f"does not count: it happened {_day(one.occurred_on)} and had to be reported by {_day(in_time)}."
            )
    return None


def _again(
    name: LimbName, one: Complaint, kept: Sequence[Complaint], rule: CaseReviewRule
) -> tuple[Verdict, str] | None:
    """Why a report adds nothing to those that count already."""
    if name == "one_person" and one.person is None:
        return "unknown_person", "does not count: an anonymous report cannot be joined to one person."
    for earlier in kept:
        if name == "different_people" and one.person is not None and one.person == earlier.person:
            return "same_person", f"does not count again: by the same person as {earlier.reference}."
        if alike := _one_telling(name, one, earlier, rule):
            return "same_incident", f"does not count again: {alike} as {earlier.reference}."
    return None


def _one_telling(name: LimbName, one: Complaint, earlier: Complaint, rule: CaseReviewRule) -> str | None:
    """By what the two tell one incident, so that it counts once; None when they do not.

    Different people who tell of one night are different people, also when neighbours copy each other's words. Where one
    of them is unknown, near-identical words are taken for one person who told twice. One person who uses the same words
    of another day tells of it happening again.
    """
    if one.same_text is not None and one.same_text == earlier.same_text:
        if name == "different_people":
            may_be_one = one.person is None or earlier.person is None
            return "nearly the same words" if may_be_one else None
        if _may_be_one_day(one, earlier):
            return "nearly the same words"
    if name == "one_person" and one.night is not None and one.night == earlier.night:
        return "the same night and place" if _one_place(one, earlier, rule) else None
    return None


def _may_be_one_day(one: Complaint, other: Complaint) -> bool:
    """Whether two may be of one day: they are at most a day apart, or of one of them nobody said the day."""
    if one.occurred_on is None or other.occurred_on is None:
        return True
    return abs(one.occurred_on - other.occurred_on) <= _NEXT_DAY


def _one_place(one: Complaint, other: Complaint, rule: CaseReviewRule) -> bool:
    """Whether two of one person and night were at one place. Where nobody said it, nothing speaks for a second one."""
    if not (one.is_placed and other.is_placed) or not one.places.isdisjoint(other.places):
        return True
    if one.position is None or other.position is None:
        return False
    return metres_between(one.position, other.position) <= rule.same_incident_m


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance on the ground between two positions in degrees north and east (haversine)."""
    north, other_north = radians(one[0]), radians(other[0])
    across = sin((other_north - north) / 2) ** 2
    along = cos(north) * cos(other_north) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(min(1.0, across + along)))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
