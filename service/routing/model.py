"""What a decision is: plain frozen records, no I/O.

A decision is a pure function of (what is known, policy, time of receipt); see `decide.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from service.policy.vocabulary import Grade, Tier


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One thing known about a report, and where it was read.

    `atom` is the fact in the policy's form, such as `weapon=used`. `origin` is `ticked` (a common fact of the form),
    `answer` (what this kind of reporter added), `text` (read from the words, quoted in `words`) or `derived` (follows
    from other facts, named in `words`).
    """

    atom: str
    origin: Literal["ticked", "answer", "text", "derived"]
    words: str = ""


class Known(msgspec.Struct, frozen=True):
    """All that is known about one report before any rule is applied.

    `concern` is the ticked code. `times` holds the moments told (`occurred_at`, `symptoms_began`, `marked_at`).
    `named` is true when the reporter chose to be named to those who are told.
    """

    concern: str
    evidence: list[Evidence]
    times: dict[str, datetime] = {}
    named: bool = False


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why: the rule that applied, in its own words, and the evidence that made it true."""

    rule: str
    says: str
    because: list[Evidence]


class Recipient(msgspec.Struct, frozen=True):
    """One body to be told, the most it may see, and why."""

    code: str
    tier: Tier
    why: list[Reason]


class Advice(msgspec.Struct, frozen=True, gc=False):
    """One line of advice for the reporter."""

    code: str
    text: str


class EvidenceClock(msgspec.Struct, frozen=True, gc=False):
    """Evidence that will be gone: what, and the UTC time by which to act."""

    code: str
    text: str
    act_by: datetime


class ActBy(msgspec.Struct, frozen=True, gc=False):
    """A deadline as a notification may carry it: a neutral name, and a UTC time cut down to the hour."""

    name: str
    at: datetime


class Decision(msgspec.Struct, frozen=True):
    """How urgent, who must be told, and every reason.

    `clocks` are all deadlines; `act_by` those of them that tell no more than the concern does (see `act_by.py`).
    `team_due` are the due times of recipients whose own hours make them other than `due`, whether or not they are told
    by this decision. Decisions of earlier releases have neither.
    """

    grade: Grade
    concerns: list[str]
    recipients: list[Recipient]
    reasons: list[Reason]
    advice: list[Advice]
    due: datetime
    clocks: list[EvidenceClock]
    policy: str
    act_by: list[ActBy] = []
    team_due: Mapping[str, datetime] = {}
