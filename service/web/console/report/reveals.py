"""A lead's page of who asked to know who reported, and what the lead has to be told of by name."""

from typing import Any, Final
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from service.access.acting import acting
from service.access.guards import actor_of, allow
from service.parts import parts_of
from service.triage.colleagues import names
from service.triage.reveal import CannotApprove, approve, refusals_on_record
from service.triage.surroundings import requests
from service.triage.views import notices, seen
from service.web.console.pages import console_page, see
from service.web.console.queue.pages import reference_of
from service.web.console.told import Telling

REVEALS: Final = "/desk/reveals"
_LEADS: Final = allow("lead")


@get(REVEALS, guards=[_LEADS], media_type=MediaType.HTML)
async def show_reveals(request: Request[Any, Any, Any]) -> Response[Any]:
    """What waits for approval, and what was revealed since the lead last looked."""
    return await _page(request)


@post(REVEALS + "/{asked:uuid}/approve", guards=[_LEADS], media_type=MediaType.HTML, status_code=200)
async def approve_on_page(request: Request[Any, Any, Any], asked: FromPath[UUID]) -> Response[Any]:
    """Approve one request, and back to the page it was on; it holds for 24 hours and one reveal."""
    try:
        pool, actor = parts_of(request).desk_pool, actor_of(request)
        async with refusals_on_record(pool, actor, str(asked)), acting(pool, actor) as connection:
            await approve(connection, asked)
    except CannotApprove as refused:
        return await _page(request, refused)
    back = str((await request.form()).get("back", ""))
    return see(
        f"/desk/reports/{reference_of(back, parts_of(request))}?done=approve"
        if back
        else f"{REVEALS}?done=approve"
    )


@post(REVEALS + "/seen", guards=[_LEADS], status_code=303)
async def seen_on_page(request: Request[Any, Any, Any]) -> Response[Any]:
    """Note that the lead has read the notices that the page showed."""
    parts = parts_of(request)
    ids = [str(one) for one in (await request.form()).getall("notice", [])]
    async with acting(parts.desk_pool, actor_of(request)) as connection:
        await seen(connection, ids, now=parts.clock())
    return see(REVEALS)


async def _page(request: Request[Any, Any, Any], refused: CannotApprove | None = None) -> Response[Any]:
    parts = parts_of(request)
    async with acting(parts.desk_pool, actor_of(request)) as connection:
        waiting = await requests(connection)
        news = [one for one in await notices(connection) if one["kind"] == "revealed"]
        tell = Telling(parts.intake.policy, parts.clock(), await names(connection))
    return await console_page(
        request,
        "console/reveals.html",
        status=200 if refused is None else refused.status,
        said=None if refused is None else str(refused),
        approved=refused is None and request.query_params.get("done") == "approve",
        waiting=waiting,
        news=[{**one, "by": tell.who(UUID(one["detail"]["by"]))} for one in news],
        tell=tell,
    )
