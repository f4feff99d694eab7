"""A signed call to a recipient's own system, as the Standard Webhooks specification 1.0 has it."""

import asyncio
import ipaddress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec
from standardwebhooks import Webhook

from service.clock import Clock
from workers.channels.base import Notification, PermanentFault, TransientFault

TIME_LIMIT: Final = 10.0
"""Seconds for the whole call."""
_WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429})
_READ_AT_MOST: Final = 4096
EVENT_TYPE: Final = "item.waiting"


def body_of(notification: Notification) -> bytes:
    """The JSON body: the event's type, and the pointer as its data."""
    return msgspec.json.encode({"type": EVENT_TYPE, "data": notification})


def safe_to_call(url: str, *, demo: bool) -> bool:
    """True for https; plain http only to this machine, or in the demo."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and (demo or _loopback(parts.hostname)))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def asked_wait(value: str | None, now: datetime) -> timedelta | None:
    """A Retry-After header (seconds, or an HTTP date) as a wait from `now`; None when absent or not understood."""
    if not value:
        return None
    if value.isdecimal():
        return timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())


def webhook_client() -> httpx.AsyncClient:
    """The client that all webhooks of a process share. No redirect is followed: it could lead anywhere.

    A proxy of the environment is used for the outside, never for this machine.
    """
    return httpx.AsyncClient(
        timeout=TIME_LIMIT,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=15.0),
        mounts=dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]")),
        headers={"user-agent": "evenlode"},
    )


class WebhookChannel:
    """Posts to one URL. 2xx is delivered; 408, 425, 429, 5xx and no answer are tried again; the rest is refused."""

    def __init__(self, client: httpx.AsyncClient, url: str, secret: str, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._sign = Webhook(secret).sign
        self._clock = clock

    async def send(self, notification: Notification) -> str:
        now = self._clock()
        body = body_of(notification)
        message_id = str(notification.id)
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._sign(msg_id=message_id, timestamp=now, data=body.decode()),
        }
        try:
            async with (
                asyncio.timeout(TIME_LIMIT),
                self._client.stream("POST", self._url, content=body, headers=headers) as answer,
            ):
                await _drain(answer)
        except (httpx.TransportError, TimeoutError) as fault:
            raise TransientFault(f"no answer: {type(fault).__name__}") from fault
        return _judged(answer, now)


async def _drain(answer: httpx.Response) -> None:
    """Read a small body, so that the connection can serve again; leave a large one unread."""
    read = 0
    async for chunk in answer.aiter_raw():
        read += len(chunk)
        if read > _READ_AT_MOST:
            return


def _judged(answer: httpx.Response, now: datetime) -> str:
    said = f"HTTP {answer.status_code}"
    if answer.is_success:
        return said
    if answer.status_code in _WORTH_ANOTHER_TRY or answer.is_server_error:
        raise TransientFault(said, asked_wait(answer.headers.get("retry-after"), now))
    raise PermanentFault(said)
