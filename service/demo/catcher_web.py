"""The catcher's HTTP side: Mailpit's API, the webhook sink, and a page for people."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, MediaType, Request, Response, delete, get, post
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from service.clock import Clock
from service.demo.catcher_store import MOST_ITEMS, Caught, CaughtHook, CaughtItems, CaughtMail, Kind
from service.settings import Secret

LARGEST_HOOK: Final = 256 * 1024
_PAGE: Final = 50
_MOST_LISTED: Final = 1000
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def create_catcher_app(items: CaughtItems, secrets_of: Mapping[str, Secret], clock: Clock) -> Litestar:
    """Build the app around `items`. `secrets_of` are the webhooks' signing secrets, by recipient."""
    pages = Environment(
        loader=PackageLoader("service.demo", "catcher_pages"), autoescape=True, undefined=StrictUndefined
    )
    handlers = [*_api(items), *_sink(items, secrets_of, clock), *_people(items, pages)]
    return Litestar(
        route_handlers=handlers,
        response_headers=_HEADERS,
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_HOOK,
    )


def _api(items: CaughtItems) -> list[ControllerRouterHandler]:
    """Mailpit's API v1, as far as tests and demos use it."""

    @get("/api/v1/messages")
    async def messages(start: FromQuery[int] = 0, limit: FromQuery[int] = _PAGE) -> dict[str, Any]:
        found = items.page(_within(start), min(max(limit, 0), _MOST_LISTED), "mail")
        return _listing(items, found, items.count("mail"), start)

    @get("/api/v1/search")
    async def search(
        request: Request[Any, Any, Any], start: FromQuery[int] = 0, limit: FromQuery[int] = _PAGE
    ) -> dict[str, Any]:
        words = request.query_params.get("query", "")
        found = [
            item for item in items.newest("mail") if isinstance(item, CaughtMail) and _matches(item, words)
        ]
        return _listing(items, found[_within(start) :][: _within(limit)], len(found), start)

    @get("/api/v1/message/{key:str}")
    async def message(key: FromPath[str]) -> dict[str, Any]:
        item = next(items.newest("mail"), None) if key == "latest" else items.get(key)
        if not isinstance(item, CaughtMail):
            raise NotFoundException
        return {
            **_summary(item),
            "Date": item.caught_at,
            "ReturnPath": item.sender.Address,
            "Text": item.text,
            "HTML": "",
            "Inline": [],
            "Attachments": [],
        }

    @delete("/api/v1/messages", media_type=MediaType.TEXT, status_code=200)
    async def forget(request: Request[Any, Any, Any]) -> str:
        body = await request.body()
        try:
            keys = msgspec.json.decode(body, type=_Doomed).IDs if body else []
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ClientException(detail='The body must name the messages as {"IDs": [...]}.') from None
        items.forget_mail(keys or None)
        return "ok"

    return [messages, search, message, forget]


def _within(number: int) -> int:
    """A place in the list that can be counted to, whatever was asked for."""
    return min(max(number, 0), MOST_ITEMS)


class _Doomed(msgspec.Struct):
    IDs: list[str] = []


def _sink(
    items: CaughtItems, secrets_of: Mapping[str, Secret], clock: Clock
) -> list[ControllerRouterHandler]:
    """A receiver of Standard Webhooks that checks every signature."""

    @post("/hooks/{recipient:str}", media_type=MediaType.TEXT)
    async def receive(recipient: FromPath[str], request: Request[Any, Any, Any]) -> Response[str]:
        secret = secrets_of.get(recipient)
        if secret is None:
            return Response("No such webhook here.", status_code=404)
        body = await request.body()
        headers = {name: value for name, value in request.headers.items() if name.startswith("webhook-")}
        fault = _signature_fault(secret, body, headers)
        items.add(
            CaughtHook(
                key=secrets.token_hex(11),
                message_id=headers.get("webhook-id", ""),
                recipient=recipient,
                body=body,
                fault=fault,
                caught_at=clock(),
            )
        )
        return Response(fault or "Kept.", status_code=401 if fault else 200)

    @get("/hooks")
    async def hooks(start: FromQuery[int] = 0, limit: FromQuery[int] = _PAGE) -> dict[str, Any]:
        found = items.page(_within(start), min(max(limit, 0), _MOST_LISTED), "hook")
        return {
            "total": items.count("hook"),
            "repeats": items.repeats("hook"),
            "start": start,
            "hooks": [_hook(item) for item in found if isinstance(item, CaughtHook)],
        }

    return [receive, hooks]


def _people(items: CaughtItems, pages: Environment) -> list[ControllerRouterHandler]:
    """Pages to read what arrived."""

    def html(template: str, **context: Any) -> Response[str]:
        return Response(pages.get_template(template).render(**context), media_type=MediaType.HTML)

    @get("/")
    async def everything(only: FromQuery[str] = "", start: FromQuery[int] = 0) -> Response[str]:
        kind: Kind | None = "mail" if only == "mail" else "hook" if only == "hook" else None
        start = _within(start)
        return html(
            "inbox.html",
            rows=[_row(item) for item in items.page(start, _PAGE, kind)],
            only=kind or "",
            mails=items.count("mail"),
            hooks=items.count("hook"),
            repeats=items.repeats("mail") + items.repeats("hook"),
            start=start,
            shown=_PAGE,
            total=items.count(kind),
        )

    @get("/items/{key:str}")
    async def one(key: FromPath[str]) -> Response[str]:
        item = items.get(key)
        if item is None:
            return Response(
                pages.get_template("gone.html").render(), media_type=MediaType.HTML, status_code=404
            )
        return html("item.html", item=item, row=_row(item), raw=_raw(item), pretty=_pretty(item))

    @get("/{name:str}", media_type="text/plain")
    async def asset(name: FromPath[str]) -> Response[bytes]:
        media_type = {"catcher.css": "text/css", "catcher.js": "text/javascript"}.get(name)
        if media_type is None:
            raise NotFoundException
        content = files("service.demo").joinpath("catcher_pages", name).read_bytes()
        return Response(content, media_type=media_type)

    return [everything, one, asset]


def _signature_fault(secret: Secret, body: bytes, headers: dict[str, str]) -> str:
    try:
        Webhook(secret.reveal()).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError) as fault:
        return f"Signature not accepted: {fault}"
    return ""


def _summary(item: CaughtMail) -> dict[str, Any]:
    return {
        "ID": item.key,
        "MessageID": item.message_id,
        "Read": False,
        "From": item.sender,
        "To": item.to,
        "Cc": item.cc,
        "Bcc": item.bcc,
        "ReplyTo": [],
        "Subject": item.subject,
        "Created": item.caught_at,
        "Username": "",
        "Tags": [],
        "Size": item.size,
        "Attachments": item.attachments,
        "Snippet": item.snippet,
    }


def _listing(items: CaughtItems, found: list[Any], matching: int, start: int) -> dict[str, Any]:
    total = items.count("mail")
    return {
        "total": total,
        "unread": total,
        "count": len(found),
        "messages_count": matching,
        "messages_unread": matching,
        "start": start,
        "tags": [],
        "messages": [_summary(item) for item in found],
    }


def _matches(item: CaughtMail, query: str) -> bool:
    people = [f"{one.Name} {one.Address}" for one in (item.sender, *item.to, *item.cc, *item.bcc)]
    haystack = " ".join([item.subject, item.message_id, item.text, *people]).casefold()
    return all(word.strip('"') in haystack for word in query.casefold().split())


def _hook(item: CaughtHook) -> dict[str, Any]:
    return {
        "id": item.key,
        "webhook_id": item.message_id,
        "recipient": item.recipient,
        "caught_at": item.caught_at,
        "verified": item.verified,
        "copy": item.copy,
        "body": item.body.decode("utf-8", "replace"),
    }


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the page. The grade is read from what arrived, as any receiver would."""

    key: str
    kind: Kind
    copy: int
    at: datetime
    title: str
    to: str
    grade: str
    fault: str = ""


def _row(item: Caught) -> _Row:
    if isinstance(item, CaughtMail):
        grade = _grade(item.subject)
        # The grade stands beside the title already.
        title = item.subject.removeprefix(grade).strip() or "(no subject)"
        to, fault = ", ".join(address.Address for address in (*item.to, *item.cc, *item.bcc)), ""
    else:
        try:
            data = msgspec.json.decode(item.body, type=_Pointed).data
        except (msgspec.DecodeError, UnicodeDecodeError):
            data = _Pointer()
        title = f"Item {data.reference}" if data.reference else "(not a notification)"
        grade, to, fault = _grade(data.grade), item.recipient, item.fault
    return _Row(
        key=item.key,
        kind=item.kind,
        copy=item.copy,
        at=item.caught_at,
        title=title[0].upper() + title[1:],
        to=to,
        grade=grade,
        fault=fault,
    )


class _Pointer(msgspec.Struct):
    reference: str = ""
    grade: str = ""


class _Pointed(msgspec.Struct):
    data: _Pointer = msgspec.field(default_factory=_Pointer)


def _grade(text: str) -> str:
    return text[:2] if text[:2] in {"P1", "P2", "P3", "P4"} else ""


def _raw(item: Caught) -> str:
    return (item.raw if isinstance(item, CaughtMail) else item.body).decode("utf-8", "replace")


def _pretty(item: Caught) -> str:
    if isinstance(item, CaughtMail):
        return item.text
    try:
        return msgspec.json.format(item.body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _raw(item)
