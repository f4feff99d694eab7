"""Browsers that signed in before, known again by a cookie that only this service can make."""

import hmac
from typing import Final
from uuid import UUID

from service.access.tokens import new_token
from service.keys import KeyRing

REMEMBERED: Final = 365 * 24 * 3600
"""Seconds a browser keeps it."""


def device_cookie(ring: KeyRing, account: UUID) -> str:
    """The cookie of a browser in which somebody has signed in to an account. It opens nothing."""
    drawn = new_token()
    return f"{drawn}.{_mark(ring, account, drawn)}"


def known_device(ring: KeyRing, account: UUID, cookie: str) -> bool:
    """Whether the cookie says that somebody signed in to this account in this browser."""
    drawn, _, mark = cookie.partition(".")
    return hmac.compare_digest(mark.encode(), _mark(ring, account, drawn).encode())


def _mark(ring: KeyRing, account: UUID, drawn: str) -> str:
    return ring.mark("device", f"{account}\0{drawn}").hex()
