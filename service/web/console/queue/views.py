"""Filters of the queue kept under a name, as tabs above it."""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from service.access.acting import acting
from service.access.guards import actor_of
from service.parts import parts_of
from service.triage.errors import WrongValue
from service.triage.views import drop_view, save_view
from service.web.console.pages import see
from service.web.console.queue.filtering import address, asked_of, filters_of
from service.web.console.queue.pages import COORDINATORS, shown


@post("/desk/views", guards=[COORDINATORS], status_code=200)
async def keep_view(request: Request[Any, Any, Any]) -> Response[Any]:
    """Keep the filters of the page, for oneself or for a team, and show them."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        filters = filters_of(parse_qs(form.get("filters", "")[:2000]))
        async with acting(parts_of(request).desk_pool, actor_of(request)) as connection:
            await save_view(
                connection,
                actor_of(request),
                form.get("name", ""),
                filters,
                team=form.get("for") or None,
                now=parts_of(request).clock(),
            )
    except WrongValue as wrong:
        return await shown(request, refused=wrong, form=form)
    return see(address(asked_of(filters)))


@post("/desk/views/{view:uuid}/gone", guards=[COORDINATORS], status_code=303)
async def lose_view(request: Request[Any, Any, Any], view: FromPath[UUID]) -> Response[Any]:
    """Forget a view."""
    async with acting(parts_of(request).desk_pool, actor_of(request)) as connection:
        await drop_view(connection, view)
    return see("/desk")
