"""What a decision made again leads to: more urgent or somebody new to tell, and never less urgent. By table."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from schemas.reports import Report
from service.followup.rereading import raised_by, raised_over
from service.policy.model import Policy
from service.policy.vocabulary import Grade
from service.routing.decide import BY_PERSON
from service.routing.model import Decision, Reason, Recipient
from tests.builders import report

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


@pytest.mark.parametrize(
    ("graded", "text", "raised"),
    [
        ("P4", "Thank you for ringing me.", None),
        # Judged by the person already, and said again by nobody.
        ("P4", "It was by the church, and I have nothing to add.", None),
        # The text alone asks for it, whatever was ticked before and set aside by the person.
        ("P4", "He is stabbing somebody with a knife right now", "P1"),
        ("P1", "He is stabbing somebody with a knife right now", None),
    ],
)
def test_a_persons_grade_stays_unless_the_new_text_itself_asks_for_more(
    policy: Policy, graded: Grade, text: str, raised: str | None
) -> None:
    told = msgspec.convert(
        report(
            "rural_resident",
            concern="weapons",
            weapon="used",
            happening="now",
            danger_now="yes",
            description="He has a knife and is stabbing somebody",
        ),
        Report,
    )
    by_person = msgspec.structs.replace(_decision(graded), reasons=[Reason(BY_PERSON, "a person", [])])
    # Everybody the words could bring in was told before, so only the grade decides.
    earlier = [by_person, _decision("P1", *policy.recipients)]
    decision = raised_by(told, ["An earlier word.", text], earlier, policy=policy, at=(_BEGAN, _BEGAN))
    assert (None if decision is None else decision.grade) == raised
    if decision is not None:
        assert decision.reasons[0].says == "what was added asks for P1, after a person had graded it P4"
    assert raised_by(told, [text], earlier[1:], policy=policy, at=(_BEGAN, _BEGAN)) is None
