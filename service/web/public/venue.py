"""The venue's way in, the forms that a poster leads to, and the page where evidence is counted down and ticked off."""

from typing import Any, Final, NamedTuple

import asyncpg
import structlog
from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from schemas.follow_up import NewMessage
from service.errors import ServiceError
from service.followup.errors import ReceiptUnknown
from service.intake.store import UNAVAILABLE
from service.organisations.store import Kind, Organisation, by_code
from service.parts import parts_of
from service.texts import N_
from service.web.languages import Language, addresses, catalogue
from service.web.pages import page
from service.web.public.answers import ORGANISATION, TOWN, Fields, chosen
from service.web.public.doors import empty_form, language_and_path
from service.web.public.evidence import counted_down
from service.web.public.forms import BY_DOOR
from service.web.public.forms.venue import VENUE_FORMS
from service.web.public.questions import Form
from service.web.public.sent_fields import read_sent
from service.web.public.ticks import TICKS, message, ticked

_CLOCKS: Final = "/venue/clocks"
_UNKNOWN: Final = N_("No report has this receipt. Check each letter and number.")
_NOT_SAVED: Final = N_("This cannot be saved just now. Wait a few minutes and try again.")
_log = structlog.get_logger()


class Worry(NamedTuple):
    """One form of the venue, as the page to choose from offers it."""

    address: str
    title: str


@get(
    [*addresses("/venue"), *addresses("/v/{code:str}")],
    include_in_schema=False,
    media_type=MediaType.HTML,
)
async def choose_worry(request: Request[Any, Any, Any], code: FromPath[str] = "") -> Response[str]:
    """The page to choose from, with the venue filled in where a poster led here."""
    language, path = language_and_path(request)
    organisation = await _found(request, code, "venue")
    return venue_page(language, path, organisation, unknown_code=bool(code) and organisation is None)


def venue_page(
    language: Language,
    path: str = "/venue",
    organisation: Organisation | None = None,
    *,
    unknown_code: bool = False,
) -> Response[str]:
    """What can have happened at a venue, to choose from."""
    under = f"/v/{organisation.code}" if organisation else "/venue"
    worries = [Worry(under + form.door.removeprefix("/venue"), form.title) for form in VENUE_FORMS]
    return page(
        "public/venue.html",
        language,
        path=path,
        first=worries[0],
        worries=worries[1:],
        organisation=organisation,
        unknown_code=unknown_code,
    )


@get(addresses("/v/{code:str}/{worry:str}"), include_in_schema=False, media_type=MediaType.HTML)
async def show_venue_form(
    request: Request[Any, Any, Any], code: FromPath[str], worry: FromPath[str]
) -> Response[str]:
    """One form of the venue, with the venue filled in. It is sent to the address that every venue sends to."""
    language, _ = language_and_path(request)
    form = BY_DOOR.get(f"/venue/{worry}")
    if form is None:
        raise NotFoundException
    return await _form_of_a_poster(request, form, language, code, "venue")


@get(addresses("/t/{code:str}"), include_in_schema=False, media_type=MediaType.HTML)
async def show_taxi_form(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[str]:
    """The taxi driver's form, with the operator filled in."""
    language, _ = language_and_path(request)
    return await _form_of_a_poster(request, BY_DOOR["/taxi"], language, code, "taxi_operator")


async def _form_of_a_poster(
    request: Request[Any, Any, Any], form: Form, language: Language, code: str, kind: Kind
) -> Response[str]:
    found = await _found(request, code, kind)
    return empty_form(request, form, language, _filled_in(found), unknown_code=found is None)


@get(addresses(_CLOCKS), include_in_schema=False, media_type=MediaType.HTML)
async def ask_for_receipt(request: Request[Any, Any, Any]) -> Response[str]:
    """The way back to the clocks, by the receipt."""
    language, path = language_and_path(request)
    return page("public/clocks.html", language, path=path)


@post(addresses(_CLOCKS), include_in_schema=False, media_type=MediaType.HTML, status_code=200)
async def tick_off(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the clocks of a receipt's report, and add to the report what was ticked."""
    language, path = language_and_path(request)
    say = catalogue(language.code).gettext
    parts = parts_of(request)
    fields = (await read_sent(request)).fields
    receipt = _one("receipt", fields)
    saved = False
    try:
        found = await parts.follow_up.enter(request, receipt)
        talk = parts.follow_up.conversation
        done = ticked((await talk.status(found)).messages)
        if "_ticks" in fields:
            now_done = [tick.value for tick in TICKS if tick.value in chosen("done", fields)]
            said = message(done, now_done)
            if said is not None:
                await talk.say(found, NewMessage(receipt=receipt, text=said), _one("_key", fields) or None)
                saved = True
            done = frozenset(now_done)
    except ServiceError as refused:
        return page(
            "public/clocks.html",
            language,
            status=refused.status,
            path=path,
            fault=say(_UNKNOWN if isinstance(refused, ReceiptUnknown) else _NOT_SAVED),
            errors=True,
            receipt=receipt,
        )
    return page(
        "public/clocks.html",
        language,
        path=path,
        saved=saved,
        reference=found.reference,
        **await counted_down(parts, found.report_id, found.receipt.reveal(), parts.clock(), language, done),
    )


async def _found(request: Request[Any, Any, Any], code: str, kind: Kind) -> Organisation | None:
    """Whose poster it is. Nobody is turned away for a code that is wrong, retired or cannot be looked up."""
    if not code:
        return None
    try:
        return await by_code(parts_of(request).pool, code, kind)
    except (*UNAVAILABLE, asyncpg.PostgresError) as away:
        # Neither the code nor what the database says of it: together with a proxy's log it would tell who stood where.
        _log.warning("organisation.unavailable", fault=type(away).__name__)
        return None


def _filled_in(organisation: Organisation | None) -> Fields:
    """The name as if it had been typed. The code stays behind: no report holds one."""
    if organisation is None:
        return {}
    return {ORGANISATION: [organisation.name], **({TOWN: [organisation.town]} if organisation.town else {})}


def _one(name: str, fields: Fields) -> str:
    return next(iter(chosen(name, fields)), "")
