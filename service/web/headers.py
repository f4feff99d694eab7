"""What every page tells the browser it may do: as good as nothing."""

from typing import Any, Final

from litestar import Response

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " media-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
PAGE_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def with_page_headers(response: Response[Any]) -> Response[Any]:
    """A page with the headers, for an answer to an error, which no hook sees."""
    for name, value in PAGE_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def add_page_headers(response: Response) -> Response:  # type: ignore[type-arg]
    """Add the headers to a page before it is sent."""
    return with_page_headers(response)
