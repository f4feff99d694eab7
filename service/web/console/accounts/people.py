"""The people of the console, for administrators: added, given teams and roles, disabled, reset."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from service.access import people, teams
from service.access.acting import keeping
from service.access.actor import Office, TeamRole
from service.access.errors import AccountExists, AccountNeedsWork, LastAdministrator, OwnAccount, TeamUnknown
from service.access.guards import actor_of, allow
from service.access.people import Rights
from service.parts import parts_of
from service.web.console.pages import console_page, see
from service.web.console.told import Telling

_ADMINISTRATOR = allow("administrator")
_OFFICES = ("auditor", "administrator")
_TEAM_ROLES = ("coordinator", "lead")


@get("/desk/people", guards=[_ADMINISTRATOR], media_type=MediaType.HTML)
async def show_people(request: Request[Any, Any, Any]) -> Response[Any]:
    """Everybody, and a form to add somebody."""
    return await _everybody(request)


@post("/desk/people", guards=[_ADMINISTRATOR], media_type=MediaType.HTML, status_code=200)
async def add_person(request: Request[Any, Any, Any]) -> Response[Any]:
    """Add an account; its one-time password is on the page that answers, and nowhere else."""
    parts, actor = parts_of(request), actor_of(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    email, name = form.get("email", "").strip(), " ".join(form.get("name", "").split())
    if "@" not in email.strip("@") or not name or len(name) > 80 or not name.isprintable():
        return await _everybody(request, said="Give a name and an e-mail address.", form=form, status=422)
    invited = form.get("way") == "provider" and parts.desk.provider is not None
    try:
        async with keeping(parts.desk_pool, actor) as connection:
            account, once = await people.add(
                connection, email, name, _rights(form), invited=invited, by=actor.on_record
            )
    except (AccountExists, AccountNeedsWork, TeamUnknown) as refused:
        return await _everybody(request, said=str(refused), form=form, status=refused.status)
    return await _person(request, account, once=once, added=True)


@get("/desk/people/{account:uuid}", guards=[_ADMINISTRATOR], media_type=MediaType.HTML)
async def show_person(request: Request[Any, Any, Any], account: FromPath[UUID]) -> Response[Any]:
    """One account."""
    return await _person(request, account)


@post(
    "/desk/people/{account:uuid}/rights", guards=[_ADMINISTRATOR], media_type=MediaType.HTML, status_code=200
)
async def change_rights(request: Request[Any, Any, Any], account: FromPath[UUID]) -> Response[Any]:
    """Give an account other teams, roles or another office; its sessions end."""
    actor = actor_of(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        _refuse_own(request, account)
        async with keeping(parts_of(request).desk_pool, actor) as connection:
            await people.one(connection, account)
            await people.set_rights(connection, account, _rights(form), by=actor.on_record)
    except (AccountNeedsWork, TeamUnknown, LastAdministrator, OwnAccount) as refused:
        return await _person(request, account, said=str(refused), status=refused.status)
    return see(f"/desk/people/{account}")


@post(
    "/desk/people/{account:uuid}/disable", guards=[_ADMINISTRATOR], media_type=MediaType.HTML, status_code=200
)
async def disable_person(request: Request[Any, Any, Any], account: FromPath[UUID]) -> Response[Any]:
    """Let an account in no more."""
    actor = actor_of(request)
    try:
        _refuse_own(request, account)
        async with keeping(parts_of(request).desk_pool, actor) as connection:
            await people.disable(connection, account, by=actor.on_record)
    except (LastAdministrator, OwnAccount) as refused:
        return await _person(request, account, said=str(refused), status=refused.status)
    return see(f"/desk/people/{account}")


@post("/desk/people/{account:uuid}/enable", guards=[_ADMINISTRATOR], status_code=303)
async def enable_person(request: Request[Any, Any, Any], account: FromPath[UUID]) -> Response[Any]:
    """Let a disabled account in again."""
    actor = actor_of(request)
    async with keeping(parts_of(request).desk_pool, actor) as connection:
        await people.enable(connection, account, by=actor.on_record)
    return see(f"/desk/people/{account}")


@post(
    "/desk/people/{account:uuid}/reset", guards=[_ADMINISTRATOR], media_type=MediaType.HTML, status_code=200
)
async def reset_person(request: Request[Any, Any, Any], account: FromPath[UUID]) -> Response[Any]:
    """Take away password and second factors; the new one-time password is on the page that answers."""
    actor = actor_of(request)
    try:
        _refuse_own(request, account)
        async with keeping(parts_of(request).desk_pool, actor) as connection:
            once = await people.reset(connection, account, by=actor.on_record)
    except OwnAccount as refused:
        return await _person(request, account, said=str(refused), status=refused.status)
    return await _person(request, account, once=once)


def _refuse_own(request: Request[Any, Any, Any], account: UUID) -> None:
    if actor_of(request).account == account:
        raise OwnAccount


def _rights(form: Mapping[str, str]) -> Rights:
    """What a form gives: `team.CODE` is the role in a team, `office` an office."""
    given = {
        name.removeprefix("team."): cast("TeamRole", value)
        for name, value in form.items()
        if name.startswith("team.") and value in _TEAM_ROLES
    }
    office = form.get("office")
    return Rights(given, cast("Office", office) if office in _OFFICES else None)


async def _everybody(
    request: Request[Any, Any, Any],
    *,
    said: str | None = None,
    form: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[Any]:
    parts = parts_of(request)
    async with keeping(parts.desk_pool, actor_of(request)) as connection:
        everybody, every_team = await people.every(connection), await teams.every(connection)
    return await console_page(
        request,
        "console/people.html",
        status=status,
        said=said,
        form=form or {},
        people=everybody,
        tell=Telling(parts.intake.policy, parts.clock(), {}),
        teams=[team for team in every_team if team.retired_at is None],
        provider=parts.desk.provider and parts.desk.provider.name,
    )


async def _person(
    request: Request[Any, Any, Any],
    account: UUID,
    *,
    said: str | None = None,
    once: str | None = None,
    added: bool = False,
    status: int = 200,
) -> Response[Any]:
    async with keeping(parts_of(request).desk_pool, actor_of(request)) as connection:
        person, every_team = await people.one(connection, account), await teams.every(connection)
    return await console_page(
        request,
        "console/person.html",
        status=status,
        said=said,
        once=once,
        added=added,
        person=person,
        teams=[team for team in every_team if team.retired_at is None or team.code in person.teams],
        own=account == actor_of(request).account,
    )
