"""Which channels can really reach somebody, and which recipients have none.

A policy names channels; the settings say what this installation can use of them. A recipient without a live channel is
a dead end: its reports would be decided on and
nobody told. So the service does not start; the demo starts all the same, and says so.
"""

from typing import Final, TypeVar

import msgspec

from service.errors import PolicyError
from service.policy.directory import Directory
from service.policy.model import Channel, Policy, RecipientPolicy
from service.settings import Settings

_NOWHERE: Final = (".invalid", ".example", ".test")
"""Top-level domains that never receive mail (RFC 6761)."""
_FILE: Final = "recipients.toml"
P = TypeVar("P", Policy, Directory)


def filled_in(channel: Channel, recipient: str, settings: Settings) -> Channel:
    """The channel with its address: a webhook the policy leaves open takes the URL of the settings."""
    if channel.kind == "webhook" and not channel.to:
        return Channel(kind="webhook", to=settings.webhook_urls.get(recipient, ""))
    return channel


def usable(channel: Channel, recipient: str, settings: Settings) -> bool:
    """Whether a notification can be handed over by this channel here. In the demo mail to nowhere can, being caught."""
    channel = filled_in(channel, recipient, settings)
    match channel.kind:
        case "email":
            return settings.mail.host is not None and (settings.demo or _real_address(channel.to))
        case "webhook":
            return bool(channel.to) and recipient in settings.webhook_secrets
        case _:
            return True


def live(channel: Channel, recipient: str, settings: Settings) -> bool:
    """Whether somebody will learn of a notification by this channel.

    The console does not count, because nobody might be looking at it.
    """
    if channel.kind not in {"email", "webhook"} or not usable(channel, recipient, settings):
        return False
    return channel.kind == "webhook" or _real_address(channel.to)


def with_usable_channels(policy: P, settings: Settings) -> P:
    """The policy with each recipient's channels reduced to those this installation can use, addresses filled in.

    Notifications are made for these only: one that nothing here can send would wait for ever.
    """
    recipients = {code: _reduced(recipient, settings) for code, recipient in policy.recipients.items()}
    return msgspec.structs.replace(policy, recipients=recipients)


def refuse_dead_ends(policy: Policy | Directory, settings: Settings) -> list[str]:
    """Raise PolicyError when a recipient has no live channel, naming each and what to do.

    In the demo nothing is raised: a notice that says so is returned instead.
    """
    dead_ends = [
        recipient
        for code, recipient in policy.recipients.items()
        if not any(live(channel, code, settings) for channel in recipient.channels)
    ]
    if not dead_ends:
        return []
    if not settings.demo:
        raise PolicyError("\n".join(_advice(recipient, settings) for recipient in dead_ends))
    codes = ", ".join(recipient.code for recipient in dead_ends)
    return [f"This is the demo: no real person is told of anything. Without a live channel: {codes}."]


def _reduced(recipient: RecipientPolicy, settings: Settings) -> RecipientPolicy:
    channels = [
        filled_in(channel, recipient.code, settings)
        for channel in recipient.channels
        if usable(channel, recipient.code, settings)
    ]
    return msgspec.structs.replace(recipient, channels=channels)


def _real_address(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return bool(local) and bool(domain) and not f".{domain.lower().rstrip('.')}".endswith(_NOWHERE)


def _advice(recipient: RecipientPolicy, settings: Settings) -> str:
    missing = "" if settings.mail.host else " and set SMTP_URL"
    variable = recipient.code.upper()
    return (
        f"{settings.policy / _FILE}: {recipient.code} ({recipient.name}) has no live channel, so nobody would be told. "
        f"Give it the e-mail address it reads{missing}, or a webhook with EVENLODE_WEBHOOK_URL_{variable} and "
        f"EVENLODE_WEBHOOK_SECRET_{variable}."
    )
