"""Deciding a report as it arrives on the wire, under the shipped policy, at one fixed time."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from service.intake.classify import classify
from service.intake.decode import decode_report
from service.policy.load import load_policy
from service.policy.model import Policy
from service.routing.model import Decision
from service.settings import default_policy_folder

RECEIVED = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday


@lru_cache(maxsize=1)
def shipped() -> Policy:
    return load_policy(default_policy_folder())


def decided(concern: str = "other", *, at: datetime = RECEIVED, **answers: Any) -> Decision:
    """The decision on a report of a rural resident, unless another reporter is named."""
    body = {"reporter": "rural_resident", "concern": concern, **answers}
    return classify(decode_report(msgspec.json.encode(body)), shipped(), at)


def told(decision: Decision) -> set[str]:
    return {recipient.code for recipient in decision.recipients}


def rules(decision: Decision) -> set[str]:
    return {reason.rule for reason in decision.reasons}
