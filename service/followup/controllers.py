"""`/v1/follow-up/…`: coming back with the receipt. It is in the body or in a header, never in an address."""

from typing import Annotated, Any, Final

from litestar import Request, Response, post
from litestar.params import HeaderParameter, JSONBody

from schemas.follow_up import FollowUpStatus, MessageTaken, NewMessage, StatusAsked, UploadState
from service.access.guards import anyone
from service.followup.errors import UploadInvalid
from service.followup.uploads import LARGEST_PIECE, Piece
from service.intake.controllers import JsonBody
from service.intake.request import TimelyRequest
from service.parts import parts_of
from service.problems import refusal

_NO_STORE: Final = {"Cache-Control": "no-store"}
_COMMON: Final = {
    404: refusal("No report has this receipt, or it cannot be a receipt."),
    408: refusal("The body did not arrive within 20 seconds."),
    413: refusal("The body is too large."),
    415: refusal("The body is of another media type."),
    429: refusal("Many wrong receipts came from this network. A right one is still answered."),
    503: refusal("The database does not answer now. Wait `Retry-After` seconds and repeat."),
}
_BODY: Final = {
    400: refusal("The body is not JSON, or the Idempotency-Key cannot be used."),
    422: refusal("A field is wrong; see `errors`."),
}


class StatusBody(JsonBody):
    """The body of `askStatus`."""

    kind = StatusAsked


class MessageBody(JsonBody):
    """The body of `sendMessage`."""

    kind = NewMessage


@post(
    "/v1/follow-up/status",
    opt=anyone,
    status_code=200,
    dto=StatusBody,
    return_dto=None,
    request_class=TimelyRequest,
    operation_id="askStatus",
    summary="How does my report stand?",
    description="For whoever holds the receipt. Tells neither the grade nor what was said in the report.",
    tags=["Follow-up"],
    responses={**_COMMON, **_BODY},
)
async def ask_status(
    request: Request[Any, Any, Any], data: JSONBody[StatusAsked]
) -> Response[FollowUpStatus]:
    """How a report stands; see `Conversation.status`."""
    follow_up = parts_of(request).follow_up
    found = await follow_up.enter(request, data.receipt)
    return Response(await follow_up.conversation.status(found), headers=_NO_STORE)


@post(
    "/v1/follow-up/messages",
    opt=anyone,
    dto=MessageBody,
    return_dto=None,
    request_class=TimelyRequest,
    operation_id="sendMessage",
    summary="Add something to my report, or answer a question",
    description=(
        "What is added is read as the report was and can make it more urgent, never less. Send an Idempotency-Key and"
        " repeat the same request with the same key after a lost connection."
        " This is not an emergency service: if somebody is in danger, ring 999."
    ),
    tags=["Follow-up"],
    responses={**_COMMON, **_BODY},
)
async def send_message(
    request: Request[Any, Any, Any],
    data: JSONBody[NewMessage],
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            description="16 to 128 printable ASCII characters, new for each message and the same for each repeat.",
        ),
    ] = None,
) -> Response[MessageTaken]:
    """Take a message; see `Conversation.say`."""
    follow_up = parts_of(request).follow_up
    found = await follow_up.enter(request, data.receipt)
    return Response(await follow_up.conversation.say(found, data, idempotency_key), headers=_NO_STORE)


@post(
    "/v1/follow-up/files",
    opt=anyone,
    status_code=200,
    request_class=TimelyRequest,
    request_max_body_size=LARGEST_PIECE,
    operation_id="sendPhoto",
    summary="Add a photo to my report, in pieces",
    description=(
        "The body is a piece of a JPEG, PNG or WebP of up to 16 MB, at most 512 KiB of it. With `Upload-Offset` and"
        " `Upload-Length` it is added; without, the answer only says how much has arrived, and from there to go on."
        " Repeating a piece is safe. The photo is drawn anew and kept without its metadata, at most 2,560 pixels long."
        " A report takes five."
    ),
    tags=["Follow-up"],
    responses={
        **_COMMON,
        400: refusal("The headers cannot be meant."),
        409: refusal("The piece does not follow what has arrived."),
        422: refusal(
            "What has arrived is no photo that can be read, or the report has as many as it can take."
        ),
    },
)
async def send_photo(
    request: Request[Any, Any, Any],
    receipt: Annotated[
        str | None, HeaderParameter(name="Receipt", description="The receipt. Needed.")
    ] = None,
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            description=(
                "16 to 128 printable ASCII characters: new for each photo, the same for all its pieces. Needed."
            ),
        ),
    ] = None,
    upload_length: Annotated[
        str | None, HeaderParameter(name="Upload-Length", description="Bytes of the whole photo.")
    ] = None,
    upload_offset: Annotated[
        str | None, HeaderParameter(name="Upload-Offset", description="Where in the photo this piece begins.")
    ] = None,
) -> Response[UploadState]:
    """Take a piece of a photo; see `Uploads.take`."""
    if receipt is None or idempotency_key is None:
        raise UploadInvalid
    follow_up = parts_of(request).follow_up
    found = await follow_up.enter(request, receipt[:_LONGEST_RECEIPT])
    piece = Piece(
        key=idempotency_key,
        size=_number(upload_length),
        start=_number(upload_offset),
        content=await request.body(),
    )
    return Response(await follow_up.uploads.take(found, piece), headers=_NO_STORE)


_LONGEST_NUMBER: Final = 9
_LONGEST_RECEIPT: Final = 80


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise UploadInvalid
    return int(text)
