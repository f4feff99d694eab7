"""The shape of a hand-over package, for whoever reads them: `GET /v1/schemas/handover`."""

from typing import Any, Final

import msgspec
from litestar import Response, get

from schemas.handover import FORMAT, HandOver
from service.access.guards import anyone

SCHEMA_JSON: Final = "application/schema+json"


@get(
    "/v1/schemas/handover",
    opt=anyone,
    media_type=SCHEMA_JSON,
    operation_id="handOverSchema",
    summary="The JSON Schema of a hand-over package",
    tags=["Reports"],
)
async def handover_schema() -> Response[dict[str, Any]]:
    """What `schemas/handover.py` says, for whoever reads packages."""
    return Response({**msgspec.json.schema(HandOver), "$id": FORMAT})
