"""Reports to choose confidences by, each with the decision that is right. The reader has learnt from none of them."""

from pathlib import Path
from typing import Final, NamedTuple

from schemas.reports import Report
from service.policy.model import Policy
from tests.corpus.cases import cases_in, cases_of
from training.check import check
from training.reports import KEPT, read_reports

_PLAIN: Final = Path(__file__).parents[1] / "tests" / "decisions" / "cases.ndjson"


class Kept(NamedTuple):
    """A report, and what its decision must be: the grade, who must be told, and who may be."""

    report: Report
    grade: str
    must: frozenset[str]
    may: frozenset[str]


def kept(policy: Policy) -> list[Kept]:
    """The reports of `kept/`, right as their labels say, then those that were judged as a whole.

    The latter are the working part of the corpus, and the plain ones that the tests of the policy hold.
    """
    judged = [
        Kept(
            one.judged.report,
            one.decision.grade,
            frozenset(told.code for told in one.decision.recipients),
            frozenset(),
        )
        for one in check(read_reports(*sorted(KEPT.glob("*.tsv"))), policy)
    ]
    cases = [*cases_of("working"), *cases_in(_PLAIN)]
    return judged + [Kept(case.decoded(), case.grade, case.must, case.may) for case in cases]
