"""Entries of the record in sentences."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from service.audit.entries import Entry
from service.web.console.told import Telling, counted

SENTENCES: Final[Mapping[str, str]] = {
    "account.added": "added the account of {person}",
    "account.disabled": "disabled the account of {person}",
    "account.enabled": "let the account of {person} in again",
    "account.factor_added": "added a second step to sign in: {factor}",
    "account.factor_removed": "removed a second step to sign in: {factor}",
    "account.identity_linked": "linked their account with the identity provider",
    "account.password_changed": "changed their password",
    "account.recovery_code_used": "used a recovery code",
    "account.recovery_codes_made": "made new recovery codes",
    "account.reset": "reset how {person} signs in",
    "account.rights_changed": "changed the teams or the role of {person}",
    "api_key.added": "made an API key for {organisation}",
    "api_key.ended": "ended an API key",
    "api_key.first_used": "used an API key for the first time",
    "api_key.rotated": "replaced an API key",
    "audit.exported": "fetched entries {from} to {until} of the record",
    "audit.read": "looked at the record{of}",
    "audit.verified": "verified entries {from} to {to} of the record: {verdict}",
    "case.acknowledged": "acknowledged {report}",
    "case.asked": "wrote to the reporter of {report}",
    "case.assigned": "handed {report} to a colleague",
    "case.case_review_opened": "opened a Case Review on {report}",
    "case.claimed": "took on {report}",
    "case.closed": "closed {report}",
    "case.cut": "cut a link of {report}",
    "case.disclosed": "handed {report} over to {to} as {form} at tier {tier}",
    "case.escalated": "took {report} further, since nobody acknowledged it in time",
    "case.held": "put {report} on hold",
    "case.information": "added to {report} what was told by telephone",
    "case.let_go": "ended the hold of {report}",
    "case.linked": "linked {report} with another",
    "case.marked": "changed whether {report} counts as a test or malicious",
    "case.merged": "merged {report} with another",
    "case.merged_in": "merged another report into {report}",
    "case.noted": "wrote a note on {report}",
    "case.passed_on": "passed {report} on to {to}",
    "case.regraded": "graded {report} anew",
    "case.released": "gave {report} back to the team",
    "case.reopened": "took up {report} again",
    "case.routed": "also sent {report} to {to}",
    "case.tagged": "set the tags of {report}",
    "case.undone": "took back the last change of {report}",
    "case.unmerged": "took {report} out of a merged one",
    "case_review.reached": "found that a Case Review's threshold was reached",
    "cluster.found": "found a cluster of reports",
    "delivery.accepted": "acknowledged a notification for {recipient}",
    "delivery.acknowledgement_refused": "tried to acknowledge a notification, and was refused",
    "delivery.outcome": "told what came of a notification for {recipient}",
    "delivery.phoned": "told {recipient} of a notification by telephone",
    "delivery.refused": "said that a notification was not for {recipient}",
    "delivery.retried": "had notifications sent again",
    "file.opened": "opened a photo of {report}",
    "file.received": "added a photo to {report}",
    "link.cut": "cut a link between reports",
    "link.read": "looked at the links of {report}",
    "message.asked": "wrote to the reporter of {report}",
    "message.read": "read the messages of {report}",
    "message.received": "added words to {report}",
    "package.downloaded": "downloaded a hand-over of {report}",
    "package.refused": "was refused a hand-over of {report}",
    "queue.searched": "searched the queue by words and found {found}",
    "report.accepted": "took in {report}",
    "report.decided": "decided {report} by hand",
    "report.explained": "had the decision on {report} explained",
    "report.raised": "raised {report}",
    "report.read": "read {report} at tier {tier}",
    "report.refused": "asked for {report}, which is not their team's, and was refused",
    "request.refused": "was refused {path}: {refusal}",
    "session.ended": "was signed out: {why}",
    "session.started": "signed in with {method}",
    "sign_in.refused": "tried to sign in and was refused",
    "source.approved": "approved that a colleague is told who sent {report}",
    "source.asked": "asked to be told who sent {report}",
    "source.refused": "was refused who sent {report}, or to approve that a colleague is told",
    "source.revealed": "was told who sent {report}",
}
_REFUSAL: Final = {
    "cross_site": "the request did not come from a page of the console",
    "not_allowed": "their role does not allow it",
    "session_over": "the session was over",
}
_ACTORS: Final = {
    "intake": "The service",
    "patterns": "The service",
    "follow-up": "The service",
    "reporter": "The reporter",
    "unknown": "Somebody unknown",
    "link": "A link in a notification",
}
_WORDS: Final = ("reason", "why")
_WHY_IS_A_CODE: Final = frozenset({"session.ended", "request.refused"})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is read. `why` is what the person gave as their reason."""

    seq: int
    at: str
    who: str
    did: str
    why: str | None
    refused: bool


def told(entry: Entry, names: Mapping[UUID, str], tell: Telling) -> Told:
    """One entry in a sentence; what has no words of its own is told by its action."""
    detail = entry.detail
    why = None
    if entry.action not in _WHY_IS_A_CODE:
        why = next((str(detail[name]) for name in _WORDS if detail.get(name)), None)
    sentence = SENTENCES.get(entry.action)
    did = _plain(entry) if sentence is None else sentence.format_map(_Values(_values(entry, names, tell)))
    return Told(
        seq=entry.seq,
        at=tell.when(entry.at),
        who=_who(entry.actor, names),
        did=did,
        why=why,
        refused=entry.action.endswith("refused"),
    )


class _Values(dict[str, Any]):
    """What a sentence names; what an entry does not say is told as unknown."""

    def __missing__(self, name: str) -> str:
        return "(not said)"


def _values(entry: Entry, names: Mapping[UUID, str], tell: Telling) -> dict[str, Any]:
    detail = entry.detail
    found = dict(detail)
    found["report"] = f"report {entry.reference}" if entry.reference else "a report"
    found["person"] = _person(entry.subject, names)
    for name in ("to", "recipient"):
        if isinstance(detail.get(name), str):
            found[name] = tell.team(detail[name])
    if entry.action == "audit.verified":
        found |= {"to": detail.get("to"), "verdict": "broken" if detail.get("fault") else "they fit"}
    if isinstance(detail.get("form"), str):
        found["form"] = detail["form"].upper()
    if isinstance(detail.get("found"), int):
        found["found"] = counted(detail["found"], "report")
    found["of"] = f" of report {detail['reference']}" if detail.get("reference") else ""
    found["refusal"] = _REFUSAL.get(str(detail.get("why")), "it is not theirs")
    return found


def _plain(entry: Entry) -> str:
    about = f" (report {entry.reference})" if entry.reference else ""
    return entry.action.replace(".", ": ").replace("_", " ") + about


def _who(actor: str, names: Mapping[UUID, str]) -> str:
    kind, _, name = actor.partition(":")
    if kind == "account" and name:
        return _person(name, names)
    if kind == "key" and name:
        return f"API key {name[:8]}"
    return _ACTORS.get(actor, f"{actor}, by a command")


def _person(account: str, names: Mapping[UUID, str]) -> str:
    try:
        return names.get(UUID(account), "somebody without a name here")
    except ValueError:
        return account
