"""What somebody at the console is answered who may not do what they asked: a page, or for a script a problem."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from service import problems
from service.access.errors import NotSignedIn
from service.errors import ServiceError, Unreadable
from service.web.console.accounts.session_over import FormNotTaken
from service.web.console.pages import see
from service.web.headers import with_page_headers
from service.web.languages import BY_CODE
from service.web.pages import page


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether it is a browser that goes to an address, and no script."""
    return "text/html" in request.headers.get("accept", "")


def on_unreadable(request: Request[Any, Any, Any], _error: Exception) -> Response[Any]:
    """Answer a text that cannot be decoded or stored."""
    return on_refusal(request, Unreadable())


def on_refusal(request: Request[Any, Any, Any], error: ServiceError) -> Response[Any]:
    """Answer an error this service raised on purpose."""
    return with_page_headers(_refusal(request, error))


def _refusal(request: Request[Any, Any, Any], error: ServiceError) -> Response[Any]:
    if not wants_page(request):
        return problems.on_service_error(request, error)
    if isinstance(error, FormNotTaken):
        return page(
            "console/session_over.html",
            BY_CODE["en"],
            status=error.answered,
            said=None,
            back=quote(request.scope["path"].rpartition("/")[0]),
            typed=error.typed,
        )
    if isinstance(error, NotSignedIn):
        path = request.scope["path"]
        asked = f"?next={quote(path)}" if request.method == "GET" and path != "/desk" else ""
        return see(f"/desk/sign-in{asked}")
    problems.on_service_error(request, error)
    return page(
        "console/refused.html",
        BY_CODE["en"],
        status=error.status,
        title=HTTPStatus(error.status).phrase,
        said=str(error),
    )
