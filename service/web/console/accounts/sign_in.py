"""Signing in, step by step, and out: every step works without script."""

from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote
from uuid import UUID

import segno
from litestar import MediaType, Request, Response, get, post
from litestar.params import QueryParameter

from service.access import accounts, codes, passwords, sessions, sign_in
from service.access.accounts import Account
from service.access.acting import keeping
from service.access.cross_site import refuse_cross_site
from service.access.device import REMEMBERED, device_cookie
from service.access.entrance import Entrance
from service.access.errors import CrossSite, PasswordWeak, SignInOver, SignInRefused, SignInThrottled
from service.access.guards import actor_of, anyone, signed_in, signed_in_only
from service.access.sessions import device_of
from service.access.tokens import new_token
from service.parts import parts_of
from service.web.console.pages import console_page, safe_next, see

Next = Annotated[str | None, QueryParameter(name="next")]
_AGAIN: Final = "This took too long, or was begun in another window. Start again."


@get("/desk/sign-in", opt=anyone, media_type=MediaType.HTML)
async def show_sign_in(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """The first page: who are you?"""
    actor = await signed_in(request)
    if actor is not None:
        return see(safe_next(after, actor.office))
    return await first_page(request, after)


@post("/desk/sign-in", opt=anyone, media_type=MediaType.HTML, status_code=200)
async def take_password(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """Check e-mail address and password."""
    form = await request.form()
    email = str(form.get("email", ""))
    try:
        await checked_cookie(request)
        token = await entrance(request).with_password(email, str(form.get("password", "")))
    except CrossSite:
        return await first_page(request, after, said="This page was too old. Try again.", status=403)
    except (SignInRefused, SignInThrottled) as refused:
        return await first_page(request, after, said=str(refused), email=email, status=refused.status)
    return await onward(request, token, after)


@get("/desk/sign-in/factor", opt=anyone, media_type=MediaType.HTML)
async def show_factor(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """The second page: a code, or a passkey."""
    return await _step_page(request, "factor", after)


@post("/desk/sign-in/factor", opt=anyone, media_type=MediaType.HTML, status_code=200)
async def take_factor(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """Check a code."""
    form = await request.form()
    try:
        token = await checked_cookie(request)
        await entrance(request).with_code(token, str(form.get("code", "")))
    except (SignInOver, CrossSite):
        return await first_page(request, after, said=_AGAIN, status=409)
    except (SignInRefused, SignInThrottled) as refused:
        return await _step_page(request, "factor", after, said=str(refused), status=refused.status)
    return await onward(request, token, after)


@get("/desk/sign-in/password", opt=anyone, media_type=MediaType.HTML)
async def show_new_password(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """A password of one's own, in place of the one-time one."""
    return await _step_page(request, "password", after)


@post("/desk/sign-in/password", opt=anyone, media_type=MediaType.HTML, status_code=200)
async def take_new_password(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """Take a new password."""
    form = await request.form()
    try:
        token = await checked_cookie(request)
        await _set_password(request, token, str(form.get("password", "")))
    except (SignInOver, CrossSite):
        return await first_page(request, after, said=_AGAIN, status=409)
    except PasswordWeak as weak:
        return await _step_page(request, "password", after, said=str(weak), status=weak.status)
    return await onward(request, token, after)


async def _set_password(request: Request[Any, Any, Any], token: str, password: str) -> None:
    async with keeping(parts_of(request).desk_pool) as connection:
        under_way = await sign_in.find(connection, token)
        if under_way.step != "password":
            raise SignInOver
        if await passwords.fits(password, under_way.known.password):
            raise PasswordWeak("Choose a password that is not the one you were given.")
        await accounts.set_password(connection, under_way.known, password)


@get("/desk/sign-in/enrol", opt=anyone, media_type=MediaType.HTML)
async def show_enrolment(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """Set up the second factor, without which nobody gets in."""
    return await _step_page(request, "enrol", after)


@post("/desk/sign-in/enrol", opt=anyone, media_type=MediaType.HTML, status_code=200)
async def take_enrolment(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """Take the first code of an authenticator app, and show the recovery codes, once."""
    form = await request.form()
    try:
        token = await checked_cookie(request)
        enrolled = await _enrol(request, token, str(form.get("code", "")))
    except (SignInOver, CrossSite):
        return await first_page(request, after, said=_AGAIN, status=409)
    except SignInRefused as refused:
        return await _step_page(request, "enrol", after, said=str(refused), status=refused.status)
    return await console_page(
        request,
        "console/recovery_codes.html",
        codes=enrolled.codes,
        after=safe_next(after, enrolled.account.office),
        cookies=_session_cookies(request, enrolled.session, enrolled.account.id),
        page_of=enrolled.session,
    )


class _Enrolled(NamedTuple):
    account: Account
    session: str
    codes: list[str]


async def _enrol(request: Request[Any, Any, Any], token: str, typed: str) -> _Enrolled:
    desk = parts_of(request).desk
    async with keeping(parts_of(request).desk_pool) as connection:
        under_way = await sign_in.find(connection, token)
        if under_way.step != "enrol":
            raise SignInOver
        secret = await sign_in.drafted_secret(connection, desk.ring, under_way)
        number = codes.number_of(secret, typed, desk.clock())
        if number is None:
            raise SignInRefused(
                "This code is not right. Wait for the next one, and check the time on your phone."
            )
        drawn = await accounts.enrol_totp(connection, desk.ring, under_way.known, secret, number)
        await sign_in.factor_shown(connection, token, "code")
        session = await sign_in.finish(connection, await sign_in.find(connection, token), _device(request))
    return _Enrolled(under_way.known, session, drawn)


@post("/desk/sign-out", guards=[signed_in_only], status_code=303)
async def sign_out(request: Request[Any, Any, Any]) -> Response[Any]:
    """End this session."""
    parts, actor = parts_of(request), actor_of(request)
    async with keeping(parts.desk_pool) as connection:
        await sessions.end(connection, actor.account, actor.session, "signed out")
    return see("/desk/sign-in", [parts.desk.site.no_cookie("session")])


async def first_page(
    request: Request[Any, Any, Any],
    after: str | None,
    *,
    said: str | None = None,
    email: str = "",
    status: int = 200,
) -> Response[str]:
    """The page that a sign-in begins with, and with a cookie of its own to tell it from another site's."""
    desk = parts_of(request).desk
    cookie = request.cookies.get(desk.site.cookie_name("sign-in")) or new_token()
    return await console_page(
        request,
        "console/sign_in.html",
        status=status,
        cookies=[desk.site.cookie("sign-in", cookie)],
        page_of=cookie,
        said=said,
        email=email,
        asked=_asked(after),
        provider=desk.provider and desk.provider.name,
        passkeys=desk.site.passkeys,
    )


async def checked_cookie(request: Request[Any, Any, Any]) -> str:
    """The cookie of the sign-in, after checking that one of its own pages sent the request. Raises CrossSite."""
    desk = parts_of(request).desk
    cookie = request.cookies.get(desk.site.cookie_name("sign-in"), "")
    if not cookie:
        raise CrossSite
    await refuse_cross_site(request, desk.site, desk.ring, cookie)
    return cookie


def entrance(request: Request[Any, Any, Any]) -> Entrance:
    """The ways in, as tried by this request's browser."""
    parts = parts_of(request)
    return Entrance(
        parts.desk,
        parts.desk_pool,
        network=parts.desk.networks.bucket(request),
        device=request.cookies.get(parts.desk.site.cookie_name("device"), ""),
    )


async def onward(request: Request[Any, Any, Any], token: str, after: str | None) -> Response[Any]:
    """To the next step, or in."""
    path, cookies = await next_step(request, token, after)
    return see(path, cookies)


async def next_step(request: Request[Any, Any, Any], token: str, after: str | None) -> tuple[str, list[Any]]:
    """Where a sign-in goes on and with which cookies; when nothing is missing, its session begins."""
    parts = parts_of(request)
    before = await signed_in(request)
    async with keeping(parts.desk_pool) as connection:
        under_way = await sign_in.find(connection, token)
        if under_way.step != "done":
            return f"/desk/sign-in/{under_way.step}{_asked(after)}", [
                parts.desk.site.cookie("sign-in", token)
            ]
        session = await sign_in.finish(connection, under_way, _device(request))
        if before is not None:
            await sessions.end(connection, before.account, before.session, "signed out")
    return safe_next(after, under_way.known.office), _session_cookies(request, session, under_way.known.id)


async def _step_page(
    request: Request[Any, Any, Any],
    step: str,
    after: str | None,
    *,
    said: str | None = None,
    status: int = 200,
) -> Response[Any]:
    """The page of one step; the one that is due when that is another."""
    parts = parts_of(request)
    token = request.cookies.get(parts.desk.site.cookie_name("sign-in"), "")
    secret = picture = None
    try:
        async with keeping(parts.desk_pool) as connection:
            under_way = await sign_in.find(connection, token)
            if under_way.step == "enrol":
                secret = await sign_in.drafted_secret(connection, parts.desk.ring, under_way)
                address = codes.enrolment_address(secret, under_way.known.email)
                picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3)
            account, due = under_way.known, under_way.step
    except SignInOver:
        return see(f"/desk/sign-in{_asked(after)}")
    if due != step:
        return await onward(request, token, after)
    return await console_page(
        request,
        f"console/sign_in_{step}.html",
        status=status,
        page_of=token,
        said=said,
        account=account,
        asked=_asked(after),
        secret=secret,
        picture=picture,
        shortest=passwords.SHORTEST,
        passkeys=account.has_passkey and parts.desk.site.passkeys,
    )


def _session_cookies(request: Request[Any, Any, Any], session: str, account: UUID) -> list[Any]:
    desk = parts_of(request).desk
    return [
        desk.site.cookie("session", session),
        desk.site.no_cookie("sign-in"),
        desk.site.cookie("device", device_cookie(desk.ring, account), max_age=REMEMBERED),
    ]


def _device(request: Request[Any, Any, Any]) -> str:
    return device_of(request.headers.get("user-agent", ""))


def _asked(after: str | None) -> str:
    """The part of an address that remembers where somebody wanted to go."""
    path = safe_next(after)
    return "" if after is None or path == "/desk" else f"?next={quote(path)}"
