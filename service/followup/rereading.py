"""Deciding a report again with what its reporter has added. Pure: the ordinary policy, with more words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from schemas.reports import Report
from service.intake.detect import Words, read_words
from service.intake.facts import gather
from service.policy.model import Policy
from service.routing.decide import BY_PERSON, decide
from service.routing.model import Decision, Evidence, Reason

ADDED: Final = "added"
"""The reason of a decision that what was added made more urgent than a person had graded it."""
_PATTERN: Final = "pattern=shared"


def reread(
    report: Report,
    added: Iterable[str],
    earlier: Iterable[Decision],
    *,
    policy: Policy,
    at: tuple[datetime, datetime],
) -> Decision:
    """The decision on a report whose reporter has `added` texts. `at` is when it was received, and now.

    Each text is read by itself, as the report's was: read together, words of one could take away from what another
    shows. What other reports bore out in an `earlier` decision still counts.
    """
    received_at, now = at
    known = gather(report, policy, received_at)
    evidence = list(known.evidence)
    own = Words.of(report, policy)
    for text in added:
        words = Words(text, policy.spelling, concern_is_open=own.open, time_is_open=own.time_is_open)
        evidence += read_words(words, policy)
    evidence += _borne_out(earlier)
    return decide(msgspec.structs.replace(known, evidence=evidence), policy, received_at, now)


def raised_over(earlier: list[Decision], again: Decision) -> Decision | None:
    """What is to be decided now; None when the message changes nothing that matters.

    `earlier` are the decisions so far, the one in force first. The grade is never less urgent than the one in force;
    a body that was not told before is reason enough to tell all of them again.
    """
    in_force = earlier[0]
    told = {recipient.code for decision in earlier for recipient in decision.recipients}
    more_urgent = again.grade < in_force.grade
    if not more_urgent and told.issuperset(recipient.code for recipient in again.recipients):
        return None
    if again.grade <= in_force.grade:
        return again
    # A policy changed since may place the same report lower. Only a person lowers.
    return msgspec.structs.replace(again, grade=in_force.grade, due=in_force.due, reasons=in_force.reasons)


def raised_by(
    report: Report,
    added: Sequence[str],
    earlier: list[Decision],
    *,
    policy: Policy,
    at: tuple[datetime, datetime],
) -> Decision | None:
    """What is to be decided now that the last of `added` has been said; None when it changes nothing that matters.

    The one rule for whatever is added, by the reporter or by telephone (docs/triage.md). `added` are the texts added so
    far, in order; `earlier` the decisions so far, the one in force first. Once a person has graded the report, that
    grade stays unless the last text itself asks for a more urgent one.
    """
    if not graded_by_person(earlier):
        return raised_over(earlier, reread(report, added, earlier, policy=policy, at=at))
    raised = raised_over(earlier, _asked_by(report, added[-1], policy=policy, at=at))
    if raised is None or raised.grade == earlier[0].grade:
        return raised
    says = f"what was added asks for {raised.grade}, after a person had graded it {earlier[0].grade}"
    return msgspec.structs.replace(raised, reasons=[Reason(ADDED, says, []), *raised.reasons])


def graded_by_person(decisions: Iterable[Decision]) -> bool:
    """Whether a person has given one of these decisions its grade. To tell a further body is no grade."""
    return any(reason.rule == BY_PERSON for decision in decisions for reason in decision.reasons)


def _asked_by(report: Report, text: str, *, policy: Policy, at: tuple[datetime, datetime]) -> Decision:
    """What a text itself asks for: alone, or beside what was ticked where it adds to that; the more urgent of the two.

    The person has read everything that was said before, so none of it is held against their grade again.
    """
    silent = msgspec.structs.replace(report, description="")
    alone = reread(_nothing_ticked(silent), (text,), (), policy=policy, at=at)
    before = reread(silent, (), (), policy=policy, at=at)
    beside = reread(silent, (text,), (), policy=policy, at=at)
    told = {recipient.code for recipient in before.recipients}
    if beside.grade == before.grade and told.issuperset(one.code for one in beside.recipients):
        return alone
    return min((beside, alone), key=lambda decision: decision.grade)


def _nothing_ticked(report: Report) -> Report:
    """The same report as if its reporter had said nothing but that there is something."""
    return type(report)(concern="other", anonymity=report.anonymity)


def _borne_out(earlier: Iterable[Decision]) -> list[Evidence]:
    found = {
        evidence
        for decision in earlier
        for why in (decision.reasons, *(recipient.why for recipient in decision.recipients))
        for reason in why
        for evidence in reason.because
        if evidence.atom == _PATTERN
    }
    return sorted(found, key=lambda evidence: evidence.words)[-1:]
