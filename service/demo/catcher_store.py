"""What the catcher keeps: e-mails and webhooks, newest first, in memory and bounded."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final, Literal

import msgspec

MOST_ITEMS: Final = 20_000
MOST_BYTES: Final = 64 * 1024 * 1024
Kind = Literal["mail", "hook"]


class Address(msgspec.Struct, frozen=True):
    """A name and an e-mail address, in Mailpit's spelling."""

    Name: str
    Address: str


class CaughtMail(msgspec.Struct, frozen=True, kw_only=True):
    """One e-mail. `message_id` is without its angle brackets; `copy` is 1 for the first with it, 2 for the second."""

    key: str
    message_id: str
    sender: Address
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    subject: str
    snippet: str
    text: str
    raw: bytes
    attachments: int
    caught_at: datetime
    copy: int = 1

    @property
    def kind(self) -> Kind:
        return "mail"

    @property
    def size(self) -> int:
        return len(self.raw)


class CaughtHook(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a webhook. `fault` says why its signature was not accepted; empty when it was."""

    key: str
    message_id: str
    recipient: str
    body: bytes
    fault: str
    caught_at: datetime
    copy: int = 1

    @property
    def kind(self) -> Kind:
        return "hook"

    @property
    def size(self) -> int:
        return len(self.body)

    @property
    def verified(self) -> bool:
        return not self.fault


Caught = CaughtMail | CaughtHook


class CaughtItems:
    """The last items caught. The oldest go when there are too many, or they grow too large together."""

    def __init__(self, *, most_items: int = MOST_ITEMS, most_bytes: int = MOST_BYTES) -> None:
        self._most_items = most_items
        self._most_bytes = most_bytes
        self._items: OrderedDict[str, Caught] = OrderedDict()
        self._seen: Counter[tuple[Kind, str]] = Counter()
        self._kinds: Counter[Kind] = Counter()
        self._repeats: Counter[Kind] = Counter()
        self._bytes = 0

    def add(self, item: Caught) -> Caught:
        """Keep an item; returns it with its number among those of the same id. Refused webhooks are not counted."""
        if item.message_id and (isinstance(item, CaughtMail) or item.verified):
            identity = (item.kind, item.message_id)
            self._seen[identity] += 1
            item = msgspec.structs.replace(item, copy=self._seen[identity])
        self._items[item.key] = item
        self._bytes += item.size
        self._kinds[item.kind] += 1
        self._repeats[item.kind] += item.copy > 1
        while len(self._items) > self._most_items or (
            self._bytes > self._most_bytes and len(self._items) > 1
        ):
            self._forget(next(iter(self._items)))
        return item

    def get(self, key: str) -> Caught | None:
        """The item of this key; None when it is unknown or was let go."""
        return self._items.get(key)

    def newest(self, kind: Kind | None = None) -> Iterator[Caught]:
        """Items from the newest to the oldest."""
        return (item for item in reversed(self._items.values()) if kind is None or item.kind == kind)

    def page(self, start: int, limit: int, kind: Kind | None = None) -> list[Caught]:
        """At most `limit` items, newest first, after leaving out `start`."""
        return list(islice(self.newest(kind), start, start + limit))

    def count(self, kind: Kind | None = None) -> int:
        """How many are kept."""
        return len(self._items) if kind is None else self._kinds[kind]

    def repeats(self, kind: Kind) -> int:
        """How many of those kept are second (or later) copies, recognised by their message id."""
        return self._repeats[kind]

    def forget_mail(self, keys: list[str] | None = None) -> None:
        """Let e-mails go: those of `keys`, or all."""
        doomed = [item.key for item in self.newest("mail")] if keys is None else keys
        for key in doomed:
            if isinstance(self._items.get(key), CaughtMail):
                self._forget(key)

    def _forget(self, key: str) -> None:
        item = self._items.pop(key)
        self._bytes -= item.size
        self._kinds[item.kind] -= 1
        self._repeats[item.kind] -= item.copy > 1
        identity = (item.kind, item.message_id)
        if identity in self._seen:
            self._seen[identity] -= 1
            if self._seen[identity] <= 0:
                del self._seen[identity]
