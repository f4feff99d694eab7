"""The console's pages: English, kept by nobody, each with the token that its forms send back."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from service.access.actor import Office
from service.access.cross_site import TOKEN_FIELD, page_token
from service.access.guards import signed_in
from service.parts import parts_of
from service.web.languages import BY_CODE
from service.web.pages import page

_ENGLISH: Final = BY_CODE["en"]
START: Final = "/desk"
"""Where the console begins; for those without a team, their office's own page."""
_STARTS: Final[dict[Office | None, str]] = {"administrator": "/desk/people", "auditor": "/desk/audit"}
_LEADS_TO: Final = ("/desk", "/queue")


async def console_page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    cookies: Sequence[Cookie] = (),
    page_of: str | None = None,
    **values: Any,
) -> Response[str]:
    """A page of the console. `page_of` is the cookie its token is for, when that is not the one that came."""
    desk = parts_of(request).desk
    actor = await signed_in(request)
    if page_of is None:
        page_of = actor.token.reveal() if actor else request.cookies.get(desk.site.cookie_name("sign-in"), "")
    answer = page(
        template,
        _ENGLISH,
        status=status,
        actor=actor,
        path=request.scope["path"],
        page_token=page_token(desk.ring, page_of),
        token_field=TOKEN_FIELD,
        **values,
    )
    answer.cookies.extend(cookies)
    return answer


def see(path: str, cookies: Sequence[Cookie] = ()) -> Redirect:
    """Send the browser on with a GET."""
    return Redirect(path, status_code=303, cookies=list(cookies), headers={"Cache-Control": "no-store"})


def safe_next(given: str | None, office: Office | None = None) -> str:
    """Where to go after signing in: an address of the console, whatever was asked for.

    Without one it is where the person's work begins: those of a team have the queue, an office has its own page.
    """
    start = _STARTS.get(office, START)
    if given is None or given == START or "\\" in given or "//" in given or not given.isprintable():
        return start
    return given if given.partition("?")[0].startswith(_LEADS_TO) else start
