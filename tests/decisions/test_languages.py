"""Short reports in Polish, Romanian, Bulgarian, Portuguese and Urdu, judged by hand: one a line in `languages.ndjson`.

A third of them is harmless or denies the danger; those stay P3, because a person has to read them.
"""

from pathlib import Path

import msgspec
import pytest

from service.intake.classify import classify
from service.intake.decode import decode_report
from tests.decisions.deciding import RECEIVED, shipped, told


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    language: str
    report: msgspec.Raw
    grade: str
    must: frozenset[str]
    why: str


CASES = [
    msgspec.json.decode(line, type=Case)
    for line in Path(__file__).with_name("languages.ndjson").read_bytes().splitlines()
]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{n}: {case.language}: {case.why}") for n, case in enumerate(CASES, 1)]
)
def test_danger_told_in_another_language_is_not_graded_too_low(case: Case) -> None:
    decision = classify(decode_report(bytes(case.report)), shipped(), RECEIVED)

    assert decision.grade <= case.grade
    assert case.must <= told(decision)


def test_few_reports_in_another_language_are_graded_too_high() -> None:
    grades = [classify(decode_report(bytes(case.report)), shipped(), RECEIVED).grade for case in CASES]

    assert sum(grade != case.grade for grade, case in zip(grades, CASES, strict=True)) <= 0.05 * len(CASES)
