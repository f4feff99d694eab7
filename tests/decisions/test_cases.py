"""Whole reports as they arrive, judged against the triage guide by hand: one a line in `cases.ndjson`.

`must` are told, `may` could be without harm, anybody else must not be. `why` names the line of the guide.
"""

from pathlib import Path

import msgspec
import pytest

from service.intake.classify import classify
from service.intake.decode import decode_report
from service.policy.vocabulary import RECIPIENTS
from tests.decisions.deciding import RECEIVED, shipped, told


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    report: msgspec.Raw
    grade: str
    must: frozenset[str]
    may: frozenset[str]
    why: str


CASES = [
    msgspec.json.decode(line, type=Case)
    for line in Path(__file__).with_name("cases.ndjson").read_bytes().splitlines()
]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{n}: {case.why}") for n, case in enumerate(CASES, 1)]
)
def test_a_judged_report_is_never_graded_too_low_and_everybody_who_must_be_is_told(case: Case) -> None:
    decision = classify(decode_report(bytes(case.report)), shipped(), RECEIVED)

    assert decision.grade <= case.grade, case.why
    assert case.must <= told(decision), case.why


def test_few_judged_reports_are_graded_too_high_or_told_to_others() -> None:
    decisions = [(case, classify(decode_report(bytes(case.report)), shipped(), RECEIVED)) for case in CASES]

    assert sum(decision.grade != case.grade for case, decision in decisions) <= 0.03 * len(CASES)
    assert sum(not told(decision) <= case.must | case.may for case, decision in decisions) <= 0.02 * len(
        CASES
    )


def test_the_judged_reports_cover_every_grade_and_recipient() -> None:
    assert {case.grade for case in CASES} == {"P1", "P2", "P3", "P4"}
    assert frozenset[str]().union(*(case.must | case.may for case in CASES)) == set(RECIPIENTS)
