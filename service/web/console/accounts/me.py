"""One's own account: where one is signed in, passkeys, password, recovery codes."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, JSONBody

from service.access import accounts, passkeys, passwords, sessions, sign_in
from service.access.accounts import Account
from service.access.acting import keeping
from service.access.actor import Actor
from service.access.errors import NotSignedIn, PasswordWeak, SignInOver, SignInRefused, SignInThrottled
from service.access.guards import actor_of, signed_in_only
from service.access.sessions import device_of
from service.access.throttle import of_account
from service.clock import utc_now
from service.parts import parts_of
from service.web.console.pages import console_page, see
from service.web.console.told import Telling

_FRESH: Final = timedelta(minutes=15)
_LENGTH: Final = timedelta(hours=12)
_LONGEST_NAME: Final = 60


class SignInAgain(SignInRefused):
    """You signed in a while ago. Sign out and in again to change how you sign in."""

    code = "sign-in-again"
    status = 403


class PasskeyMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser answered, and what its owner calls it."""

    name: str
    credential: dict[str, Any]


@get("/desk/me", guards=[signed_in_only], media_type=MediaType.HTML)
async def show_me(request: Request[Any, Any, Any]) -> Response[Any]:
    """One's own account."""
    return await _page(request)


@post("/desk/me/password", guards=[signed_in_only], media_type=MediaType.HTML, status_code=200)
async def change_password(request: Request[Any, Any, Any]) -> Response[Any]:
    """Another password. This session gets a new token; the others end."""
    parts, actor, form = parts_of(request), actor_of(request), await request.form()
    counted = of_account(f"own-password:{parts.desk.ring.mark('tries', str(actor.account)).hex()}")
    device = device_of(request.headers.get("user-agent", ""))
    try:
        await parts.desk.throttle.begin(counted)
        async with keeping(parts.desk_pool) as connection:
            account = await _account(connection, actor)
            await _same_person(account, str(form.get("password", "")))
            await accounts.set_password(connection, account, str(form.get("new_password", "")))
            await sessions.end_all(connection, account.id, "password changed")
            token = await sessions.start(connection, account.id, "password changed", device)
    except (SignInRefused, SignInThrottled, PasswordWeak) as refused:
        return await _page(request, said=str(refused), status=refused.status)
    await parts.desk.throttle.succeeded(counted)
    return see("/desk/me", [parts.desk.site.cookie("session", token)])


@post("/desk/me/sessions/{session:uuid}/end", guards=[signed_in_only], status_code=303)
async def end_session(request: Request[Any, Any, Any], session: FromPath[UUID]) -> Response[Any]:
    """End one of one's own sessions."""
    actor = actor_of(request)
    async with keeping(parts_of(request).desk_pool) as connection:
        await sessions.end(connection, actor.account, session, "ended by its owner")
    return see("/desk/me")


@post("/desk/me/sessions/end-others", guards=[signed_in_only], status_code=303)
async def end_other_sessions(request: Request[Any, Any, Any]) -> Response[Any]:
    """End all of one's own sessions but this one."""
    actor = actor_of(request)
    async with keeping(parts_of(request).desk_pool) as connection:
        await sessions.end_all(connection, actor.account, "ended by its owner", but=actor.session)
    return see("/desk/me")


@post("/desk/me/recovery-codes", guards=[signed_in_only], media_type=MediaType.HTML, status_code=200)
async def renew_recovery_codes(request: Request[Any, Any, Any]) -> Response[Any]:
    """New recovery codes, shown once, in place of those before."""
    parts, actor = parts_of(request), actor_of(request)
    _refuse_stale(actor)
    async with keeping(parts.desk_pool) as connection:
        drawn = await accounts.new_recovery_codes(
            connection, parts.desk.ring, await _account(connection, actor)
        )
    return await console_page(request, "console/recovery_codes.html", codes=drawn, after="/desk/me")


@post("/desk/me/passkeys/options", guards=[signed_in_only], status_code=200)
async def ask_for_new_passkey(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """What to ask the browser for, to make a passkey."""
    parts, actor = parts_of(request), actor_of(request)
    _refuse_stale(actor)
    challenge = passkeys.new_challenge()
    async with keeping(parts.desk_pool) as connection:
        account = await _account(connection, actor)
        # Kept as a sign-in of this session's own token: it leads nowhere without a factor, and runs out.
        await sign_in.begin(connection, actor.token.reveal(), "passkey", account.id, challenge)
        known = await accounts.passkeys(connection, account.id)
    return _json(passkeys.making(parts.desk.site, challenge, account, known))


@post("/desk/me/passkeys", guards=[signed_in_only], status_code=201)
async def add_passkey(
    request: Request[Any, Any, Any], data: JSONBody[PasskeyMade]
) -> Response[dict[str, Any]]:
    """Keep a passkey that the browser has made."""
    parts, actor = parts_of(request), actor_of(request)
    _refuse_stale(actor)
    token = actor.token.reveal()
    async with keeping(parts.desk_pool) as connection:
        under_way = await sign_in.find(connection, token)
        if under_way.challenge is None:
            raise SignInOver
        made = passkeys.made(parts.desk.site, under_way.challenge, data.credential)
        name = " ".join(data.name.split())[:_LONGEST_NAME] or "Passkey"
        await accounts.add_passkey(connection, under_way.known, *made, name)
        await sign_in.set_challenge(connection, token, None)
        # Whoever else is signed in as this person was so before it was known that they may not be.
        await sessions.end_all(connection, actor.account, "factor changed", but=actor.session)
    return Response({"to": "/desk/me"}, status_code=201, media_type=MediaType.JSON)


@post("/desk/me/passkeys/{passkey:uuid}/remove", guards=[signed_in_only], status_code=303)
async def remove_passkey(request: Request[Any, Any, Any], passkey: FromPath[UUID]) -> Response[Any]:
    """Forget a passkey, unless nothing else would be left to sign in with."""
    parts, actor = parts_of(request), actor_of(request)
    _refuse_stale(actor)
    async with keeping(parts.desk_pool) as connection:
        account = await _account(connection, actor)
        removed = await accounts.remove_passkey(connection, account, passkey)
        if removed:
            await sessions.end_all(connection, actor.account, "factor changed", but=actor.session)
    if not removed:
        return await _page(
            request, said="This is the only second factor you have. Add another one first.", status=409
        )
    return see("/desk/me")


async def _account(connection: asyncpg.Connection, actor: Actor) -> Account:
    account = await accounts.by_id(connection, actor.account)
    if account is None:
        raise NotSignedIn
    return account


async def _same_person(account: Account, password: str) -> None:
    """Raises SignInRefused for somebody who sits down at a screen left open."""
    if not await passwords.fits(password, account.password):
        raise SignInRefused("Your password now is another one.")


async def _page(
    request: Request[Any, Any, Any], *, said: str | None = None, status: int = 200
) -> Response[Any]:
    parts, actor = parts_of(request), actor_of(request)
    async with keeping(parts.desk_pool) as connection:
        account = await _account(connection, actor)
        mine = await sessions.own(connection, actor.account)
        keys = await accounts.passkeys(connection, actor.account)
    return await console_page(
        request,
        "console/me.html",
        status=status,
        said=said,
        account=account,
        sessions=mine,
        tell=Telling(parts.intake.policy, parts.clock(), {}),
        keys=keys,
        fresh=_fresh(actor),
        can_make_passkeys=parts.desk.site.passkeys,
        shortest=passwords.SHORTEST,
    )


def _fresh(actor: Actor) -> bool:
    """Whether the person showed who they are a short while ago: a screen left open is not enough for some things."""
    return utc_now() - (actor.expires_at - _LENGTH) < _FRESH


def _refuse_stale(actor: Actor) -> None:
    if not _fresh(actor):
        raise SignInAgain


def _json(content: dict[str, Any]) -> Response[dict[str, Any]]:
    return Response(content, media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})
