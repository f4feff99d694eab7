"""Who is told of a report, and how it went with each notification, step by step."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from service.policy.vocabulary import GRADES
from service.triage.report import CaseReport
from service.web.console.told import Telling, counted, in_words

_CHANNELS: Final = {"email": "E-mail", "webhook": "Webhook", "console": "Console"}
_NOW: Final = {
    "waiting": "waiting to be sent",
    "handed": "being sent",
    "held": "held back",
    "dropped": "not sent",
}
_ABOUT: Final = {"reminder": ", as a reminder", "escalation": ", since another did not acknowledge it"}
_SAID: Final = {"accepted": "accepted", "refused": "refused, not for them", "outcome": "told what came of it"}


class Step(msgspec.Struct, frozen=True):
    """One state that a notification reached, and when; `kind` is for its look."""

    says: str
    at: str | None
    kind: str = "done"


class Notification(msgspec.Struct, frozen=True):
    """A notification on one channel, with its states in order."""

    channel: str
    steps: list[Step]


class ToldBody(msgspec.Struct, frozen=True):
    """A body that is told. `summary` is how far it has come, in a word or two."""

    name: str
    tier: str
    summary: str
    bad: bool
    opened: str | None
    notifications: list[Notification]


def told_bodies(found: CaseReport, openings: Mapping[str, datetime], tell: Telling) -> list[ToldBody]:
    """Each body that the actor may know of, with its notifications."""
    have = _acknowledged(found)
    return [_body(route, openings.get(route["recipient"]), have, tell) for route in found.routes]


def _acknowledged(found: CaseReport) -> set[str]:
    """The teams that acknowledged the report on their own page of it, at the grade it has or a more urgent one."""
    have: set[str] = set()
    grade = GRADES.index(found.grade) + 1
    for event in found.events:
        if event.team is None:
            continue
        if event.kind == "acknowledged" and event.detail["grade"] <= grade:
            have.add(event.team)
        elif event.kind == "undone" and event.detail["undone"] == "acknowledged":
            have.discard(event.team)
    return have


def _body(
    route: Mapping[str, Any], opened: datetime | None, have: Collection[str], tell: Telling
) -> ToldBody:
    sent = route["deliveries"] or []
    summary, bad = _summary(sent, opened, route["recipient"] in have)
    return ToldBody(
        name=tell.team(route["recipient"]),
        tier=route["tier"],
        summary=summary,
        bad=bad,
        opened=None if opened is None else tell.when(opened),
        notifications=[
            Notification(
                _CHANNELS.get(one["channel"], one["channel"]) + _ABOUT.get(one["about"], ""),
                _steps(one, tell),
            )
            for one in sent
        ],
    )


def _summary(
    sent: Iterable[Mapping[str, Any]], opened: datetime | None, acknowledged: bool
) -> tuple[str, bool]:
    said = {one["verdict"] for delivery in sent for one in delivery["acknowledgements"]}
    states = {delivery["state"] for delivery in sent}
    if "refused" in said:
        return "refused", True
    if said or acknowledged:
        return "acknowledged", False
    if opened is not None:
        return "opened", False
    if "delivered" in states:
        return "delivered", False
    if states and states <= {"dead", "dropped"}:
        return "not reached", True
    return ("on its way", False) if states else ("no notification", True)


def _steps(sent: Mapping[str, Any], tell: Telling) -> list[Step]:
    steps = [Step("made", tell.when(sent["made_at"]))]
    tries = counted(sent["attempts"], "try").replace("trys", "tries")
    if sent["sent_at"]:
        steps.append(Step("sent" if sent["attempts"] == 1 else f"sent ({tries})", tell.when(sent["sent_at"])))
    if sent["state"] == "delivered":
        steps.append(Step("delivered", tell.when(sent["settled_at"])))
    elif sent["state"] == "dead":
        fault = f": {sent['last_fault']}" if sent["last_fault"] else ""
        steps.append(Step(f"could not be delivered{fault}", tell.when(sent["settled_at"]), "bad"))
    elif sent["state"] == "phoned":
        steps.append(Step("could not be delivered; told by telephone", tell.when(sent["settled_at"])))
    else:
        steps.append(Step(_NOW.get(sent["state"], in_words(sent["state"])), None, "waiting"))
    for said in sent["acknowledgements"]:
        words = _SAID.get(said["verdict"], said["verdict"])
        if said["their_reference"]:
            words += f" ({said['their_reference']})"
        if said["note"]:
            words += f": {said['note']}"
        steps.append(Step(words, tell.when(said["at"]), "bad" if said["verdict"] == "refused" else "done"))
    return steps
