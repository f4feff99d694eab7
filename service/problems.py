"""The one place where errors become problem documents (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import asyncpg
import structlog
from litestar import MediaType, Request, Response, get
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from schemas.problems import FieldProblem, Problem
from service.access.errors import ApiKeyRefused, CrossSite, NotAllowed, NotSignedIn, SignInThrottled
from service.access.guards import anyone
from service.errors import (
    FieldFault,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    ReportInvalid,
    ReportMalformed,
    ServiceError,
    StorageUnavailable,
    Unreadable,
)
from service.followup.errors import (
    ConversationFull,
    FileRefused,
    FilesFull,
    ReceiptUnknown,
    TooManyTries,
    UploadInvalid,
    UploadOutOfStep,
)
from service.parts import parts_of
from service.triage.acknowledgement import AcknowledgementRefused
from service.triage.errors import (
    AlreadyClaimed,
    CaseNotFound,
    NotPossibleNow,
    ReasonNeeded,
    StaleCase,
    TierTooLow,
    TooManyStreams,
    VersionNeeded,
    WrongValue,
)
from service.triage.reveal import CannotApprove, NoSource

PROBLEM_JSON = "application/problem+json"
UNREADABLE: Final = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    RecursionError,
)
"""What is wrong with a text that somebody sent, found only where it is decoded or stored."""
_log = structlog.get_logger()

_PUBLIC: tuple[type[ServiceError], ...] = (
    ReportMalformed,
    ReportInvalid,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    StorageUnavailable,
    Unreadable,
    ReceiptUnknown,
    TooManyTries,
    ConversationFull,
    FilesFull,
    FileRefused,
    UploadOutOfStep,
    UploadInvalid,
    ApiKeyRefused,
    NotSignedIn,
    NotAllowed,
    CrossSite,
    SignInThrottled,
    CaseNotFound,
    StaleCase,
    VersionNeeded,
    AlreadyClaimed,
    NotPossibleNow,
    ReasonNeeded,
    WrongValue,
    TierTooLow,
    TooManyStreams,
    NoSource,
    CannotApprove,
    AcknowledgementRefused,
)


def refusal(description: str) -> ResponseSpec:
    """How the OpenAPI document tells of one refusal of a handler."""
    return ResponseSpec(Problem, description=description, media_type=PROBLEM_JSON, generate_examples=False)


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[Problem]:
    """A problem as a response; never cached, since the next try may go well."""
    return Response(
        problem,
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def on_service_error(request: Request[Any, Any, Any], error: ServiceError) -> Response[Problem]:
    """Answer an error this service raised on purpose, and count it."""
    parts_of(request).metrics.refused.labels(error.code).inc()
    headers = None if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("request.failed", code=error.code, exc_info=error)
    faults = error.faults if isinstance(error, ReportInvalid) else []
    return problem_response(
        Problem(
            type=f"/problems/{error.code}",
            title=HTTPStatus(error.status).phrase,
            status=error.status,
            detail=str(error),
            errors=[FieldProblem(pointer=fault.pointer, message=fault.message) for fault in faults],
        ),
        headers,
    )


def on_unreadable(request: Request[Any, Any, Any], _error: Exception) -> Response[Problem]:
    """Answer one of UNREADABLE: a NUL in a text, which PostgreSQL does not take, or JSON nested too deep."""
    return on_service_error(request, Unreadable())


def on_missing_body(request: Request[Any, Any, Any], _error: ValidationException) -> Response[Problem]:
    """Answer the one fault of a request that the framework itself finds: no body where there must be one."""
    return on_service_error(
        request, ReportMalformed([FieldFault("", "The body is empty; it must be a JSON object.")])
    )


def on_http_error(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the framework refused: unknown path, wrong method, too large, wrong media type."""
    status = HTTPStatus(error.status_code)
    return problem_response(
        Problem(
            type=f"/problems/http-{status.value}",
            title=status.phrase,
            status=status.value,
            detail=status.description or status.phrase,
        ),
        error.headers,
    )


def on_bug(_request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer what nobody foresaw, saying nothing of it; the log has its type and place."""
    _log.error("request.bug", exc_info=error)
    return problem_response(
        Problem(
            type="/problems/internal",
            title="Internal Server Error",
            status=500,
            detail="Something went wrong on our side. Send the report again with the same Idempotency-Key.",
        )
    )


@get(
    "/problems/{code:str}",
    opt=anyone,
    operation_id="explainProblem",
    media_type=MediaType.TEXT,
    summary="What a problem means",
    responses={404: refusal("There is no such type of problem.")},
)
async def explain_problem(code: FromPath[str]) -> str:
    """Explain the `type` of a problem document in a sentence."""
    for error in _PUBLIC:
        if error.code == code:
            return f"{code} ({error.status})\n\n{(error.__doc__ or '').strip()}\n"
    number = code.removeprefix("http-")
    if number.isdecimal() and number in {str(status.value) for status in HTTPStatus}:
        status = HTTPStatus(int(number))
        return f"{code}\n\n{status.phrase}. {status.description}\n"
    raise NotFoundException
