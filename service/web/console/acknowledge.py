"""Where the link in an urgent e-mail leads: acknowledging one notification without signing in.

The token stands in the part of the address that no server is sent, so neither a log nor a proxy on the way keeps it,
and looking at the address changes nothing: mail scanners do. The page takes it from there into a form.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from schemas.triage import Acknowledge
from service.access.guards import anyone
from service.intake.decode import forbidden_in
from service.parts import parts_of
from service.triage.acknowledgement import AcknowledgementRefused, Asked, acknowledge_delivery, asked
from service.web.console.pages import console_page
from service.web.console.told import Telling

_PATH: Final = "/acknowledge/{delivery:uuid}"


@get(_PATH, opt=anyone, media_type=MediaType.HTML)
async def show_acknowledge(request: Request[Any, Any, Any], delivery: FromPath[UUID]) -> Response[Any]:
    """Ask for the code of the link, which a script puts in by itself. Says nothing of any notification."""
    return await _page(request, delivery)


@post(_PATH, opt=anyone, media_type=MediaType.HTML, status_code=200)
async def take_acknowledge(request: Request[Any, Any, Any], delivery: FromPath[UUID]) -> Response[Any]:
    """Show what the link asks, or take the answer. A link that is no good is refused alike, whatever is wrong."""
    parts = parts_of(request)
    given = {name: value.strip() for name, value in (await request.form()).items() if isinstance(value, str)}
    # A link that is pasted as a whole is meant by its end.
    token = given.get("token", "").rpartition("#")[2]
    said = {
        name: given[name].replace("\r\n", "\n")
        for name in ("verdict", "their_reference", "note")
        if given.get(name)
    }
    found: Asked | None = None
    try:
        found = await asked(parts.pool, delivery, token)
        if "verdict" not in said:
            return await _page(request, delivery, token=token, asked=found)
        if said["verdict"] == "outcome" and "note" not in said:
            return await _page(
                request, delivery, token=token, asked=found, form=said, said="Say what came of it."
            )
        answer = _answer_of(said, token)
        await acknowledge_delivery(
            parts.pool,
            delivery,
            api_key=None,
            token=token,
            verdict=answer.verdict,
            their_reference=answer.their_reference,
            note=answer.note,
        )
    except AcknowledgementRefused:
        return await _page(request, delivery, refused=True)
    except msgspec.ValidationError:
        return await _page(
            request,
            delivery,
            token=token,
            asked=found,
            form=said,
            said="Something is longer than it may be, or holds a character that cannot be kept.",
        )
    return await _page(request, delivery, token=token, asked=found, done=answer.verdict)


def _answer_of(said: Mapping[str, str], token: str) -> Acknowledge:
    """Raises ValidationError."""
    if any(map(forbidden_in, said.values())):
        raise msgspec.ValidationError
    return msgspec.convert({**said, "token": token}, Acknowledge)


async def _page(
    request: Request[Any, Any, Any],
    delivery: UUID,
    *,
    refused: bool = False,
    said: str | None = None,
    **values: Any,
) -> Response[Any]:
    parts = parts_of(request)
    return await console_page(
        request,
        "console/acknowledge.html",
        status=403 if refused else 422 if said else 200,
        said=said,
        refused=refused,
        delivery=delivery,
        labels={code: grade.label for code, grade in parts.intake.policy.grades.items()},
        tell=Telling(parts.intake.policy, parts.clock(), {}),
        **values,
    )
