"""Signing in with a passkey, which takes a script, and at an identity provider, which takes another site."""

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from service.access import sign_in
from service.access.acting import keeping
from service.access.errors import SignInOver, SignInRefused
from service.access.guards import anyone
from service.access.oidc import Provider, ProviderAway
from service.access.tokens import new_token
from service.parts import parts_of
from service.web.console.accounts.sign_in import Next, checked_cookie, entrance, first_page, next_step, onward
from service.web.console.pages import safe_next, see


class PasskeyAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page asks before it asks the browser: as the first thing, or after a password?"""

    as_factor: bool


class PasskeyShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser answered, as WebAuthn puts it into JSON."""

    credential: dict[str, Any]
    next: str | None = None


@post("/desk/sign-in/passkey/options", opt=anyone, status_code=200)
async def ask_for_passkey(
    request: Request[Any, Any, Any], data: JSONBody[PasskeyAsked]
) -> Response[dict[str, Any]]:
    """What to ask the browser for."""
    token = await checked_cookie(request)
    return _json(await entrance(request).ask_for_passkey(token, as_factor=data.as_factor))


@post("/desk/sign-in/passkey", opt=anyone, status_code=200)
async def take_passkey(
    request: Request[Any, Any, Any], data: JSONBody[PasskeyShown]
) -> Response[dict[str, Any]]:
    """Check a passkey; answers with where to go."""
    token = await checked_cookie(request)
    await entrance(request).with_passkey(token, data.credential)
    path, cookies = await next_step(request, token, data.next)
    answer = _json({"to": path})
    answer.cookies.extend(cookies)
    return answer


@get("/desk/sign-in/provider", opt=anyone, media_type=MediaType.HTML)
async def go_to_provider(request: Request[Any, Any, Any], after: Next = None) -> Response[Any]:
    """Send the browser to the identity provider."""
    parts = parts_of(request)
    if parts.desk.provider is None:
        return see("/desk/sign-in")
    try:
        address, kept = await parts.desk.provider.begin()
    except ProviderAway as away:
        return await first_page(request, after, said=str(away), status=away.status)
    token = new_token()
    async with keeping(parts.desk_pool) as connection:
        await sign_in.begin(
            connection, token, "oidc", None, msgspec.json.encode(_Kept(kept, safe_next(after)))
        )
    return see(address, [parts.desk.site.cookie("sign-in", token)])


@get("/desk/sign-in/provider/back", opt=anyone, media_type=MediaType.HTML)
async def back_from_provider(
    request: Request[Any, Any, Any],
    given_state: Annotated[str, QueryParameter(name="state")] = "",
    code: FromQuery[str] = "",
) -> Response[Any]:
    """Take what the provider says of who came back."""
    token = request.cookies.get(parts_of(request).desk.site.cookie_name("sign-in"), "")
    try:
        provider, kept = await _kept_meanwhile(request, token)
        vouched = await provider.finish(kept.flow, given_state, code)
        await entrance(request).with_provider(token, vouched)
        return await onward(request, token, kept.next)
    except (SignInOver, SignInRefused, ProviderAway) as refused:
        return await first_page(request, None, said=str(refused), status=refused.status)


class _Kept(msgspec.Struct, frozen=True):
    """What is kept while somebody is at the provider."""

    flow: bytes
    next: str


async def _kept_meanwhile(request: Request[Any, Any, Any], token: str) -> tuple[Provider, _Kept]:
    """What was kept while somebody was at the provider: used up, whatever comes of it. Raises SignInOver."""
    parts = parts_of(request)
    async with keeping(parts.desk_pool) as connection:
        under_way = await sign_in.find(connection, token)
        if parts.desk.provider is None or under_way.method != "oidc" or under_way.challenge is None:
            raise SignInOver
        await sign_in.set_challenge(connection, token, None)
    return parts.desk.provider, msgspec.json.decode(under_way.challenge, type=_Kept)


def _json(content: dict[str, Any]) -> Response[dict[str, Any]]:
    return Response(content, media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})
