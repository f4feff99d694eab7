"""Requests whose body must come whole, and within a time."""

import asyncio
from typing import Any, Final

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, InternalServerException

from service.errors import FieldFault, ReportMalformed

BODY_WITHIN: Final = 20.0
"""Seconds for a body to arrive. 128 KiB take 15 on a slow phone; a body that never ends would hold a connection of
which the server has about a thousand."""


class BodyTooSlow(ClientException):
    """The body did not arrive in time."""

    status_code = 408


class TimelyRequest(Request[Any, Any, Any]):
    """Litestar's request with a limit to how long its body may take, and a refusal of one that is cut off."""

    async def body(self) -> bytes:
        """The body, read once.

        Raises BodyTooSlow after BODY_WITHIN seconds, and ReportMalformed when the connection or the chunks of the body
        end before it does: that is the sender's doing, not a fault of this service.
        """
        try:
            async with asyncio.timeout(BODY_WITHIN):
                return await super().body()
        except TimeoutError:
            raise BodyTooSlow from None
        except InternalServerException:
            raise _broken_off() from None

    async def form(self) -> FormMultiDict:
        """The fields of a form, within the same time. Raises as `body` does."""
        try:
            async with asyncio.timeout(BODY_WITHIN):
                return await super().form()
        except TimeoutError:
            raise BodyTooSlow from None
        except InternalServerException:
            raise _broken_off() from None


def _broken_off() -> ReportMalformed:
    return ReportMalformed([FieldFault("", "The body ended before it was whole.")])
