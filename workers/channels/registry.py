"""The channels of this installation, built once from policy and settings."""

from zoneinfo import ZoneInfo

import redis.asyncio
from standardwebhooks.webhooks import EmptyWebhookSecretError

from service.clock import Clock
from service.policy.directory import Directory
from service.policy.model import Channel as ChannelPolicy
from service.routing.live_channels import with_usable_channels
from service.settings import Settings
from workers.channels.base import Channel, Unusable
from workers.channels.console import ConsoleChannel
from workers.channels.email import EmailChannel, Letterhead
from workers.channels.null import NullChannel
from workers.channels.smtp_connections import SmtpConnections
from workers.channels.webhook import WebhookChannel, safe_to_call, webhook_client


class Channels:
    """Gives the channel of a recipient. Make it in the event loop that will use it."""

    def __init__(self, settings: Settings, directory: Directory, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.adopt(directory)
        self._mail = SmtpConnections(settings.mail)
        self._http = webhook_client()
        self._broker = redis.asyncio.Redis.from_url(
            settings.require_redis(), socket_timeout=3, socket_connect_timeout=3
        )

    def adopt(self, directory: Directory) -> None:
        """Send by this directory from now on; what is being sent ends as it began. The connections stay open."""
        self._directory = with_usable_channels(directory, self._settings)
        self._letterhead = Letterhead(
            sender=self._settings.mail.sender,
            partnership=directory.partnership.name,
            zone=ZoneInfo(directory.partnership.timezone),
            concerns=directory.concerns,
        )
        self._built: dict[tuple[str, str], Channel] = {}

    def name_of(self, recipient: str) -> str:
        """The recipient's name, or its code when the policy no longer knows it."""
        known = self._directory.recipients.get(recipient)
        return recipient if known is None else known.name

    def get(self, recipient: str, kind: str) -> Channel:
        """The channel of this kind to this recipient.

        One that policy or settings do not offer (any more) answers every try with a transient fault, so that its
        notifications wait for the mistake to be put right.
        """
        key = (recipient, kind)
        if key not in self._built:
            self._built[key] = self._build(recipient, kind)
        return self._built[key]

    async def close(self) -> None:
        """Close every connection."""
        await self._mail.close()
        await self._http.aclose()
        await self._broker.aclose()

    def _build(self, recipient: str, kind: str) -> Channel:
        known = self._directory.recipients.get(recipient)
        offered = [] if known is None else [channel for channel in known.channels if channel.kind == kind]
        if not offered:
            return Unusable(f"no {kind} channel to {recipient} in the policy that these settings can use")
        return self._open(recipient, offered[0])

    def _open(self, recipient: str, channel: ChannelPolicy) -> Channel:
        match channel.kind:
            case "email":
                return EmailChannel(self._mail, channel.to, self._letterhead, self._clock)
            case "webhook":
                return self._webhook(recipient, channel.to)
            case "console":
                return ConsoleChannel(self._broker, recipient)
            case "null":
                return NullChannel()

    def _webhook(self, recipient: str, url: str) -> Channel:
        if not safe_to_call(url, demo=self._settings.demo):
            return Unusable("the webhook's address must begin with https://")
        secret = self._settings.webhook_secrets[recipient].reveal()
        try:
            return WebhookChannel(self._http, url, secret, self._clock)
        except (ValueError, EmptyWebhookSecretError):
            return Unusable("the webhook's secret is not one of Standard Webhooks (whsec_ and base64)")
