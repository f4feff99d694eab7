"""`POST /v1/reports`: the way in for all four kinds of reporter."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from litestar import MediaType, Request, Response, post
from litestar.dto import AbstractDTO
from litestar.dto._backend import DTOBackend  # named by the public signature it overrides
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.exceptions import HTTPException
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.params import HeaderParameter, JSONBody
from litestar.typing import FieldDefinition

from schemas.base import Incoming
from schemas.reports import Accepted, Report
from service.access.guards import anyone
from service.access.presented import key_holder
from service.intake.decode import decode_message, decode_report
from service.intake.examples import EXAMPLES
from service.intake.openapi import message_schema, report_schema
from service.intake.request import TimelyRequest
from service.intake.suspicion import UNSUSPECTED
from service.parts import parts_of
from service.problems import refusal


class JsonBody(AbstractDTO[Any]):
    """Reads the body with this service's own decoder, which reports every fault at once.

    Litestar's stops at the first, and would pass the body through Python objects before checking it. A subclass says
    which message of `schemas` it reads.
    """

    kind: ClassVar[type[Incoming]]

    def decode_bytes(self, value: bytes) -> Any:
        content_type = self.asgi_connection.headers.get("content-type", MediaType.JSON.value)
        if content_type.partition(";")[0].strip().lower() != MediaType.JSON.value:
            raise HTTPException(status_code=415)
        return self._decoded(value)

    def _decoded(self, value: bytes) -> Any:
        return decode_message(value, self.kind)

    @classmethod
    def create_for_field_definition(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,
        backend_cls: type[DTOBackend] | None = None,
    ) -> None:
        """Nothing to generate: the Structs of `schemas` are what is decoded."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        return message_schema(cls.kind)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        """Demanded by the interface; there are none."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        return False


class ReportBody(JsonBody):
    """The body of a report, of whichever kind."""

    def _decoded(self, value: bytes) -> Report:
        return decode_report(value)

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        return report_schema()


@dataclass
class _ReportOperation(Operation):
    """Shows one example of each kind of reporter in the OpenAPI document."""

    def __post_init__(self) -> None:
        if isinstance(self.request_body, RequestBody):
            self.request_body.content = {
                media: OpenAPIMediaType(
                    schema=content.schema,
                    examples={
                        name: Example(summary=f"A report from a {name.replace('_', ' ')}", value=example)
                        for name, example in EXAMPLES.items()
                    },
                )
                for media, content in self.request_body.content.items()
            }


@post(
    "/v1/reports",
    opt=anyone,
    dto=ReportBody,
    return_dto=None,
    request_class=TimelyRequest,
    operation_class=_ReportOperation,
    operation_id="sendReport",
    summary="Send a report",
    description=(
        "Takes a report from a taxi driver, venue, rural resident or care worker. The answer comes after the report is"
        " durably stored. Send an Idempotency-Key (a random UUID is best) and repeat the same request with the same key"
        " after a lost connection or a 503: it will never make a second report."
        " An organisation may send its API key as `Authorization: Bearer evk_…`; nothing of it is kept with the report."
        " This is not an emergency service: if somebody is in danger, ring 999."
    ),
    tags=["Reports"],
    response_headers=[],
    responses={
        400: refusal("The body is not JSON, or the Idempotency-Key cannot be used."),
        401: refusal("An API key came with the report and is no good."),
        408: refusal("The body did not arrive within 20 seconds."),
        413: refusal("The body is larger than 128 KiB."),
        415: refusal("The body is not application/json."),
        422: refusal("A field is wrong (see `errors`), or the Idempotency-Key was used for another report."),
        503: refusal(
            "The report could not be stored now. Wait `Retry-After` seconds and repeat with the same key."
        ),
    },
)
async def send_report(
    request: Request[Any, Any, Any],
    data: JSONBody[Report],
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            description="16 to 128 printable ASCII characters, new for each report and the same for each repeat.",
        ),
    ] = None,
) -> Response[Accepted]:
    """Accept one report; see `Intake.accept`."""
    started = time.perf_counter()
    parts = parts_of(request)
    holder = await key_holder(request, "reports:send")
    body = await request.body()
    # Who holds a key answers for what is sent with it.
    suspicion = parts.gate.crowd(request) if holder is None else UNSUSPECTED
    accepted = await parts.intake.accept(data, body, idempotency_key, suspicion)
    parts.metrics.accepted.inc()
    parts.metrics.seconds.observe(time.perf_counter() - started)
    return Response(accepted, headers={"Cache-Control": "no-store"})
