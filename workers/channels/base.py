"""What every channel is given, and what it may answer.

Whatever the channel, it carries tier D1 only: a pointer. Never who reported, nor what kind of reporter, nor a place.
"""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from service.routing.model import ActBy
from service.routing.outbox import About


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One item for one recipient, as a pointer to it.

    `id` is the delivery's own and the same at every try: a receiver knows a second copy by it. `due_at` is when a
    person must have looked at the item, `act_by` when evidence may be gone, the earliest first. `about` is unset for
    what a decision tells, as most are; `items` are the references of a reminder. `answer_at` opens the page at which
    this one can be acknowledged by whoever reads it, and so stands in e-mails alone.
    """

    id: UUID
    reference: str
    recipient: str
    recipient_name: str
    concerns: list[str]
    grade: str
    due_at: datetime
    act_by: list[ActBy] = []
    link: str
    about: About | UnsetType = UNSET
    items: list[str] | UnsetType = UNSET
    answer_at: str | UnsetType = UNSET


class TransientFault(Exception):
    """Not delivered now, and worth trying again. `retry_after` is how long the other side asked to be left alone."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentFault(Exception):
    """Refused for a reason that another try cannot change; a person has to look."""


class Channel(Protocol):
    """One way to one recipient."""

    async def send(self, notification: Notification) -> str:
        """Hand the notification over and return what the other side said, in a few words.

        Raises TransientFault or PermanentFault.
        """
        ...


class Unusable:
    """Stands where the policy or the settings no longer name a usable channel: waits for them to be put right."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def send(self, notification: Notification) -> str:
        del notification
        raise TransientFault(self.reason)
