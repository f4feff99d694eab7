"""Refusing requests that another site made a browser send.

Two things, each enough by itself: where the browser says the request comes from, and a token of the session that
only this service's own pages hold (OWASP, Cross-Site Request Forgery Prevention).
"""

import hmac
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request

from service.access.errors import CrossSite
from service.access.site import Site
from service.access.tokens import token_hash
from service.keys import KeyRing

TOKEN_FIELD: Final = "_token"  # noqa: S105  the name of a field
TOKEN_HEADER: Final = "X-Evenlode-Token"  # noqa: S105  the name of a header
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def page_token(ring: KeyRing, cookie: str) -> str:
    """The token of the pages shown to one cookie: changes whenever the cookie does, and is kept nowhere."""
    return ring.mark("page-token", token_hash(cookie).hex()).hex()


async def refuse_cross_site(request: Request[Any, Any, Any], site: Site, ring: KeyRing, cookie: str) -> None:
    """Let a request that changes something pass only from a page of this service. Raises CrossSite.

    A form carries the page's token as a field, a script as a header, which no other site can add.
    """
    if request.method in _SAFE:
        return
    if not from_here(request, site):
        raise CrossSite
    given = request.headers.get(TOKEN_HEADER.lower())
    if given is None and request.headers.get("content-type", "").startswith(_FORMS):
        field = (await request.form()).get(TOKEN_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(), page_token(ring, cookie).encode()):
        raise CrossSite


def from_here(request: Request[Any, Any, Any], site: Site) -> bool:
    """What the browser says of where the request comes from. One that says nothing is left to the token."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin == site.origin or urlsplit(origin).netloc == request.headers.get("host")
