"""A form that comes after its session has ended: nothing of it is done, and what was typed is given back."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from service.access.cross_site import TOKEN_FIELD, from_here
from service.access.errors import CrossSite, NotSignedIn
from service.access.guards import Allow
from service.parts import parts_of

_KEPT: Final = ("text", "why", "note", "tags", "other", "into", "words")
"""The fields that somebody has typed; what was chosen is chosen again."""


class FormNotTaken(NotSignedIn):
    """You were signed out before this was sent, so nothing was changed."""

    def __init__(self, typed: Mapping[str, str], status: int) -> None:
        super().__init__()
        self.typed = typed
        self.answered = status


class KeepingForm(Allow):
    """Lets those pass whom `allow` does. Of anybody else's form it keeps what was typed, to be shown to them again.

    Only of a form that the browser says was sent from this site, so that no other can have its words shown here.
    """

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Raises FormNotTaken, CrossSite or NotAllowed."""
        try:
            await super().__call__(connection, handler)
        except (NotSignedIn, CrossSite) as refused:
            if not isinstance(connection, Request) or not from_here(
                connection, parts_of(connection).desk.site
            ):
                raise
            form = await connection.form()
            if isinstance(refused, CrossSite) and not form.get(TOKEN_FIELD):
                raise
            typed = {name: str(form[name]) for name in _KEPT if form.get(name)}
            raise FormNotTaken(typed, refused.status) from refused


KEEPING_FORM: Final = KeepingForm(frozenset({"coordinator", "lead"}))
"""The guard of a report's forms."""
