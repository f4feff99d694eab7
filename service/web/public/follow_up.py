"""`/follow-up`: coming back with the receipt. It travels in the form and stands in no address."""

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import MediaType, Request, Response, get, post

from schemas.follow_up import MessageTaken, NewMessage
from service.errors import IdempotencyKeyReused, ReportInvalid, StorageUnavailable
from service.followup.errors import ConversationFull, ReceiptUnknown, TooManyTries
from service.followup.standing import SENTENCES
from service.followup.store import Found, unanswered
from service.parts import parts_of
from service.texts import N_
from service.web.languages import Language, addresses, catalogue
from service.web.pages import page
from service.web.public.answers import chosen
from service.web.public.doors import language_and_path
from service.web.public.photos import keep_photos
from service.web.public.sent_fields import MOST_SENT, Sent, read_sent

FOLLOW_UP: Final = "/follow-up"
_LONGEST: Final = 4000
_LONGEST_RECEIPT: Final = 80
WRONG: Final = N_(
    "We do not find a report with this receipt. Check each letter and number. A receipt has no 0, O, 1, I or L."
)
TOO_MANY: Final = N_(
    "There were many wrong tries. Wait ten minutes before you try another. The right receipt still works now."
)
EMPTY: Final = N_("Enter your receipt.")
NOTHING: Final = N_("Write something, or choose a photo.")
TOO_LONG: Final = N_("This is too long. Send it in two parts.")
FULL: Final = N_(
    "This report cannot take more messages. Send a new report and write this one's reference in it."
)
NOT_NOW: Final = N_("We could not save this just now. Nothing is lost on this page. Press the button again.")
ODD: Final = N_("Something in your text cannot be saved. Take out unusual signs and try again.")


@get(addresses(FOLLOW_UP), include_in_schema=False, media_type=MediaType.HTML)
async def show_follow_up(request: Request[Any, Any, Any]) -> Response[str]:
    """The page that asks for the receipt. Whatever stands in the address is not read."""
    language, _ = language_and_path(request)
    return _ask_receipt(language, "", "")


@post(
    addresses(FOLLOW_UP),
    include_in_schema=False,
    media_type=MediaType.HTML,
    status_code=200,
    request_max_body_size=MOST_SENT,
)
async def take_follow_up(request: Request[Any, Any, Any]) -> Response[str]:
    """The report of a receipt, with what was added."""
    language, _ = language_and_path(request)
    sent = await read_sent(request)
    receipt = _first(sent, "receipt")[:_LONGEST_RECEIPT]
    switched = "_language" in sent.fields
    if not receipt or (switched and "text" not in sent.fields):
        return _ask_receipt(language, receipt, "" if switched else EMPTY)
    follow_up = parts_of(request).follow_up
    try:
        found = await follow_up.enter(request, receipt)
        if switched or _first(sent, "_do") != "say":
            return await _conversation(request, language, found, text=_first(sent, "text"))
        return await _added(request, language, found, sent)
    except ReceiptUnknown as unknown:
        return _ask_receipt(language, receipt, WRONG, unknown.status)
    except TooManyTries as many:
        return _ask_receipt(language, receipt, TOO_MANY, many.status)
    except StorageUnavailable as away:
        return _ask_receipt(language, receipt, NOT_NOW, away.status)


async def _added(
    request: Request[Any, Any, Any], language: Language, found: Found, sent: Sent
) -> Response[str]:
    """Take what was written and the photos; whatever was wrong is shown beside what was kept."""
    text, key = _first(sent, "text"), _first(sent, "_key") or str(uuid4())
    if not text and not sent.photos:
        return await _conversation(request, language, found, errors={"text": NOTHING}, status=422)
    errors: dict[str, str] = {}
    taken: MessageTaken | None = None
    if len(text) > _LONGEST:
        errors["text"] = TOO_LONG
    elif text:
        try:
            message = NewMessage(receipt="", text=text, answers=_id(_first(sent, "answers")))
            taken = await parts_of(request).follow_up.conversation.say(found, message, key)
        except ConversationFull:
            errors["text"] = FULL
        except (ReportInvalid, IdempotencyKeyReused):
            errors["text"] = ODD
        except StorageUnavailable:
            errors["text"] = NOT_NOW
    if wrong := await keep_photos(request, found, sent.photos, key):
        errors["photos"] = wrong[0]
    return await _conversation(
        request,
        language,
        found,
        text=text if "text" in errors else "",
        errors=errors,
        taken=taken,
        key=key if "text" in errors else None,
        status=422 if errors else 200,
    )


async def _conversation(
    request: Request[Any, Any, Any],
    language: Language,
    found: Found,
    *,
    text: str = "",
    errors: dict[str, str] | None = None,
    taken: MessageTaken | None = None,
    key: str | None = None,
    status: int = 200,
) -> Response[str]:
    told = await parts_of(request).follow_up.conversation.status(found)
    say = catalogue(language.code).gettext
    ended = told.status.code == "ended"
    # How it ended is a text of the catalogues as it stands.
    sentence = say(told.status.text if ended else SENTENCES[told.status.code, bool(told.status.bodies)])
    open_questions = unanswered(told.messages)
    return page(
        "public/conversation.html",
        language,
        status=status,
        path=FOLLOW_UP,
        form_id="follow-up",
        receipt=found.receipt.reveal(),
        told=told,
        standing=sentence.format(bodies=", ".join(told.status.bodies)),
        ended=ended,
        question=open_questions[0] if open_questions else None,
        text=text,
        errors={name: say(error) for name, error in (errors or {}).items()},
        taken=taken,
        key=key or str(uuid4()),
    )


def _ask_receipt(language: Language, receipt: str, error: str, status: int | None = None) -> Response[str]:
    say = catalogue(language.code).gettext
    return page(
        "public/follow_up.html",
        language,
        status=status or (422 if error else 200),
        path=FOLLOW_UP,
        form_id="follow-up",
        receipt=receipt,
        errors={"receipt": say(error)} if error else {},
    )


def _first(sent: Sent, name: str) -> str:
    # A page sends line ends as two characters; the report's own texts have one.
    return next(iter(chosen(name, sent.fields)), "").replace("\r\n", "\n")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
