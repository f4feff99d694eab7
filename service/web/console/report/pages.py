"""A report's page, what a coordinator does there, and the photos that came with it."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from service.access.acting import acting
from service.access.guards import actor_of
from service.parts import parts_of
from service.triage.changing import changing, on_record
from service.triage.errors import (
    AlreadyClaimed,
    CaseNotFound,
    NotPossibleNow,
    ReasonNeeded,
    StaleCase,
    TierTooLow,
    WrongValue,
)
from service.triage.reveal import NoSource, Revealed, refusals_on_record, reveal
from service.triage.surroundings import photo
from service.triage.verbs import VERBS, At
from service.web.console.accounts.session_over import KEEPING_FORM
from service.web.console.pages import see
from service.web.console.queue.pages import COORDINATORS, reference_of
from service.web.console.report.form import body_of, version_of
from service.web.console.report.shown import Tried, report_page

_REFUSED: Final = (AlreadyClaimed, NotPossibleNow, ReasonNeeded, StaleCase, TierTooLow, WrongValue, NoSource)
"""What is told on the page itself, with what was typed still there."""


@get("/desk/reports/{reference:str}", guards=[COORDINATORS], media_type=MediaType.HTML)
async def show_report(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """A report as far as one's team may see it. That it was read is on the record."""
    return await report_page(
        request, reference_of(reference, parts_of(request)), request.query_params.get("team")
    )


@post(
    "/desk/reports/{reference:str}/{verb:str}",
    guards=[KEEPING_FORM],
    media_type=MediaType.HTML,
    status_code=200,
)
async def change_from_page(
    request: Request[Any, Any, Any], reference: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Do a verb on the version that the page showed. Refused, the page tells why and nothing is written."""
    parts, actor = parts_of(request), actor_of(request)
    if verb not in VERBS:
        raise CaseNotFound("There is no such thing to do with a report.")
    reference, form = reference_of(reference, parts), await _form(request)
    team = form.get("team") or None
    try:
        body = body_of(VERBS[verb], form, parts.intake.policy.partnership.reference_prefix)
        at = At(parts.intake.policy, parts.clock())
        async with changing(parts.desk_pool, actor, reference, version_of(form), team=team) as (
            connection,
            case,
        ):
            await VERBS[verb].act(connection, case, body, at)
    except CaseNotFound as missing:
        if missing.reference == reference:
            raise
        other = WrongValue("The other report is not in your team's queue. Check its reference.")
        return await report_page(request, reference, team, tried=Tried(verb, form, other))
    except _REFUSED as fault:
        return await report_page(request, reference, team, tried=Tried(verb, form, fault))
    return see(_address(reference, team, verb))


@post(
    "/desk/reports/{reference:str}/reveal",
    guards=[KEEPING_FORM],
    media_type=MediaType.HTML,
    status_code=200,
)
async def reveal_on_page(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """Who reported, on this one answer; or that a lead is asked. Both are on the record before anything is shown."""
    parts, actor = parts_of(request), actor_of(request)
    reference, form = reference_of(reference, parts), await _form(request)
    team = form.get("team") or None
    try:
        async with (
            refusals_on_record(parts.desk_pool, actor, reference),
            changing(parts.desk_pool, actor, reference, version_of(form), team=team) as (connection, case),
        ):
            found: Revealed = await reveal(connection, case, form.get("why"), ring=parts.desk.ring)
    except _REFUSED as fault:
        return await report_page(request, reference, team, tried=Tried("reveal", form, fault))
    if found.waiting:
        return see(_address(reference, team, "reveal"))
    return await report_page(request, reference, team, source=found.source or {})


@get("/desk/reports/{reference:str}/photos/{file:uuid}", guards=[COORDINATORS])
async def open_photo(
    request: Request[Any, Any, Any], reference: FromPath[str], file: FromPath[UUID]
) -> Response[bytes]:
    """A photo, to be saved and not shown by the browser as part of this site. That it was opened is on the record."""
    parts, actor = parts_of(request), actor_of(request)
    reference = reference_of(reference, parts)
    async with on_record(parts.desk_pool, actor, reference), acting(parts.desk_pool, actor) as connection:
        place, kind, content = await photo(connection, reference, file)
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{reference}-{place}.jpg"',
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _address(reference: str, team: str | None, done: str) -> str:
    asked = {"team": team, "done": done} if team else {"done": done}
    return f"/desk/reports/{reference}?{urlencode(asked)}"
