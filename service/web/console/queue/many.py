"""What is done to reports from the queue: to one by its row's button, or to all that are selected, with a way back."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import asyncpg
from litestar import MediaType, Request, Response, post

from service.access.acting import acting
from service.access.guards import actor_of
from service.parts import parts_of
from service.triage.acknowledge import acknowledge
from service.triage.case import Case
from service.triage.claim import assign, claim, release
from service.triage.closing import close
from service.triage.errors import WrongValue
from service.triage.note import tag
from service.triage.undo import MOST, Target, account_of, to_each, undo
from service.web.console.queue.pages import COORDINATORS, Outcome, shown

_TARGET: Final = re.compile(r"([A-Z]{2,4}-[0-9A-Z-]{4,16}):(\d{1,9}):([a-z0-9_]{1,40})")
_Change = Callable[[asyncpg.Connection, Case], Awaitable[int]]
_PLAIN: Final[Mapping[str, _Change]] = {
    "claim": claim,
    "release": release,
    "acknowledge": acknowledge,
    "undo": undo,
}
"""The verbs that need no more than the report."""
_DID: Final[Mapping[str, str]] = {
    "claim": "You are on {}.",
    "release": "Gave back {}.",
    "acknowledge": "Acknowledged {}.",
    "assign": "Assigned {}.",
    "tag": "Tagged {}.",
    "close": "Closed {}.",
    "undo": "Took back what was done to {}.",
}
"""The verbs, and what the page says when they are done."""


@post("/desk", guards=[COORDINATORS], media_type=MediaType.HTML, status_code=200)
async def change_from_queue(request: Request[Any, Any, Any]) -> Response[Any]:
    """Do one thing to each report that was chosen, each by itself, and show the queue with what came of it.

    `just` is the verb and report of one row's button; else `do` is the verb and each `one` a report. A report is its
    reference, the version that the page showed and the team on whose behalf, with colons between.
    """
    parts, actor, sent = parts_of(request), actor_of(request), await request.form()
    form = {name: value for name, value in sent.items() if isinstance(value, str)}
    verb, _, just = form.get("just", "").partition(":")
    chosen = [just] if just else [one for one in sent.getall("one", []) if isinstance(one, str)]
    if not just:
        verb = form.get("do", "")
    try:
        change = _change(verb, form)
        targets = _targets(chosen)
        async with acting(parts.desk_pool, actor) as connection:
            each = await to_each(connection, actor, targets, None, change)
    except WrongValue as wrong:
        return await shown(request, refused=wrong, form=form)
    done = [one.reference for one in each if one.version is not None]
    what = done[0] if len(done) == 1 else f"{len(done)} reports"
    return await shown(
        request,
        outcome=Outcome(
            did=_DID[verb].format(what) if done else "",
            each=each,
            undoable=verb != "undo" and bool(done),
            teams={one.reference: one.team or "" for one in targets},
        ),
        # What was written is shown again where it did not do all that was wanted.
        form=form if len(done) < len(each) else None,
    )


def _targets(chosen: list[str]) -> list[Target]:
    """Raises WrongValue."""
    if not chosen:
        raise WrongValue("Select reports first, then choose what to do with them.")
    found = [_TARGET.fullmatch(one) for one in chosen[: MOST + 1]]
    if not all(found):
        raise WrongValue("This page was not whole. Look at the queue again, then decide.")
    return [Target(one[1], int(one[2]), one[3]) for one in found if one]


def _change(verb: str, form: Mapping[str, str]) -> _Change:
    """What to do to each. Raises WrongValue for what is no verb, or lacks what it needs."""
    # A browser ends lines with two characters, which would count twice.
    why = form.get("why", "").replace("\r\n", "\n")[:1000]
    if verb in _PLAIN:
        return _PLAIN[verb]
    match verb:
        case "assign":
            to = account_of(form.get("to", ""))
            return lambda connection, case: assign(connection, case, to)
        case "tag":
            added = form.get("tag", "")
            if not added.strip():
                raise WrongValue("Write the tag to add.")
            return lambda connection, case: tag(connection, case, [*case.item.tags, added])
        case "close":
            outcome = form.get("outcome", "")
            return lambda connection, case: close(connection, case, outcome, why)
    raise WrongValue("Choose what to do with the reports.")
