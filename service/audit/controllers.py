"""`GET /v1/audit`: the record for another system, such as one that watches for misuse (SIEM)."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from service.access.errors import NotSignedIn
from service.access.guards import anyone
from service.access.presented import key_holder
from service.audit.export import MOST, exported
from service.parts import parts_of
from service.problems import refusal

NDJSON = "application/x-ndjson"


@get(
    "/v1/audit",
    opt=anyone,
    media_type=NDJSON,
    operation_id="readAudit",
    summary="The record, an entry a line",
    description=(
        "Newline-delimited JSON in the names of ECS (schemas/audit.py), the oldest first. Ask again with `after` the"
        " last line's `event.sequence`; an empty answer means that there are no more for now. Needs an API key with"
        " the scope `audit:read`. That it was fetched is on the record."
    ),
    tags=["Audit"],
    responses={
        401: refusal("No API key came, or one that is not for this."),
        400: refusal("`after` is no number."),
    },
)
async def read_audit(
    request: Request[Any, Any, Any],
    after: Annotated[
        int, QueryParameter(ge=0, le=2**63 - 1, description="The last sequence already known.")
    ] = 0,
    most: Annotated[int, QueryParameter(ge=1, le=MOST, description="Lines at most.")] = MOST,
) -> Response[bytes]:
    """For whoever holds such a key. Raises ApiKeyRefused or NotSignedIn."""
    holder = await key_holder(request, "audit:read")
    if holder is None:
        raise NotSignedIn("Send an API key with the scope audit:read.")
    async with parts_of(request).desk_pool.acquire() as connection, connection.transaction():
        lines = await exported(connection, after, by=holder.on_record, most=most)
    body = b"".join(msgspec.json.encode(one) + b"\n" for one in lines)
    return Response(body, headers={"Cache-Control": "no-store"})
