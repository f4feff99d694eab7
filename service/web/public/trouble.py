"""Errors as pages, for people: the same answer as a problem document, in words that say what to do now."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

import structlog
from litestar import MediaType, Request, Response

from service.texts import N_
from service.web.headers import with_page_headers
from service.web.languages import language_and_path
from service.web.pages import render

_FOR_PROGRAMS: Final = ("/v1/", "/health/", "/metrics", "/schema")
_log = structlog.get_logger()

_Error = TypeVar("_Error", bound=Exception)
_Handler = Callable[[Request[Any, Any, Any], _Error], Response[Any]]


class Trouble(NamedTuple):
    """What a page says of one kind of error."""

    title: str
    says: str


_NOT_HERE: Final = Trouble(
    N_("There is no such page"), N_("The address may have a mistake in it. Start from the first page.")
)
_TROUBLES: Final = {
    404: _NOT_HERE,
    405: _NOT_HERE,
    413: Trouble(
        N_("This is too much at once"),
        N_("Press back. Write a shorter text, or send fewer or smaller photos. Nothing has been sent yet."),
    ),
    429: Trouble(
        N_("Please wait a little"),
        N_("Too many tries at once. Wait a minute, then press back and try again."),
    ),
    503: Trouble(
        N_("It does not work just now"),
        N_("Nothing has been sent yet. Wait a minute, then press back and send it again."),
    ),
}
_OTHERWISE: Final = Trouble(
    N_("Something went wrong on our side"),
    N_("Press back and send it again. If it was sent already, it counts only once."),
)
_REFUSED: Final = Trouble(
    N_("This could not be read"), N_("Press back and try again, or start from the first page.")
)


def for_people(handler: _Handler[_Error]) -> _Handler[_Error]:
    """The handler of an error whose answer is a page when a browser asked for one, outside the programs' addresses."""

    def answer(request: Request[Any, Any, Any], error: _Error) -> Response[Any]:
        given = handler(request, error)
        if request.scope["path"].startswith(_FOR_PROGRAMS):
            return given
        with_page_headers(given)
        if "text/html" in request.headers.get("accept", ""):
            return _as_page(request, given)
        return given

    return answer


def _as_page(request: Request[Any, Any, Any], given: Response[Any]) -> Response[Any]:
    status = given.status_code or 500
    trouble = _TROUBLES.get(status, _OTHERWISE if status >= 500 else _REFUSED)
    language, _ = language_and_path(request.scope["path"])
    try:
        shown = render("public/trouble.html", language, trouble=trouble, path="/")
    except Exception as broken:  # noqa: BLE001 - a broken template must not hide the first error
        _log.error("trouble.page", exc_info=broken)
        return given
    return Response(
        shown,
        status_code=status,
        media_type=MediaType.HTML,
        headers={**given.headers, "Content-Language": language.code},
    )
