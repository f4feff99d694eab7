"""The catcher's SMTP side: takes any mail, however odd, and never lets it out again."""

import email
import secrets
from collections.abc import Callable
from email.headerregistry import Address as ParsedAddress
from email.message import EmailMessage
from email.policy import default
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from service.clock import Clock
from service.demo.catcher_store import Address, CaughtItems, CaughtMail

LARGEST_MAIL: Final = 1024 * 1024
_SNIPPET: Final = 250
_TEXT: Final = 200_000


class MailTaker:
    """An aiosmtpd handler that keeps every message."""

    def __init__(self, items: CaughtItems, clock: Clock) -> None:
        self._items = items
        self._clock = clock

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message; the answer names the key it is kept under."""
        raw = envelope.original_content or b""
        item = read_mail(raw, envelope.rcpt_tos, self._clock)
        self._items.add(item)
        return f"250 2.0.0 Kept as {item.key}"


def read_mail(raw: bytes, recipients: list[str], clock: Clock) -> CaughtMail:
    """Read a message as far as it can be read; what cannot is left empty. Never raises."""
    message = _careful(lambda: email.message_from_bytes(raw, policy=default), EmailMessage())
    to, cc = _addresses(message, "to"), _addresses(message, "cc")
    named = {address.Address for address in (*to, *cc)}
    text = _careful(lambda: _body(message), "")[:_TEXT]
    sender = _addresses(message, "from")
    return CaughtMail(
        key=secrets.token_hex(11),
        message_id=_header(message, "message-id").strip().removeprefix("<").removesuffix(">"),
        sender=sender[0] if sender else Address("", ""),
        to=to,
        cc=cc,
        bcc=[Address("", recipient) for recipient in recipients if recipient not in named],
        subject=_header(message, "subject"),
        snippet=" ".join(text[: 4 * _SNIPPET].split())[:_SNIPPET],
        text=text,
        raw=raw,
        attachments=_careful(lambda: sum(1 for _ in message.iter_attachments()), 0),
        caught_at=clock(),
    )


def _careful(read: Callable[[], Any], otherwise: Any) -> Any:
    """What `read` gives, or `otherwise`: the standard library's reader fails in many ways on malformed mail."""
    try:
        return read()
    except Exception:  # noqa: BLE001
        return otherwise


def _header(message: EmailMessage, name: str) -> str:
    return _clean(_careful(lambda: str(message.get(name, "")), ""))


def _addresses(message: EmailMessage, name: str) -> list[Address]:
    found: tuple[ParsedAddress, ...] = _careful(lambda: message[name].addresses, ())
    return [Address(_clean(one.display_name or ""), _clean(one.addr_spec)) for one in found]


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    return "" if part is None else _clean(part.get_content())


def _clean(text: str) -> str:
    """Text that can be encoded: undecodable bytes shown as a question mark."""
    return text.encode("utf-8", "replace").decode()
