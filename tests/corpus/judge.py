"""The service's decisions held against the judged ones, as counts and shares."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from service.intake.classify import classify
from service.policy.model import Policy
from service.routing.model import Decision
from tests.corpus.cases import Case

RECEIVED: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday


class Verdict(msgspec.Struct, frozen=True):
    """One case decided. `off` is how many grades too urgent (positive) or not urgent enough (negative)."""

    number: int
    case: Case
    decision: Decision
    off: int
    missed: frozenset[str]
    wrong: frozenset[str]

    def right(self) -> bool:
        """Exact grade, everybody told who must be, and nobody else."""
        return not (self.off or self.missed or self.wrong)


class Score(msgspec.Struct, frozen=True):
    """How a number of cases came out.

    `under` and `over` are by one grade, `far_under` and `far_over` by more. `missed` counts recipients who must be told
    and were not, of `due`; `wrong` those told who neither must nor may be, of `told`.
    """

    cases: int
    exact: int
    under: int
    far_under: int
    over: int
    far_over: int
    p1: int
    p1_missed: int
    missed: int
    due: int
    wrong: int
    told: int

    def shares(self) -> dict[str, float]:
        """The figures that must not get worse, as shares of cases or of recipients; P1 missed as a number."""
        return {
            "p1_missed": float(self.p1_missed),
            "exact": self.exact / self.cases,
            "under": (self.under + self.far_under) / self.cases,
            "far_over": self.far_over / self.cases,
            "missed": self.missed / max(1, self.due),
            "wrong": self.wrong / max(1, self.told),
        }


def judge(cases: Iterable[Case], policy: Policy) -> list[Verdict]:
    """Decide each case and compare."""
    verdicts = []
    for number, case in enumerate(cases, 1):
        decision = classify(case.decoded(), policy, RECEIVED)
        told = {recipient.code for recipient in decision.recipients}
        verdicts.append(
            Verdict(
                number,
                case,
                decision,
                int(case.grade[1]) - int(decision.grade[1]),
                case.must - told,
                frozenset(told - case.must - case.may),
            )
        )
    return verdicts


def score(verdicts: Iterable[Verdict]) -> Score:
    """Add verdicts up."""
    found = list(verdicts)
    return Score(
        cases=len(found),
        exact=sum(one.off == 0 for one in found),
        under=sum(one.off == -1 for one in found),
        far_under=sum(one.off < -1 for one in found),
        over=sum(one.off == 1 for one in found),
        far_over=sum(one.off > 1 for one in found),
        p1=sum(one.case.grade == "P1" for one in found),
        p1_missed=sum(one.case.grade == "P1" and one.off < 0 for one in found),
        missed=sum(len(one.missed) for one in found),
        due=sum(len(one.case.must) for one in found),
        wrong=sum(len(one.wrong) for one in found),
        told=sum(len(one.decision.recipients) for one in found),
    )
