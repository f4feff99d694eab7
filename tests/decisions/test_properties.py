"""What must hold for any report at all."""

from datetime import timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.facts import Concern
from schemas.reports import Report
from service.intake.classify import classify
from service.policy.vocabulary import CONCERNS, FACTS, GRADES
from tests.decisions.deciding import RECEIVED, decided, shipped, told

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TICKED = (
    "happening",
    "danger_now",
    "injured",
    "weapon",
    "weapon_kind",
    "child",
    "adult_at_risk",
    "victim_still_there",
    "victim_wants_help",
    "offenders_on_site",
    "targeted",
    "hate",
    "threat_to_reporter",
)
ANSWERS = {fact: sorted((FACTS[fact].values or frozenset()) - {"unknown"}) for fact in TICKED}
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=OFFSETS).map(lambda moment: moment.isoformat())
YES_NO = st.sampled_from(["yes", "no"])
YES_MAYBE_NO = st.sampled_from(["yes", "maybe", "no"])
FRAGMENTS = st.sampled_from(
    [
        "he said he will kill her",
        "no knife",
        "pulled a knife",
        "dumped rubbish",
        "she was spiked",
        "unconscious",
        "sent him £50",
        "Ktoś trzyma mój paszport",
        "but",
        "nobody was",
        ".",
        "loud music",
        "15 year old",
        "raped her",
    ]
)
WORDS = st.one_of(
    st.lists(FRAGMENTS, max_size=5).map(" ".join),
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=300),
)

facts = st.fixed_dictionaries(
    {"concern": st.sampled_from(CONCERNS)},
    optional={fact: st.sampled_from(values) for fact, values in ANSWERS.items()}
    | {
        "times_seen": st.integers(0, 100),
        "occurred_at": MOMENTS,
        "occurred_precision": st.sampled_from(["exact", "about", "part_of_day", "date"]),
        "anonymity": st.sampled_from(["anonymous", "confidential", "named"]),
        "identifiers": st.lists(
            st.sampled_from(
                [{"kind": "vehicle_registration", "value": "AB00 CDE"}, {"kind": "name", "value": "a man"}]
            ),
            max_size=2,
        ),
    },
)
kinds = st.one_of(
    st.fixed_dictionaries(
        {"reporter": st.just("taxi_driver")},
        optional={
            "marked": st.fixed_dictionaries({"at": MOMENTS}),
            "passengers": st.fixed_dictionaries(
                {},
                optional={
                    "ages": st.lists(st.integers(0, 99), max_size=4),
                    "child_with_unrelated_adult": YES_MAYBE_NO,
                    "asked_to_be_let_out": YES_NO,
                },
            ),
        },
    ),
    st.fixed_dictionaries(
        {"reporter": st.just("venue")},
        optional={
            "spiking": st.fixed_dictionaries(
                {},
                optional={
                    "symptoms_began": MOMENTS,
                    "symptoms": st.lists(
                        st.sampled_from(["confused", "collapsed", "puncture_mark"]), max_size=3
                    ),
                    "with_them": st.sampled_from(["friends", "stranger"]),
                    "similar_tonight": st.integers(0, 9),
                },
            )
        },
    ),
    st.fixed_dictionaries(
        {"reporter": st.just("rural_resident")},
        optional={
            "items": st.lists(
                st.fixed_dictionaries(
                    {"what": st.just("quad"), "how": st.sampled_from(["taken", "damaged", "attempted"])}
                ),
                max_size=3,
            ),
            "animals": st.fixed_dictionaries(
                {},
                optional={"taken": st.integers(0, 5), "hurt": st.integers(0, 5), "dogs_loose_now": YES_NO},
            ),
        },
    ),
    st.fixed_dictionaries(
        {"reporter": st.just("care_worker")},
        optional={
            "on_behalf_of": st.sampled_from(["myself", "somebody_else"]),
            "papers_held": YES_NO,
            "visa_threats": YES_NO,
            "escorted": YES_NO,
            "locked_in": YES_NO,
            "cared_for_at_risk": YES_MAYBE_NO,
            "consent": YES_NO,
            "debt": st.fixed_dictionaries({}, optional={"owed_gbp": st.floats(0, 1e5)}),
            "hours_per_week": st.floats(0, 168),
        },
    ),
)
reports = st.builds(lambda kind, common: kind | common, kinds, facts)


def urgency(body: dict[str, Any]) -> int:
    """0 for P4 up to 3 for P1."""
    return len(GRADES) - 1 - GRADES.index(decided(**body).grade)


@QUICK
@given(reports, WORDS)
def test_any_report_gets_a_whole_decision_and_the_same_one_again(body: dict[str, Any], words: str) -> None:
    report = msgspec.convert(body | {"description": words}, Report)
    policy = shipped()

    first = classify(report, policy, RECEIVED)

    assert classify(report, policy, RECEIVED) == first
    assert first.reasons
    assert first.concerns[0] == body["concern"]
    assert set(first.concerns) <= set(CONCERNS)
    assert told(first) <= policy.recipients.keys()
    assert first.due > RECEIVED
    assert first.grade != "P1" or "tvp" in told(first)
    assert all(recipient.why for recipient in first.recipients)
    assert all(clock.act_by > RECEIVED for clock in first.clocks)
    assert msgspec.json.decode(msgspec.json.encode(first))["policy"] == policy.version


@QUICK
@given(reports, st.sampled_from(TICKED), st.data())
def test_a_fact_made_worse_never_lowers_the_grade(
    body: dict[str, Any], fact: str, data: st.DataObject
) -> None:
    steps = sorted(pair for pair in FACTS[fact].worse if "unknown" not in pair)
    if not steps:
        steps = [("no", "yes")]
    better, worse = data.draw(st.sampled_from(steps))

    assert urgency(body | {fact: worse}) >= urgency(body | {fact: better})


@QUICK
@given(reports, st.integers(0, 10), st.integers(0, 10))
def test_being_seen_more_often_never_lowers_the_grade(body: dict[str, Any], times: int, more: int) -> None:
    assert urgency(body | {"times_seen": times + more}) >= urgency(body | {"times_seen": times})


@QUICK
@given(reports, WORDS)
def test_words_never_lower_the_grade(body: dict[str, Any], words: str) -> None:
    said = decided(**body, description=words)

    # The one exception is the guide's own: a reporter who is not sure is read by a person unless the words show a
    # single nuisance, which is then P4 like any other.
    if body["concern"] == "not_sure" and said.grade == "P4":
        assert len(said.concerns) > 1
    else:
        assert urgency(body | {"description": words}) >= urgency(body)


@QUICK
@given(reports, WORDS)
def test_words_take_no_recipient_away(body: dict[str, Any], words: str) -> None:
    assert told(decided(**body)) <= told(decided(**body, description=words))


@pytest.mark.parametrize("concern", Concern.__args__)
def test_every_concern_can_be_decided_alone(concern: str) -> None:
    decision = decided(concern)

    assert decision.concerns[0] == concern
    assert decision.grade in GRADES
