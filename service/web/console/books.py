"""The books: whether everybody who had to be told was told, and what to do where somebody was not."""

from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from service.access.acting import acting
from service.access.actor import COORDINATION
from service.access.guards import actor_of, allow
from service.parts import parts_of
from service.triage import books
from service.triage.errors import NotPossibleNow, ReasonNeeded
from service.web.console.pages import console_page, see
from service.web.console.told import Telling

_PATH: Final = "/desk/books"
_DAYS: Final = 7
_EARLIEST: Final = date(2000, 1, 1)
_LEADS: Final = allow("lead")


@get(_PATH, guards=[allow("lead", "administrator")], media_type=MediaType.HTML)
async def show_books(request: Request[Any, Any, Any]) -> Response[Any]:
    """A week of the books, one day of it by recipient and channel, and what has to be acted on."""
    return await _page(request)


@post(f"{_PATH}/{{letter:uuid}}/retry", guards=[_LEADS], media_type=MediaType.HTML, status_code=200)
async def retry_dead(request: Request[Any, Any, Any], letter: FromPath[UUID]) -> Response[Any]:
    """Send a notification that was given up again."""
    return await _settle(request, letter, "retry")


@post(f"{_PATH}/{{letter:uuid}}/phoned", guards=[_LEADS], media_type=MediaType.HTML, status_code=200)
async def note_call(request: Request[Any, Any, Any], letter: FromPath[UUID]) -> Response[Any]:
    """Note that its recipient was told by telephone, and what was said."""
    return await _settle(request, letter, "phoned")


async def _settle(request: Request[Any, Any, Any], letter: UUID, how: Any) -> Response[Any]:
    why = str((await request.form()).get("why", "")).strip() or None
    try:
        async with acting(parts_of(request).desk_pool, actor_of(request)) as connection:
            await books.settle(connection, letter, how, why)
    except (NotPossibleNow, ReasonNeeded) as refused:
        return await _page(request, said=str(refused), status=refused.status)
    return see(_PATH)


async def _page(
    request: Request[Any, Any, Any], *, said: str | None = None, status: int = 200
) -> Response[Any]:
    parts, actor = parts_of(request), actor_of(request)
    zone = ZoneInfo(parts.intake.policy.partnership.timezone)
    desk_lead = actor.teams.get(COORDINATION) == "lead"
    last = _last(request.query_params.get("to"), parts.clock().astimezone(zone).date())
    async with acting(parts.desk_pool, actor) as connection:
        week = await books.days(
            connection,
            last=last,
            number=_DAYS,
            zone=zone,
            everybody=desk_lead or actor.office == "administrator",
        )
        dead = await books.dead(connection) if actor.teams else []
        untold = await books.untold(connection) if desk_lead else []
    chosen = request.query_params.get("day", "")
    return await console_page(
        request,
        "console/books.html",
        status=status,
        said=said,
        days=week,
        day=next((one for one in week if one.day.isoformat() == chosen), week[0]),
        last=last,
        earlier=date.fromordinal(last.toordinal() - _DAYS),
        dead=dead,
        untold=untold,
        desk_lead=desk_lead,
        all_balanced=all(one.balanced for one in week),
        tell=Telling(parts.intake.policy, parts.clock(), {}),
    )


def _last(asked: str | None, today: date) -> date:
    """The last day asked for; today when none was, or it cannot be meant."""
    try:
        chosen = date.fromisoformat(asked or "")
    except ValueError:
        return today
    return chosen if _EARLIEST <= chosen <= today else today
