"""What is offered on a report's page; whether something is done is decided when it is asked for."""

from typing import Final
from uuid import UUID

from service.access.actor import Actor
from service.triage.errors import Change
from service.triage.queue import QueueRow
from service.triage.report import CaseReport
from service.triage.surroundings import Surroundings
from service.triage.undo import UNDOABLE

_OPEN: Final = frozenset({"new", "acknowledged"})


def offered(found: CaseReport, place: QueueRow, around: Surroundings, actor: Actor) -> frozenset[str]:
    """The verbs worth offering to somebody on behalf of the team whose `place` it is, and `reveal`."""
    may = {"note", "tag"}
    if place.tier >= "D3":
        may |= _with_the_record(found, place, around)
    if place.state == "new":
        may.add("acknowledge")
    if place.state in _OPEN:
        may |= _while_open(place, actor)
    elif place.state in {"closed", "passed_on"}:
        may.add("reopen")
    if place.claimed_by is not None and _whose(place, actor):
        may.add("release")
    last = found.events[-1] if found.events else None
    if last is not None and _can_be_undone(last, found.version, (actor.account, place.team)):
        may.add("undo")
    return frozenset(may)


def _while_open(place: QueueRow, actor: Actor) -> set[str]:
    may = {"close"}
    if place.tier >= "D3":
        may |= {"reroute", "merge"}
    if place.claimed_by is None:
        may.add("claim")
    if place.claimed_by is None or _whose(place, actor):
        may.add("assign")
    return may


def _with_the_record(found: CaseReport, place: QueueRow, around: Surroundings) -> set[str]:
    may = {"regrade", "ask", "information", "link", "mark", "case-review"}
    may.add("let-go" if found.standing["held"] else "hold")
    if around.goes_on is not None and place.state == "merged":
        may.add("unmerge")
    if any(link["cut_at"] is None for link in found.links):
        may.add("cut")
    if found.anonymity != "anonymous":
        may.add("reveal")
    return may


def _can_be_undone(last: Change, version: int, whose: tuple[UUID, str]) -> bool:
    """Whether the last change is one that left nothing outside, made by this account for this team."""
    return last.version == version and last.kind in UNDOABLE and (last.by, last.team) == whose


def _whose(place: QueueRow, actor: Actor) -> bool:
    """Whether it is the actor's to give away: their own, or as a lead anybody's."""
    return place.claimed_by == actor.account or actor.teams.get(place.team) == "lead"
