"""The front doors: the page to choose from, and each form shown, checked, sent."""

from typing import Any, Final, NamedTuple
from uuid import uuid4

import msgspec
import structlog
from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import HTTPException, NotFoundException

from schemas.reports import Accepted, Report
from service.errors import FieldFault, IdempotencyKeyReused, ReportInvalid, ServiceError, StorageUnavailable
from service.gate import OPENED
from service.intake.decode import decode_report
from service.intake.normalise import normalise
from service.intake.suspicion import Suspicion
from service.parts import parts_of
from service.texts import N_
from service.web.languages import Language, addresses, catalogue
from service.web.languages import language_and_path as split_language
from service.web.pages import page
from service.web.public.answers import ORGANISATION, REQUIRED, TOWN, Fields, body_of, chosen
from service.web.public.evidence import counted_down
from service.web.public.first_this import first_this
from service.web.public.form_pages import KEY, check, form_page, has_photos, refused, sent
from service.web.public.forms import BY_DOOR, FORMS
from service.web.public.moments import WRITTEN, stamp, written_at
from service.web.public.next_steps import shown_after
from service.web.public.photos import photos_of
from service.web.public.questions import Form
from service.web.public.sent_fields import MOST_SENT, read_sent

_META: Final = ("_do", "_language")
OUR_FAULT: Final = N_("Something went wrong on our side. Nothing you wrote is lost: press Send again.")
_log = structlog.get_logger()


class Door(NamedTuple):
    """A way in, as the first page shows it."""

    path: str
    name: str
    says: str


DOORS: Final = (
    Door("/taxi", N_("Taxi or private-hire driver"), N_("A journey or a passenger that worried you")),
    Door("/venue", N_("Pub, club, takeaway or event"), N_("Spiking, violence, under-age drinking and more")),
    Door(
        "/rural",
        N_("I live or work here"),
        N_("Theft, machinery, animals, fly-tipping, neighbours, strangers"),
    ),
    Door(
        "/care",
        N_("Care worker, or worried about one"),
        N_("Pay, papers, housing, threats, or someone cared for"),
    ),
)


def language_and_path(request: Request[Any, Any, Any]) -> tuple[Language, str]:
    """The language an address is in, and the address without it."""
    return split_language(request.scope["path"])


@get(addresses("/"), include_in_schema=False, media_type=MediaType.HTML)
async def start(request: Request[Any, Any, Any]) -> Response[str]:
    """The page to choose from."""
    language, path = language_and_path(request)
    return start_page(language, path)


def start_page(language: Language, path: str = "/") -> Response[str]:
    """The doors, in a language."""
    return page("public/start.html", language, doors=DOORS, path=path)


@get(
    [one for form in FORMS for one in addresses(form.door)],
    include_in_schema=False,
    media_type=MediaType.HTML,
)
async def show_form(request: Request[Any, Any, Any]) -> Response[str]:
    """An empty form."""
    language, path = language_and_path(request)
    return empty_form(request, BY_DOOR[path], language, {})


def empty_form(
    request: Request[Any, Any, Any],
    form: Form,
    language: Language,
    fields: Fields,
    *,
    unknown_code: bool = False,
) -> Response[str]:
    """A form before the first answer, with what is known already in `fields`."""
    parts = parts_of(request)
    begun = {WRITTEN: [stamp(parts.clock())], OPENED: [parts.gate.opened()]}
    return form_page(form, language, {**begun, **fields}, unknown_code=unknown_code)


@post(
    [one for form in FORMS for one in addresses(form.door)],
    include_in_schema=False,
    media_type=MediaType.HTML,
    status_code=200,
    request_max_body_size=MOST_SENT,
)
async def take_form(request: Request[Any, Any, Any]) -> Response[Any]:
    """What a form was sent for: another language, a change, the page to check on, or the report itself.

    A script asks with `Accept: application/json` and gets the part of the page to show instead of a page.
    """
    language, path = language_and_path(request)
    form = BY_DOOR.get(path)
    if form is None:
        raise NotFoundException
    fields, photos = await read_sent(request)
    do = chosen("_do", fields)[:1]
    kept = {name: values for name, values in fields.items() if name not in _META}
    if "_language" in fields or do in (["check"], ["change"], ["leave_organisation"]):
        # Sent for another page of ours, which is open from then on.
        kept.setdefault(OPENED, [parts_of(request).gate.opened()])
    if do == ["leave_organisation"]:
        kept = {name: values for name, values in kept.items() if name not in {ORGANISATION, TOWN}}
    if "_language" in fields or do in (["change"], ["leave_organisation"]):
        return form_page(form, language, kept)
    scripted = "application/json" in request.headers.get("accept", "")
    try:
        return await _take(request, form, language, kept, photos, checking=do == ["check"], scripted=scripted)
    except (HTTPException, ServiceError):
        raise
    except Exception as bug:
        # Nobody should have to write it again because of our fault; with the same key it counts once.
        if scripted:
            raise
        _log.error("request.bug", exc_info=bug)
        return form_page(form, language, kept, {"": catalogue(language.code).gettext(OUR_FAULT)}, 500)


async def _take(
    request: Request[Any, Any, Any],
    form: Form,
    language: Language,
    kept: Fields,
    photos: list[bytes],
    *,
    checking: bool,
    scripted: bool,
) -> Response[Any]:
    """The page to check on, the page after sending, or the form with what is wrong."""
    now = parts_of(request).clock()
    if _key(request, kept) is None:
        # What is asked of a sender first is for one report; without a key it would be for all that have none.
        kept = {**kept, KEY: [str(uuid4())]}
    body = body_of(form, kept, written_at(next(iter(chosen(WRITTEN, kept)), ""), now))
    if faults := _nothing_told(form, kept):
        return refused(form, language, kept, faults, scripted=scripted)
    try:
        report = decode_report(msgspec.json.encode(body, order="deterministic"))
        if checking:
            # What the intake would refuse is told here and not only after sending.
            normalise(report, now)
            return check(form, language, kept, chosen_photos=bool(photos))
        verdict = await parts_of(request).gate.look(request, kept, _key(request, kept))
        if verdict.work is not None:
            photo = {"has_photos": has_photos(form), "chosen_photos": bool(photos)}
            return first_this(form, language, kept, verdict.work, scripted=scripted, **photo)
        accepted = await _accept(request, report, body, kept, form, verdict.suspicion)
        await parts_of(request).gate.count(request)
    except ReportInvalid as invalid:
        return refused(form, language, kept, invalid.faults, scripted=scripted)
    except StorageUnavailable as away:
        if scripted:
            raise
        return form_page(form, language, kept, {"": catalogue(language.code).gettext(str(away))}, away.status)
    more = shown_after(report)
    if form.clocks:
        more |= await counted_down(parts_of(request), accepted.id, accepted.receipt, now, language)
    more["photos"] = await photos_of(request, accepted, photos)
    return sent(form, language, accepted, more, scripted=scripted)


async def _accept(
    request: Request[Any, Any, Any],
    report: Report,
    body: dict[str, Any],
    fields: Fields,
    form: Form,
    suspicion: Suspicion,
) -> Accepted:
    """Have the intake take it. A repeat of what is there makes the same body, whatever the clocks say now.

    The time of writing was left out the first time if the device's clock was too fast then; by now it may be a time
    that can be.
    """
    key = _key(request, fields)
    try:
        return await parts_of(request).intake.accept(
            report, msgspec.json.encode(body, order="deterministic"), key, suspicion
        )
    except IdempotencyKeyReused:
        first = msgspec.json.encode(body_of(form, fields), order="deterministic")
        return await parts_of(request).intake.accept(decode_report(first), first, key, suspicion)


def _key(request: Request[Any, Any, Any], fields: Fields) -> str | None:
    return request.headers.get("idempotency-key") or next(iter(chosen(KEY, fields)), None)


def _nothing_told(form: Form, fields: Fields) -> list[FieldFault]:
    """Nothing is compulsory but what happened."""
    telling = form.telling()
    told = any(chosen(name, fields) for name in telling)
    return [] if told else [FieldFault(f"/{telling[0]}", REQUIRED)]
