"""`/metrics`, for whoever holds the token."""

import hmac
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException, ServiceUnavailableException
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.access.guards import anyone
from service.db.away import DATABASE_FAULT
from service.parts import parts_of
from service.problems import refusal
from service.settings import Settings


@get(
    "/metrics",
    opt=anyone,
    operation_id="metrics",
    summary="Prometheus metrics",
    media_type=MediaType.TEXT,
    responses={
        401: refusal("The token is missing or wrong."),
        404: refusal("No token is set, so the page is not served."),
        503: refusal("The database, which knows the outbox, does not answer."),
    },
)
async def metrics_page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The metrics, for whoever holds `EVENLODE_METRICS_TOKEN`; open without one only in the demo."""
    parts = parts_of(request)
    _allow(parts.settings, request.headers.get("authorization", ""))
    try:
        await parts.metrics.read_outbox(parts.pool)
    except DATABASE_FAULT as away:
        raise ServiceUnavailableException from away
    return Response(
        generate_latest(parts.metrics.registry),
        media_type=CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )


def _allow(settings: Settings, authorization: str) -> None:
    if settings.metrics_token is None:
        if settings.demo:
            return
        raise NotFoundException
    expected = f"Bearer {settings.metrics_token.reveal()}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})
