"""The record as other systems fetch it: a line of JSON for each entry, named as in Elastic Common Schema (ECS) 8.17.

ECS, because it is a list of field names and no envelope: collectors of every vendor read it, and it has fields for what
a chain needs (`event.sequence`, `event.hash`). What ECS has no name for stands under `evenlode`. Fields are only added.
Nothing of what a report says is in it, and no words a person wrote; times are as they are stored, for an anonymous
report to the minute.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import field

from schemas.base import Outgoing


class EcsVersion(Outgoing, frozen=True):
    """Which ECS the names are of."""

    version: str = "8.17.0"


class Event(Outgoing, frozen=True, kw_only=True):
    """What was done. `hash` is the chain's own, over this entry and the one before it (hexadecimal SHA-256)."""

    action: str
    category: list[str]
    type: list[str]
    outcome: Literal["success", "failure"]
    sequence: int
    hash: str
    kind: str = "event"
    provider: str = "evenlode"
    dataset: str = "evenlode.audit"


class User(Outgoing, frozen=True):
    """The account that did it; its name is not here."""

    id: str


class Evenlode(Outgoing, frozen=True, kw_only=True, omit_defaults=True):
    """Who or what did it (`account:…`, `key:…`, a process, a command's user), to what, and codes that go with it."""

    actor: str
    subject: str
    detail: dict[str, Any] = {}


class AuditLine(Outgoing, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the record. `user` only where an account did it."""

    timestamp: datetime = field(name="@timestamp")
    ecs: EcsVersion
    event: Event
    user: User | None = None
    evenlode: Evenlode
