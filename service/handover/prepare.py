"""What a recipient would be given of a report: read as the actor, cut to the tier, and sanitised."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

import asyncpg
import msgspec

from schemas.handover import Clock, Grading, HandOver, Link, MadeBy, Named, Place, Removed
from service.access.actor import COORDINATION, Actor
from service.db.sql import load_queries
from service.handover.errors import NotARecipient, TierTooHigh
from service.handover.sanitise import Kind, Piece, joined, sanitise, sanitise_answers, strikes_for
from service.handover.suggest import suggest
from service.policy.model import Policy
from service.policy.vocabulary import GRADES, Tier
from service.triage.errors import CaseNotFound, TierTooLow
from service.triage.store import query
from service.triage.tiers import view_for

QUERIES: Final = load_queries("service.handover", "handover.sql")
PackageTier = Literal["D1", "D2", "D3"]
MOST_TIER: Final = "D3"
"""D4 is D3 and who reported, which no package tells: that needs a reveal."""
TELLS_OF_REPORTER: Final = frozenset(
    {
        "reporter",
        "anonymity",
        "operator",
        "issuing_council",
        "landlord",
        "on_behalf_of",
        "threat_to_reporter",
        "targeted",
    }
)
"""Answers about whoever reported; the rest is about what happened."""
_DEVICE_DECIMALS: Final = 3
_FORM_OF_DEVICE: Final = frozenset({"accuracy_m", "heading_degrees"})
"""Only a device tells these: the coordinates beside them are where the reporter stood."""
_HANDLING: Final[Mapping[str, str]] = {
    "D1": "A pointer: it tells that there is a report, and nothing of what was said.",
    "D2": "A summary. Do not try to find out who reported, and do not ask the sender for it.",
    "D3": "What was said, without who said it. Do not try to find out who reported, and do not ask the sender for it.",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to hand over: to whom, how much, and what to leave out.

    `tier` None is the most that may be; `struck` are words, `left_out` names of answers.
    """

    to: str
    tier: str | None = None
    why: str = ""
    struck: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A package, and beside it what a coordinator checks: the text in pieces, and all the answers."""

    package: HandOver
    report_id: UUID
    pieces: list[Piece]
    offered: dict[str, Any]
    tiers: list[str]
    """The tiers that this recipient may be given by this team."""


async def prepare(
    connection: asyncpg.Connection,
    actor: Actor,
    reference: str,
    asked: Asked,
    *,
    policy: Policy,
    made: UUID,
    now: datetime,
    team: str | None = None,
) -> Prepared:
    """The package as it would be made now, under the id `made`.

    Raises CaseNotFound, NotARecipient, TierTooHigh (more than the recipient may see) or TierTooLow (more than one's own
    team may).
    """
    item = await connection.fetchrow(query("begin"), reference, team)
    if item is None:
        raise CaseNotFound
    recipient = policy.recipients.get(asked.to)
    if recipient is None:
        raise NotARecipient
    most = min(recipient.tier, item["tier"], MOST_TIER)
    tier = cast("PackageTier", _tier(asked.tier, most, recipient.tier))
    body, reasons, decided, anonymity = await _read(connection, item, tier)
    strikes = strikes_for(body, asked.struck)
    found: list[Kind] = []
    pieces = sanitise(body.get("description", ""), strikes)
    found += [piece.removed for piece in pieces if piece.removed]
    about = _about(body)
    answers = sanitise_answers(about, strikes, found)
    kept = {name: value for name, value in answers.items() if name not in asked.left_out}
    found += ["answer"] * (len(answers) - len(kept))
    grading = None
    if tier == "D3":
        grading = await _suggested(connection, item["report_id"], body, anonymity)
    package = HandOver(
        id=made,
        reference=item["reference"],
        tier=tier,
        recipient=Named(code=asked.to, name=recipient.name),
        made=MadeBy(
            person=actor.name, team=_team(item["team"], policy), at=now.replace(microsecond=0), why=asked.why
        ),
        grade=_grade(item["grade"], policy),
        concerns=[_concern(one, policy) for one in item["concerns"]],
        received_at=_precise(item["received_at"], tier),
        due_at=item["due_at"],
        occurred_at=None if tier == "D1" else kept.pop("occurred_at", None),
        place=_place(item, kept),
        said=joined(pieces) if tier == "D3" else None,
        answers=kept,
        reasons=[one if tier == "D2" else _sanitised(one, strikes) for one in reasons],
        clocks=[Clock(act_by=one["act_by"], text=one["text"]) for one in decided.get("clocks", ())],
        links=await _links(connection, item["report_id"], asked.to) if tier == "D3" else [],
        suggested_grading=grading,
        handling=_handling(tier, recipient.name, grading),
        removed=[Removed(kind=kind, count=count) for kind, count in sorted(Counter(found).items())],
    )
    return Prepared(
        package=package,
        report_id=item["report_id"],
        pieces=pieces,
        offered=answers,
        tiers=[one for one in ("D1", "D2", "D3") if one <= most],
    )


def _tier(asked: str | None, most: str, of_recipient: Tier) -> str:
    """Raises TierTooHigh or TierTooLow."""
    if asked is None or asked <= most:
        return most if asked not in {"D1", "D2", "D3"} else str(asked)
    if asked > min(of_recipient, MOST_TIER):
        raise TierTooHigh
    raise TierTooLow


async def _read(
    connection: asyncpg.Connection, item: asyncpg.Record, tier: PackageTier
) -> tuple[dict[str, Any], list[str], Mapping[str, Any], str | None]:
    """The body at the tier, what the reasons say, the decision in force where the team may see it, the anonymity."""
    if tier == "D1":
        return {}, [], {}, None
    decided: Mapping[str, Any] = {}
    if item["tier"] >= "D3":
        decided = (await connection.fetchrow(query("decisions"), item["report_id"]))["detail"]
    if tier == "D2":
        row = await connection.fetchrow(query("summary"), item["report_id"])
        return row["summary"], [one["says"] for one in row["reasons"]], decided, None
    row = await connection.fetchrow(query("told"), item["report_id"])
    says = [one["says"] for one in decided["reasons"]]
    return view_for("D3", row["body"]), says, decided, row["anonymity"]


def _about(body: Mapping[str, Any]) -> dict[str, Any]:
    """The answers about what happened, without the text, and places of devices cut coarser."""
    return {
        name: _coarser(value, name)
        for name, value in body.items()
        if name not in TELLS_OF_REPORTER | {"description", "contact"} and value not in (None, "", [])
    }


def _coarser(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return value
    if name != "marked" and not _FORM_OF_DEVICE & value.keys():
        return value
    return {
        key: round(part, _DEVICE_DECIMALS) if key in {"latitude", "longitude"} and part is not None else part
        for key, part in value.items()
        if key not in _FORM_OF_DEVICE
    }


def _place(item: asyncpg.Record, answers: dict[str, Any]) -> Place:
    """Where it was; takes the place out of the answers."""
    location = answers.pop("location", None)
    venue = answers.pop("venue", None)
    venues = [*answers.pop("venues", ()), *([venue] if venue else [])]
    details = {"description": location} if isinstance(location, str) else dict(location or {})
    town = answers.pop("town", None) or details.pop("town", None) or item["town"]
    return Place(town=town, venues=venues, details=details)


def _precise(moment: datetime, tier: PackageTier) -> datetime:
    """To the hour below D3: with a place, an exact minute may tell who was there."""
    return moment if tier == "D3" else moment.replace(minute=0, second=0, microsecond=0)


def _sanitised(text: str, strikes: Any) -> str:
    return joined(sanitise(text, strikes, words_only=True))


async def _suggested(
    connection: asyncpg.Connection, report_id: UUID, body: Mapping[str, Any], anonymity: str | None
) -> Grading:
    linked = await connection.fetchval(QUERIES["linked_by_person"], report_id)
    return suggest(body, anonymity, linked_by_person=linked)


async def _links(connection: asyncpg.Connection, report_id: UUID, recipient: str) -> list[Link]:
    rows: Sequence[asyncpg.Record] = await connection.fetch(QUERIES["linked"], report_id, recipient)
    return [Link(reference=row["reference"], kind=row["kind"]) for row in rows]


def _handling(tier: PackageTier, recipient: str, grading: Grading | None) -> list[str]:
    lines = [f"For {recipient} alone. Ask the sender before passing any of it on.", _HANDLING[tier]]
    if grading is not None and grading.handling_code == "C":
        lines.append("The reporter does not want to be known: consult the sender before using it openly.")
    lines.append("Not evidence, and not graded: somebody said this, and nobody has yet tested it.")
    return lines


def _team(code: str, policy: Policy) -> Named:
    known = policy.recipients.get(code)
    name = "Coordination desk" if code == COORDINATION else known.name if known else code
    return Named(code=code, name=name)


def _concern(code: str, policy: Policy) -> Named:
    known = policy.concerns.get(code)
    return Named(code=code, name=known.title if known else code)


def _grade(place: int, policy: Policy) -> Named:
    code = GRADES[place - 1]
    return Named(code=code, name=policy.grades[code].label)
