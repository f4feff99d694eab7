"""Deciding a report again with what its reporter has added. Pure: the ordinary policy, with more words."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from schemas.reports import Report
from service.intake.detect import Words, read_words
from service.intake.facts import gather
from service.policy.model import Policy
from service.routing.decide import decide
from service.routing.model import Decision, Evidence

_PATTERN = "pattern=shared"


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


def said_anew(
    report: Report, text: str, earlier: list[Decision], *, policy: Policy, at: tuple[datetime, datetime]
) -> Decision | None:
    """What a message alone is to raise, where a person has decided on everything before it; None when nothing.

    They have read what was said, so it is not held against them again: only what this message shows beside the answers
    that were ticked.
    """
    wordless = msgspec.structs.replace(report, description="")
    without = reread(wordless, (), (), policy=policy, at=at)
    shown = reread(wordless, (text,), (), policy=policy, at=at)
    before = {recipient.code for recipient in without.recipients}
    if shown.grade == without.grade and before.issuperset(recipient.code for recipient in shown.recipients):
        return None
    return raised_over(earlier, shown)


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
