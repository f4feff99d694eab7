"""A live event for whoever has the recipient's queue open. Nobody may be looking, so it never stands alone."""

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from workers.channels.base import Notification, TransientFault

_encode = msgspec.json.Encoder().encode


def queue_topic(recipient: str) -> str:
    """The Redis channel that the recipient's open queues listen to."""
    return f"evenlode:queue:{recipient}"


class ConsoleChannel:
    """Publishes to the recipient's topic."""

    def __init__(self, broker: redis.asyncio.Redis, recipient: str) -> None:
        self._broker = broker
        self._topic = queue_topic(recipient)

    async def send(self, notification: Notification) -> str:
        try:
            listeners = await self._broker.publish(self._topic, _encode(notification))
        except (RedisError, OSError) as fault:
            raise TransientFault(f"the broker did not take the event: {type(fault).__name__}") from fault
        return f"{listeners} listening"
