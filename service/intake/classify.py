"""The decision on a report: what intake asks for before anything is stored."""

from datetime import datetime

from schemas.reports import Report
from service.intake.detect import Words
from service.intake.facts import gather
from service.policy.model import Policy
from service.routing.decide import decide
from service.routing.model import Decision


def classify(report: Report, policy: Policy, received_at: datetime, words: Words | None = None) -> Decision:
    """How urgent a report is, who must be told, and why.

    Pure: the same report, policy and time give the same decision. `received_at` carries an offset; due times and
    evidence clocks count from it. `words` are the report's own, for a caller that has them already.
    """
    return decide(gather(report, policy, received_at, words), policy, received_at)
