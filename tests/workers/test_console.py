"""The console event and the null channel."""

import msgspec
import pytest
import redis.asyncio

from service.policy.directory import Directory
from service.settings import Secret, Settings
from tests.workers.conftest import HeldClock
from workers.channels.base import Notification, TransientFault
from workers.channels.registry import Channels

from .test_email import ITEM


async def test_whoever_has_the_queue_open_hears_of_the_item(channels: Channels, redis_url: str) -> None:
    async with redis.asyncio.Redis.from_url(redis_url) as client, client.pubsub() as listener:
        await listener.subscribe("evenlode:queue:tvp")
        await listener.get_message(timeout=5)
        assert await channels.get("tvp", "console").send(ITEM) == "1 listening"
        heard = await listener.get_message(timeout=5)
    assert msgspec.json.decode(heard["data"], type=Notification) == ITEM


async def test_a_broker_that_is_away_is_tried_again(
    demo_settings: Settings, policy: Directory, clock: HeldClock
) -> None:
    gone = msgspec.structs.replace(demo_settings, redis_url=Secret("unix:///nowhere/socket?db=0"))
    channels = Channels(gone, policy, clock)
    with pytest.raises(TransientFault, match="broker"):
        await channels.get("tvp", "console").send(ITEM)
    await channels.close()


async def test_the_null_channel_takes_everything(channels: Channels) -> None:
    assert await channels.get("tvp", "null").send(ITEM) == "discarded"


async def test_a_recipient_the_policy_no_longer_knows_waits_for_it_to_be_put_right(
    channels: Channels,
) -> None:
    with pytest.raises(TransientFault, match="nobody"):
        await channels.get("nobody", "email").send(ITEM)
    assert channels.name_of("nobody") == "nobody"
    assert channels.name_of("tvp") == "Thames Valley Police"
