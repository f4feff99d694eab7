"""One timeline of all that happened to a report, told in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from service.triage.errors import Change
from service.triage.outcomes import OUTCOMES
from service.triage.report import CaseReport
from service.triage.surroundings import Surroundings
from service.web.console.told import Telling, in_words

_DID: Final[Mapping[str, str]] = {
    "claimed": "took it on",
    "released": "gave it back to the team",
    "assigned": "handed it to {to}",
    "acknowledged": "acknowledged it",
    "noted": "wrote a note",
    "tagged": "set the tags: {tags}",
    "regraded": "graded it {to}, before it was {earlier}",
    "routed": "also sent it to {to}",
    "passed_on": "passed it on to {to}",
    "asked": "wrote to the reporter",
    "information": "added what was told by telephone",
    "merged": "merged it into {into}",
    "unmerged": "took it out of a merged report",
    "linked": "linked it with {reference}",
    "cut": "cut the link with {reference}",
    "case_review_opened": "opened a Case Review",
    "marked": "marked it as {mark}",
    "held": "put it on hold",
    "let_go": "ended the hold",
    "closed": "closed it: {outcome}",
    "reopened": "took it up again",
    "undone": "took back the last change",
    "merged_in": "merged {reference} into this report",
    "raised": "raised it to {grade}, {cause}",
    "message_came": "The reporter wrote",
    "reveal_asked": "asked to know who reported",
    "reveal_approved": "approved that a colleague is told who reported",
    "revealed": "was told who reported",
    "delivery_accepted": "The notification was accepted",
    "delivery_refused": "The notification was refused, as not for them",
    "delivery_outcome": "The receiver told what came of it",
    "escalated": "Not acknowledged in time, it went to {to}",
    "phoned": "told {to} by telephone",
    "disclosed": "handed it over to {to}",
}
_CAUSES: Final[Mapping[str, str]] = {
    "pattern": "since other reports bear it out",
    "message": "for what the reporter added",
}


class Done(msgspec.Struct, frozen=True):
    """One line of a timeline. `who` is empty where nobody is named; `text` are somebody's own words."""

    at: str
    who: str
    did: str
    text: str | None = None
    own: bool = False
    """Whether it is what a person of the desk did, and not the service or a receiver."""


def told(change: Change, tell: Telling, texts: Mapping[str, str]) -> Done:
    """What was done to a case. `texts` are the messages with the reporter by their ids."""
    detail = change.detail
    to = detail.get("to") or ""
    values = {
        "to": tell.who(UUID(str(to))) if change.kind == "assigned" else tell.team(str(to)),
        "mark": f"{to}" if to else "neither a test nor malicious",
        "earlier": detail.get("earlier", ""),
        "reference": detail.get("reference", ""),
        "into": detail.get("into", ""),
        "tags": ", ".join(detail.get("tags", ())) or "none",
        "grade": f"P{detail['grade']}" if "grade" in detail else "",
        "cause": _CAUSES.get(detail.get("cause", ""), ""),
        "outcome": outcome.label if (outcome := OUTCOMES.get(detail.get("outcome", ""))) else "",
    }
    did = _DID.get(change.kind, in_words(change.kind)).format(**values)
    if change.kind == "undone" and detail.get("undone"):
        did += f" ({in_words(detail['undone']).lower()})"
    text = (
        detail.get("text") or detail.get("why") or detail.get("note") or texts.get(detail.get("message", ""))
    )
    if detail.get("text") and change.kind == "noted":
        did += ":"
    from_outside = change.by is None and did[0].isupper()
    who = "" if from_outside else tell.who(change.by)
    if from_outside and change.team:
        did += f" ({tell.team(change.team)})"
    return Done(tell.when(change.at), who, did, text or None, change.by is not None)


def timeline(found: CaseReport, around: Surroundings, tell: Telling) -> list[Done]:
    """Everything that the actor may know of, the oldest first."""
    texts = {str(one["id"]): one["text"] for one in found.messages}
    lines: list[tuple[datetime, int, Done]] = [
        (found.received_at, 0, Done(tell.when(found.received_at), "", "The report came"))
    ]
    lines += [
        (
            one["decided_at"],
            1,
            Done(tell.when(one["decided_at"]), "The service", f"graded it P{one['grade']}"),
        )
        for one in found.decisions
        if one["cause"] == "report"
    ]
    lines += [(one.at, 2, told(one, tell, texts)) for one in found.events]
    for team, at in around.openings.items():
        lines.append((at, 3, Done(tell.when(at), "", f"First opened at {tell.team(team)}")))
    for number, file in enumerate(around.files, 1):
        lines.append((file.added_at, 1, Done(tell.when(file.added_at), "", f"Photo {number} came")))
    lines += [(moment, 1, done) for moment, done in _deliveries(found.routes, tell)]
    return [done for _, _, done in sorted(lines, key=lambda line: line[:2])]


def _deliveries(routes: Iterable[Mapping[str, Any]], tell: Telling) -> Iterable[tuple[datetime, Done]]:
    for route in routes:
        for sent in route["deliveries"] or ():
            if sent["settled_at"] is None:
                continue
            how = {"delivered": "delivered", "dead": "given up"}.get(sent["state"], sent["state"])
            moment = datetime.fromisoformat(sent["settled_at"])
            says = f"Notification to {tell.team(route['recipient'])} {how} ({sent['channel']})"
            yield moment, Done(tell.when(moment), "", says)
