"""What a decision made again leads to: more urgent or somebody new to tell, and never less urgent. By table."""

from datetime import UTC, datetime, timedelta

import pytest

from service.followup.rereading import raised_over
from service.policy.vocabulary import Grade
from service.routing.model import Decision, Reason, Recipient

_BEGAN = datetime(2026, 11, 20, 23, 31, tzinfo=UTC)


def _decision(grade: Grade, *told: str, after: int = 0) -> Decision:
    return Decision(
        grade=grade,
        concerns=["other"],
        recipients=[Recipient(code, "D3", []) for code in told],
        reasons=[Reason(f"rule-of-{grade}", "because", [])],
        advice=[],
        due=_BEGAN + timedelta(hours=after),
        clocks=[],
        policy="test",
    )


@pytest.mark.parametrize(
    ("grade", "told", "raised"),
    [
        ("P1", ("tvp",), "P1"),
        ("P2", ("tvp", "asb_team"), "P2"),
        ("P3", ("tvp",), None),
        ("P3", (), None),
        ("P3", ("tvp", "prevent"), "P3"),
        ("P4", ("tvp",), None),
        ("P4", ("prevent",), "P3"),
    ],
)
def test_it_is_raised_for_a_grade_or_for_somebody_new_and_never_lowered(
    grade: Grade, told: tuple[str, ...], raised: str | None
) -> None:
    in_force = _decision("P3", "tvp")
    # Whoever an earlier decision told is not new, though the one in force does not name them.
    earlier = [in_force, _decision("P4", "asb_team")]
    decision = raised_over(earlier, _decision(grade, *told, after=5))
    assert (None if decision is None else decision.grade) == raised
    if decision is not None:
        assert [recipient.code for recipient in decision.recipients] == list(told)


def test_where_the_policy_grades_it_lower_by_now_grade_reasons_and_time_stay_those_in_force() -> None:
    in_force = _decision("P2", "tvp")
    decision = raised_over([in_force], _decision("P4", "prevent", after=90))
    assert decision is not None
    assert (decision.grade, decision.reasons, decision.due) == ("P2", in_force.reasons, in_force.due)
