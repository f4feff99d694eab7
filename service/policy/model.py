"""The policy as frozen records: what a partnership changes without changing code."""

from typing import Literal

import msgspec

from service.routing.model import Tier

ChannelKind = Literal["email", "webhook", "console", "null"]


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to a recipient. `to` is an e-mail address or a URL; empty for the console."""

    kind: ChannelKind
    to: str = ""


class RecipientPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that can be told.

    `tier` is the most it may see; `tier_if_named` when the reporter chose to be named. `hours` names an entry of
    `hours.toml`. `next_contact` is the recipient told when this one does not acknowledge in time.
    """

    code: str
    name: str
    tier: Tier
    tier_if_named: Tier | None = None
    hours: str
    next_contact: str | None = None
    channels: list[Channel]
