"""Goes nowhere: for measuring everything but the sending."""

from workers.channels.base import Notification


class NullChannel:
    """Accepts at once."""

    async def send(self, notification: Notification) -> str:
        del notification
        return "discarded"
