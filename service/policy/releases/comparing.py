"""Two decisions on the same report, compared; and many such comparisons added up. Pure."""

import heapq
from collections import Counter
from datetime import datetime
from operator import attrgetter
from typing import Final, Literal
from uuid import UUID

import msgspec

from service.routing.model import Decision, Reason, Recipient
from service.routing.telling import reason_in_words

Sign = Literal["+", "-", "~"]
_MOST_REASONS: Final = 6


class Difference(msgspec.Struct, frozen=True):
    """What made the difference: a rule or row that holds now (+), no longer (-), or with another effect (~)."""

    sign: Sign
    says: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One report whose grade or recipients are not the same. `rank` orders by seriousness, the worst first."""

    rank: tuple[int, int, int]
    id: UUID
    reference: str
    received_at: datetime
    concern: str
    was: str
    now: str
    added: list[str]
    removed: list[str]
    tiers: list[str]
    because: list[Difference]

    @property
    def falls(self) -> bool:
        """Whether the report would be less urgent."""
        return self.now > self.was


class ByConcern(msgspec.Struct):
    """What becomes of the reports of one ticked concern."""

    reports: int = 0
    fall: int = 0
    rise: int = 0
    rerouted: int = 0

    @property
    def changed(self) -> int:
        """Reports with another grade or other recipients."""
        return self.fall + self.rise + self.rerouted


class Tally(msgspec.Struct, kw_only=True):
    """Comparisons added up. `most` bounds how many single changes are kept: the most serious ones.

    `grades` counts by (grade now, grade then). `later` and `advised` count, among the reports of the same grade and
    recipients, those with another due time and those with other advice or clocks.
    """

    most: int
    compared: int = 0
    same: int = 0
    later: int = 0
    advised: int = 0
    altered: int = 0
    grades: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    added: Counter[str] = msgspec.field(default_factory=Counter)
    removed: Counter[str] = msgspec.field(default_factory=Counter)
    tiers: Counter[str] = msgspec.field(default_factory=Counter)
    concerns: dict[str, ByConcern] = {}
    versions: Counter[str] = msgspec.field(default_factory=Counter)
    left_out: Counter[str] = msgspec.field(default_factory=Counter)
    changes: list[Changed] = []

    @property
    def reports(self) -> int:
        """Every report looked at."""
        return self.compared + self.left_out.total()

    def add(
        self, was: Decision, now: Decision, *, report: UUID, reference: str, concern: str, at: datetime
    ) -> None:
        """Count one report decided twice."""
        self.compared += 1
        self.grades[was.grade, now.grade] += 1
        by_concern = self.concerns.setdefault(concern, ByConcern())
        by_concern.reports += 1
        before, after = _by_code(was), _by_code(now)
        added = [code for code in after if code not in before]
        removed = [code for code in before if code not in after]
        tiers = [
            f"{code} {before[code].tier} → {after[code].tier}"
            for code in after
            if code in before and before[code].tier != after[code].tier
        ]
        if was.grade == now.grade and not added and not removed and not tiers:
            self.same += 1
            self.later += was.due != now.due
            self.advised += was.advice != now.advice or was.clocks != now.clocks
            return
        self.altered += 1
        self.added.update(added)
        self.removed.update(removed)
        self.tiers.update(tiers)
        if now.grade == was.grade:
            by_concern.rerouted += 1
        elif now.grade > was.grade:
            by_concern.fall += 1
        else:
            by_concern.rise += 1
        changed = Changed(
            rank=_rank(was.grade, now.grade, removed),
            id=report,
            reference=reference,
            received_at=at,
            concern=concern,
            was=was.grade,
            now=now.grade,
            added=added,
            removed=removed,
            tiers=tiers,
            because=_differences(was, now, added, removed),
        )
        self.changes.append(changed)
        if len(self.changes) > 2 * self.most + 100:
            self._keep_worst()

    def merge(self, other: "Tally") -> None:
        """Add another tally to this one."""
        self.compared += other.compared
        self.same += other.same
        self.later += other.later
        self.advised += other.advised
        self.altered += other.altered
        for mine, theirs in (
            (self.added, other.added),
            (self.removed, other.removed),
            (self.tiers, other.tiers),
            (self.versions, other.versions),
            (self.left_out, other.left_out),
        ):
            mine.update(theirs)
        self.grades.update(other.grades)
        for concern, theirs_of in other.concerns.items():
            mine_of = self.concerns.setdefault(concern, ByConcern())
            mine_of.reports += theirs_of.reports
            mine_of.fall += theirs_of.fall
            mine_of.rise += theirs_of.rise
            mine_of.rerouted += theirs_of.rerouted
        self.changes.extend(other.changes)
        self._keep_worst()

    def finished(self) -> "Tally":
        """Itself, with the changes in order."""
        self._keep_worst()
        return self

    def _keep_worst(self) -> None:
        self.changes = heapq.nsmallest(self.most, self.changes, key=attrgetter("rank", "id"))


def _by_code(decision: Decision) -> dict[str, Recipient]:
    return {recipient.code: recipient for recipient in decision.recipients}


def _rank(was: str, now: str, removed: list[str]) -> tuple[int, int, int]:
    """A P1 that would fall comes first, then other falls, bodies no longer told, rises, and the rest."""
    before, after = int(was[1]), int(now[1])
    if after > before:
        return (0 if was == "P1" else 1, before - after, before)
    if removed:
        return (2, before, -len(removed))
    if after < before:
        return (3, after, after - before)
    return (4, before, 0)


def _differences(was: Decision, now: Decision, added: list[str], removed: list[str]) -> list[Difference]:
    """The rules and rows that made the difference, those of the grade first."""
    found: list[Difference] = []
    before, after = _by_rule(was.reasons), _by_rule(now.reasons)
    if was.grade != now.grade:
        found += [Difference("-", reason_in_words(before[rule])) for rule in before if rule not in after]
        found += [Difference("+", reason_in_words(after[rule])) for rule in after if rule not in before]
        found += [
            Difference("~", f"{reason_in_words(after[rule])} ({was.grade} → {now.grade})")
            for rule in after
            if rule in before
        ]
    for sign, decision, codes in (("-", was, removed), ("+", now, added)):
        told = _by_code(decision)
        found += [
            Difference("-" if sign == "-" else "+", f"{code} by {reason_in_words(reason)}")
            for code in codes
            for reason in told[code].why
        ]
    return list(dict.fromkeys(found))[:_MOST_REASONS]


def _by_rule(reasons: list[Reason]) -> dict[str, Reason]:
    return {reason.rule: reason for reason in reasons}
