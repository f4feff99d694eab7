"""The queue's page, what an open one asks for again, and the link in notifications that leads past it to a report."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec
from litestar import MediaType, Request, Response, get
from litestar.params import FromPath

from service.access.acting import acting
from service.access.actor import Actor
from service.access.guards import actor_of, allow, by_itself, signed_in_only
from service.ids import valid_reference
from service.parts import Parts, parts_of
from service.policy.vocabulary import GRADES
from service.triage import queue
from service.triage.colleagues import colleagues, names
from service.triage.errors import CaseNotFound, WrongValue
from service.triage.outcomes import OUTCOMES
from service.triage.queue import COUNTED, Filters, QueuePage
from service.triage.undo import Done
from service.triage.views import saved_views
from service.web.console.pages import console_page, safe_next, see
from service.web.console.queue import filtering
from service.web.console.queue.filtering import address, asked_of, filters_of
from service.web.console.report.timeline import told
from service.web.console.told import STATES, Telling

COORDINATORS: Final = allow("coordinator", "lead")
_PAGE: Final = "console/queue.html"
_PARTS: Final = "console/queue_parts.html"
PART_HEADER: Final = "x-evenlode-part"
"""Sent by the script of an open page, which wants what changes on it and no whole page."""
_ALARMS: Final = 200
_ALARMS_SHOWN: Final = 6
_ALARMS_ELSEWHERE: Final = 3
"""On another page they say that there is something, and leave the page to what is read there."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was just done to some reports: the words for it, what became of each, and whether it can be taken back.

    `teams` is the team on whose behalf, by reference.
    """

    did: str
    each: list[Done]
    undoable: bool
    teams: Mapping[str, str]


@get("/desk", guards=[signed_in_only], media_type=MediaType.HTML)
async def show_queue(request: Request[Any, Any, Any]) -> Response[Any]:
    """The open items of one's teams, most urgent first, then what is due first; filters are in the address.

    Whoever works for no team is led to where their office works.
    """
    actor = actor_of(request)
    return await shown(request) if actor.teams else see(safe_next(None, actor.office))


@get("/desk/rows", guards=[COORDINATORS], opt=by_itself, media_type=MediaType.HTML)
async def show_rows(request: Request[Any, Any, Any]) -> Response[Any]:
    """What changes on an open page: its rows, the counts, the P1s that nobody has acknowledged."""
    return await shown(request, template=_PARTS)


@get("/desk/alarms", guards=[COORDINATORS], opt=by_itself, media_type=MediaType.HTML)
async def show_alarms(request: Request[Any, Any, Any]) -> Response[Any]:
    """The P1s that nobody has acknowledged, for whoever is on another page than the queue."""
    parts, actor, now = parts_of(request), actor_of(request), parts_of(request).clock()
    async with acting(parts.desk_pool, actor) as connection:
        alarms = await _alarms(connection, actor, now)
    return await console_page(
        request,
        "console/alarms.html",
        alarms=alarms.items,
        alarms_shown=_ALARMS_ELSEWHERE,
        more_alarms=alarms.next is not None,
        tell=Telling(parts.intake.policy, now, {}),
    )


@get("/queue/{reference:str}", guards=[COORDINATORS], status_code=303)
async def follow_link(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """Where the link in a notification leads."""
    return see(f"/desk/reports/{reference_of(reference, parts_of(request))}")


def reference_of(text: str, parts: Parts) -> str:
    """The reference as it is kept; what cannot be one is no report. Raises CaseNotFound."""
    found = valid_reference(text[:40], parts.intake.policy.partnership.reference_prefix)
    if found is None:
        raise CaseNotFound
    return found


async def shown(
    request: Request[Any, Any, Any],
    *,
    template: str | None = None,
    outcome: Outcome | None = None,
    refused: WrongValue | None = None,
    form: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The queue as the address asks for it, after what was done or refused; `form` is what was sent with that."""
    parts, actor, now = parts_of(request), actor_of(request), parts_of(request).clock()
    if template is None:
        template = _PARTS if PART_HEADER in request.headers else _PAGE
    asked = request.query_params.dict()
    after = next((one for one in asked.get("after", ()) if one), None)
    found, filters, said = QueuePage(items=[]), Filters(), refused
    async with acting(parts.desk_pool, actor) as connection:
        try:
            filters = filters_of(asked)
            found = await queue.page(connection, actor, filters, now=now, after=after)
        except WrongValue as wrong:
            said, after = wrong, None
        alarms = await _alarms(connection, actor, now)
        head = await queue.head(connection, now=now)
        views = await saved_views(connection) if template == _PAGE else []
        people = await colleagues(connection) if template == _PAGE else {}
        known = await names(connection) if outcome else {}
    chosen = asked_of(filters)
    return await console_page(
        request,
        template,
        status=said.status if said else 200,
        said=str(said) if said else None,
        rows=found.items,
        head=head,
        counted=COUNTED,
        alarms=alarms.items,
        alarms_shown=_ALARMS_SHOWN,
        more_alarms=alarms.next is not None,
        outcome=outcome,
        form=form or {},
        here=address(chosen, after=after),
        live=address(chosen, path="/desk/rows", after=after),
        next=found.next and address(chosen, after=found.next),
        first=after is None,
        start=address(chosen),
        filters=filters,
        chosen=chosen,
        views=[(one, address(asked_of(one.filters)), one.filters == filters) for one in views],
        people=people,
        grades=GRADES,
        labels={code: grade.label for code, grade in parts.intake.policy.grades.items()},
        concerns={code: one.title for code, one in parts.intake.policy.concerns.items()},
        states=STATES,
        outcomes=OUTCOMES,
        choices=filtering,
        tell=Telling(parts.intake.policy, now, known),
        told=told,
    )


async def _alarms(connection: asyncpg.Connection, actor: Actor, now: datetime) -> QueuePage:
    return await queue.page(connection, actor, Filters(grade=["P1"], state=["new"]), now=now, most=_ALARMS)
