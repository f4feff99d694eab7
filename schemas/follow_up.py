"""What a reporter who comes back with the receipt sends and gets: the status, messages and photos of one report."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from schemas.base import Incoming, Outgoing
from schemas.reports import AdviceLine

Receipt = Annotated[
    str,
    Meta(max_length=80, description="As it was shown; spaces, dashes and small letters make no difference."),
]
MessageText = Annotated[
    str, Meta(min_length=1, max_length=4000, description="Free text in any language, up to 4,000 characters.")
]
Standing = Literal["received", "delivered", "being_looked_at", "ended"]


class StatusAsked(Incoming, frozen=True):
    """Asks how a report stands."""

    receipt: Receipt


class NewMessage(Incoming, frozen=True):
    """Something the reporter adds. `answers` is the id of the question that it answers."""

    receipt: Receipt
    text: MessageText
    answers: UUID | None = None


class Status(Outgoing, frozen=True):
    """How a report stands. `bodies` are those that have it and may be named to whoever holds the receipt.

    Once the work on it has `ended`, `text` says how, in plain words.
    """

    code: Standing
    text: str
    bodies: list[str]


class MessageLine(Outgoing, frozen=True):
    """One message, by the reporter or to the reporter."""

    id: UUID
    author: Literal["reporter", "coordinator"]
    text: str
    written_at: datetime
    answers: UUID | None


class FileLine(Outgoing, frozen=True):
    """One photo that has arrived. The photo itself cannot be had again by the receipt."""

    id: UUID
    kind: str
    size: int
    added_at: datetime


class FollowUpStatus(Outgoing, frozen=True):
    """A report as its reporter may see it: never its grade, never what was said in it.

    For an anonymous report every time is cut to the whole minute; messages stand in the order they were written.
    """

    reference: str
    received_at: datetime
    status: Status
    messages: list[MessageLine]
    files: list[FileLine]
    files_left: int


class MessageTaken(Outgoing, frozen=True):
    """The answer to a message, sent once it is durable; `advice` is to be shown at once."""

    id: UUID
    written_at: datetime
    advice: list[AdviceLine]


class UploadState(Outgoing, frozen=True):
    """How much of a photo has arrived; `file` once it is whole and kept."""

    offset: int
    file: FileLine | None
