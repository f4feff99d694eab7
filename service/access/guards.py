"""Who may call a route. One that declares nothing keeps the application from starting.

@get("/desk/people", guards=[allow("administrator")])      somebody signed in who holds one of the roles
@get("/desk/sign-in", opt=anyone)                          whoever asks
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from service.access.actor import ROLES, Actor, Role
from service.access.cross_site import refuse_cross_site
from service.access.errors import CrossSite, NotAllowed, NotSignedIn
from service.access.presented import actor_of_token, record_refusal, session_token
from service.parts import parts_of

_OPT: Final = "who"
_BY_ITSELF: Final = "by_itself"
_ACTOR: Final = "actor"
"""Where a request keeps who sent it, once that is known."""
anyone: Final[Mapping[str, Any]] = {_OPT: "anyone"}
"""`opt` of a route that answers whoever asks."""
by_itself: Final[Mapping[str, Any]] = {_BY_ITSELF: True}
"""`opt` of a route that an open page asks by itself: that is no use of the session, which ends when nobody acts."""


class AccessUndeclared(RuntimeError):
    """A route says nothing of who may call it."""


class Allow:
    """Lets an actor pass who holds one of `roles`; the handler finds it with `actor_of`."""

    def __init__(self, roles: frozenset[str]) -> None:
        self.roles = roles

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Raises NotSignedIn, CrossSite or NotAllowed; who is known by a session is on the record with it."""
        if not isinstance(connection, Request):
            raise NotAllowed
        in_use = not handler.opt.get(_BY_ITSELF, False)
        actor = await signed_in(connection, in_use=in_use)
        if actor is None:
            if in_use:
                await record_refusal(connection, "session_over")
            raise NotSignedIn
        desk = parts_of(connection).desk
        try:
            await refuse_cross_site(connection, desk.site, desk.ring, actor.token.reveal())
        except CrossSite:
            await record_refusal(connection, "cross_site")
            raise
        if not self.roles & actor.roles:
            await record_refusal(connection, "not_allowed")
            raise NotAllowed


def allow(*roles: Role) -> Allow:
    """A guard for those who hold one of the roles."""
    if not roles or not set(roles) <= set(ROLES):
        raise ValueError(f"a route is for some of {ROLES}, not for {roles}")
    return Allow(frozenset(roles))


signed_in_only: Final = allow(*ROLES)
"""A guard for whoever is signed in."""


async def signed_in(request: Request[Any, Any, Any], *, in_use: bool = True) -> Actor | None:
    """Who sent this request, or None for somebody not signed in. The database is asked once a request."""
    kept = request.scope["state"]
    if _ACTOR not in kept:
        token = session_token(request)
        found = await actor_of_token(parts_of(request).desk_pool, token, in_use=in_use) if token else None
        kept[_ACTOR] = found
    actor: Actor | None = kept[_ACTOR]
    return actor


def actor_of(request: Request[Any, Any, Any]) -> Actor:
    """The actor whom the route's guard let pass."""
    actor: Actor = request.scope["state"][_ACTOR]
    return actor


def declared(handler: BaseRouteHandler) -> frozenset[str] | None:
    """The roles a route is for; empty when it is for anyone, None when it says nothing."""
    for guard in handler.resolve_guards():
        if isinstance(guard, Allow):
            return guard.roles
    return frozenset() if handler.opt.get(_OPT) == anyone[_OPT] else None


def routes(app: Litestar) -> Iterator[tuple[str, str, BaseRouteHandler]]:
    """Every route as (path, handler's name, handler). What Litestar adds to answer OPTIONS tells methods alone."""
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        for handler in handlers:
            if handler.fn.__qualname__.startswith("HTTPRoute.create_options_handler"):
                continue
            yield route.path, handler.handler_name, handler


def refuse_undeclared(app: Litestar) -> None:
    """Raises AccessUndeclared when a route is left open by having been forgotten."""
    forgotten = sorted(f"{path} ({name})" for path, name, handler in routes(app) if declared(handler) is None)
    if forgotten:
        raise AccessUndeclared(
            f"{', '.join(forgotten)}: say who may, with guards=[allow(...)] or opt=anyone (service/access/guards.py)"
        )
