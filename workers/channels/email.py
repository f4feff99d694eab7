"""A plain-text e-mail that points to an item and quotes nothing of it."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from zoneinfo import ZoneInfo

import aiosmtplib
import msgspec

from service.clock import Clock
from workers.channels.base import Notification, PermanentFault, TransientFault
from workers.channels.smtp_connections import SmtpConnections

_ENHANCED: Final = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_SENDER_FAULTS: Final = frozenset({"1.7", "1.8"})
_BAD_ADDRESS: Final = frozenset({550, 551, 553})
_NAMED: Final = 20
"""Most references in a reminder; the rest are counted."""


class Letterhead(msgspec.Struct, frozen=True, kw_only=True):
    """What every e-mail of an installation shares.

    `zone` is the time zone that times are written in, `concerns` the names of categories by code.
    """

    sender: str
    partnership: str
    zone: ZoneInfo
    concerns: Mapping[str, str]


def compose(notification: Notification, to: str, letterhead: Letterhead, now: datetime) -> bytes:
    """The message on the wire. Its Message-ID is the notification's id, so a second copy is known as one.

    The subject shows on locked screens and in lists: grade and reference, nothing else.
    """
    domain = letterhead.sender.rpartition("@")[2] or "localhost"
    message = EmailMessage(policy=SMTP)
    message["From"] = letterhead.sender
    message["To"] = to
    message["Subject"] = _subject(notification)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{notification.id}@{domain}>"
    # RFC 3834: no out-of-office answers to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(notification, letterhead), cte="quoted-printable")
    return message.as_bytes()


def _subject(item: Notification) -> str:
    match item.about:
        case "escalation":
            return f"{item.grade} item {item.reference} comes to you: nobody has acknowledged it"
        case "reminder":
            more = f" and {len(item.items) - 1} more" if item.items and len(item.items) > 1 else ""
            return f"{item.grade} item {item.reference}{more}: due soon or late"
        case _:
            return f"{item.grade} item {item.reference} awaits you"


def _opening(item: Notification) -> str:
    """What it is about, in a sentence, and the items of a reminder."""
    match item.about:
        case "escalation":
            return (
                f"An item was not acknowledged in time and now comes to {item.recipient_name}.\n"
                "Please acknowledge it, so that it need not go further.\n\n"
            )
        case "reminder":
            items = item.items or []
            named = "".join(f"  {one}\n" for one in items[:_NAMED])
            more = f"  and {len(items) - _NAMED} more\n" if len(items) > _NAMED else ""
            return (
                f"Nobody of {item.recipient_name} has acknowledged what is due soon or late, the late first:\n\n"
                f"{named}{more}\nThe most urgent:\n\n"
            )
        case _:
            return f"An item is waiting for {item.recipient_name}.\n\n"


def _text(item: Notification, letterhead: Letterhead) -> str:
    answer = (
        f"Answer without signing in: {item.answer_at}\n"
        "(For this item only, for 14 days. Whoever has the link can answer, so do not pass it on.)\n\n"
        if item.answer_at
        else ""
    )
    lines = [f"Due by:     {_local(item.due_at, letterhead.zone)}\n"]
    lines += [f"Act by:     {_local(one.at, letterhead.zone)} ({one.name})\n" for one in item.act_by]
    return (
        f"{_opening(item)}"
        f"Reference:  {item.reference}\n"
        f"Category:   {'; '.join(letterhead.concerns.get(one, one) for one in item.concerns)}\n"
        f"Priority:   {item.grade}\n"
        f"{''.join(lines)}"
        f"Open it at: {item.link}\n\n"
        f"{answer}"
        "This message holds no details on purpose. Sign in to read the report.\n"
        "If it reaches you twice, both copies carry the same Message-ID: count them as one.\n\n"
        f"{letterhead.partnership}\n"
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    """A time as people here read it: "Saturday 21 November 2026, 00:31 GMT"."""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}"


class EmailChannel:
    """Sends to one address.

    A fault of the recipient's address is permanent. Everything else, also a refusal of our own sender or sign-in, is
    tried again: a slip in our set-up must not end a P1, and shows as the last fault until it is mended.
    """

    def __init__(self, connections: SmtpConnections, to: str, letterhead: Letterhead, clock: Clock) -> None:
        self._connections = connections
        self._to = to
        self._letterhead = letterhead
        self._clock = clock

    async def send(self, notification: Notification) -> str:
        message = compose(notification, self._to, self._letterhead, self._clock())
        try:
            return await self._connections.hand_over(notification.grade, self._to, message)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            answer = refused.recipients[0]
            raise _fault(answer.code, answer.message, about_address=True) from refused
        except aiosmtplib.SMTPDataError as refused:
            raise _fault(refused.code, refused.message, about_address=False) from refused
        except aiosmtplib.SMTPResponseException as refused:
            raise TransientFault(f"{refused.code} {refused.message}") from refused
        except TimeoutError as fault:
            raise TransientFault("the mail server did not answer in time") from fault
        except aiosmtplib.SMTPConnectError as fault:
            raise TransientFault("the mail server cannot be reached") from fault
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            raise TransientFault(f"the mail server cannot be used: {type(fault).__name__}") from fault


def _fault(code: int, said: str, *, about_address: bool) -> TransientFault | PermanentFault:
    """Read a refusal by its enhanced status code (RFC 3463) where there is one, else by its reply code (RFC 5321)."""
    words = f"{code} {said}"
    enhanced = _ENHANCED.match(said)
    if code < 500:
        permanent = False
    elif enhanced is not None:
        subject, detail = enhanced[2], enhanced[3]
        of_address = subject in {"1", "2"} and f"{subject}.{detail}" not in _SENDER_FAULTS
        permanent = of_address or (subject == "6" and not about_address)
    else:
        permanent = code in _BAD_ADDRESS if about_address else code not in {530, 535, 538}
    return PermanentFault(words) if permanent else TransientFault(words)
