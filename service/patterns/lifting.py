"""Deciding one report anew because others bear it out: the ordinary policy, with one more fact."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import msgspec

from schemas.reports import Report
from service.clock import to_the_minute
from service.ids import uuid7_stem
from service.intake.facts import gather
from service.patterns.store import Raise, Stored, raise_report
from service.policy.model import Policy
from service.routing.decide import decide
from service.routing.model import Decision, Evidence

_NAMED: Final = 12
"""References spelled out in the reason; more are counted."""
_BODY: Final = msgspec.json.Decoder(Report)


async def lift(
    connection: asyncpg.Connection, one: Stored, by: dict[str, list[Stored]], *, policy: Policy, now: datetime
) -> bool:
    """Raise one report that others bear out, `by` what they share, such as vehicle; True when that raised it.

    One statement, so all of it or nothing, and once however often it is asked for. A report the policy does not place
    higher for it stays as it is. `policy` has its usable channels only.
    """
    decision = borne_out(one, by, policy=policy, now=now)
    if int(decision.grade[1]) >= one.grade:
        return False
    coarse = _follows_an_anonymous_one(one, by)
    moment = to_the_minute(now) if coarse else now
    # The newest decision is the one in force, so within the minute of the first a coarse one takes the next.
    after = (
        to_the_minute(one.decided_at) + timedelta(minutes=1)
        if coarse
        else one.decided_at + timedelta(milliseconds=1)
    )
    decided_at = max(moment, after)
    return await raise_report(
        connection,
        Raise(
            report_id=one.id,
            ids=uuid7_stem(decided_at),
            decided_at=decided_at,
            decision=decision,
            ways=[
                {
                    "recipient": told.code,
                    "tier": told.tier,
                    "channels": [channel.kind for channel in policy.recipients[told.code].channels],
                }
                for told in decision.recipients
            ],
            made_at=moment,
            coarse=coarse,
            detail={
                "from": one.grade,
                "grade": int(decision.grade[1]),
                "policy": decision.policy,
                "linked": {
                    shared: sorted(str(other.id) for other in others) for shared, others in by.items()
                },
                "routes": len(decision.recipients),
            },
        ),
    )


def borne_out(one: Stored, by: dict[str, list[Stored]], *, policy: Policy, now: datetime) -> Decision:
    """The decision on a report that others bear out. Due times count from now, when it became known."""
    now = to_the_minute(now) if _follows_an_anonymous_one(one, by) else now
    known = gather(_BODY.decode(one.body), policy, one.received_at)
    evidence = Evidence("pattern=shared", "derived", f"linked with {'; with '.join(_told(by))}")
    lifted = msgspec.structs.replace(known, evidence=[*known.evidence, evidence])
    return decide(lifted, policy, one.received_at, now)


def _follows_an_anonymous_one(one: Stored, by: dict[str, list[Stored]]) -> bool:
    """Whether a raise may tell when an anonymous report came in, and so keeps nothing finer than the minute.

    A report is raised within seconds of the one that completed its group. So the time gives that one away as well, also
    where the report that is raised is not anonymous itself.
    """
    linked = (other for others in by.values() for other in others)
    return any(report.anonymity == "anonymous" for report in (one, *linked))


def _told(by: dict[str, list[Stored]]) -> Iterator[str]:
    """The references, with what they share: "WO-…, WO-… by address and vehicle"."""
    together: dict[tuple[str, ...], list[str]] = {}
    for shared, others in sorted(by.items()):
        together.setdefault(tuple(other.reference for other in others), []).append(shared)
    for references, things in together.items():
        more = f" and {len(references) - _NAMED} more" if len(references) > _NAMED else ""
        yield f"{', '.join(references[:_NAMED])}{more} by {' and '.join(things)}"
