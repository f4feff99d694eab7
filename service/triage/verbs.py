"""The verbs as they are called: the name, the body it takes, and the use case."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from schemas import triage as wire
from service.policy.model import Policy
from service.triage.acknowledge import acknowledge
from service.triage.case import Case
from service.triage.case_review import open_case_review
from service.triage.claim import assign, claim, release
from service.triage.closing import close, reopen
from service.triage.conversation import add_information, ask
from service.triage.duplicates import merge, unmerge
from service.triage.linking import cut, link
from service.triage.marking import hold, mark
from service.triage.note import note, tag
from service.triage.regrade import regrade
from service.triage.reroute import reroute
from service.triage.undo import undo


class At(msgspec.Struct, frozen=True):
    """What a verb may need besides the case and its body."""

    policy: Policy
    now: datetime


class Verb(msgspec.Struct, frozen=True):
    """A verb: the Struct of its body, and what it does; the answer is the new version."""

    body: type[wire.Act]
    act: Callable[[asyncpg.Connection, Case, Any, At], Awaitable[int]]


VERBS: Final[Mapping[str, Verb]] = {
    "claim": Verb(wire.Act, lambda connection, case, _, __: claim(connection, case)),
    "release": Verb(wire.Act, lambda connection, case, _, __: release(connection, case)),
    "assign": Verb(wire.Assign, lambda connection, case, body, _: assign(connection, case, body.to)),
    "acknowledge": Verb(wire.Act, lambda connection, case, _, __: acknowledge(connection, case)),
    "note": Verb(
        wire.Note, lambda connection, case, body, _: note(connection, case, body.text, shared=body.shared)
    ),
    "tag": Verb(wire.Tags, lambda connection, case, body, _: tag(connection, case, body.tags)),
    "regrade": Verb(
        wire.Regrade,
        lambda connection, case, body, at: regrade(
            connection, case, body.grade, body.why, policy=at.policy, now=at.now
        ),
    ),
    "reroute": Verb(
        wire.Reroute,
        lambda connection, case, body, at: reroute(
            connection, case, body.to, body.why, instead=body.instead, policy=at.policy, now=at.now
        ),
    ),
    "ask": Verb(wire.Say, lambda connection, case, body, at: ask(connection, case, body.text, now=at.now)),
    "information": Verb(
        wire.Say,
        lambda connection, case, body, at: add_information(
            connection, case, body.text, policy=at.policy, now=at.now
        ),
    ),
    "merge": Verb(
        wire.Merge, lambda connection, case, body, _: merge(connection, case, body.into, actor=case.actor)
    ),
    "unmerge": Verb(wire.Act, lambda connection, case, _, __: unmerge(connection, case)),
    "link": Verb(
        wire.Pair,
        lambda connection, case, body, at: link(
            connection, case, body.other, body.why, actor=case.actor, now=at.now
        ),
    ),
    "cut": Verb(
        wire.Pair,
        lambda connection, case, body, at: cut(
            connection, case, body.other, body.why, actor=case.actor, now=at.now
        ),
    ),
    "case-review": Verb(
        wire.Remark, lambda connection, case, body, _: open_case_review(connection, case, body.note)
    ),
    "mark": Verb(wire.Mark, lambda connection, case, body, _: mark(connection, case, body.mark, body.why)),
    "hold": Verb(wire.Why, lambda connection, case, body, _: hold(connection, case, body.why, held=True)),
    "let-go": Verb(wire.Why, lambda connection, case, body, _: hold(connection, case, body.why, held=False)),
    "close": Verb(
        wire.Close, lambda connection, case, body, _: close(connection, case, body.outcome, body.why)
    ),
    "reopen": Verb(wire.Why, lambda connection, case, body, _: reopen(connection, case, body.why)),
    "undo": Verb(wire.Act, lambda connection, case, _, __: undo(connection, case)),
}
"""By the last part of the address, `POST /v1/reports/{reference}/{verb}`."""
FOR_MANY: Final = frozenset({"claim", "release", "assign", "acknowledge", "tag", "mark", "close", "undo"})
"""Verbs that may be asked for many reports at once."""
