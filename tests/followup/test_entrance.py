"""Wrong receipts: slower, told plainly, and never a lock-out for whoever has a right one."""

from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
import redis
from litestar import Request
from redis.asyncio import Redis

from service.followup.entrance import FREE_TRIES, MOST_TRIES, pause
from service.keys import load_key_ring
from service.networks import Networks
from service.settings import Settings, load_settings
from tests.followup.returning import UNKNOWN, reported, status
from tests.web import problem, serving


def _from(address: str, forwarded: str = "") -> Request[Any, Any, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (address, 1), "headers": headers})  # type: ignore[typeddict-item]


def _networks(settings: Settings, *, day: int = 20) -> Networks:
    return Networks(
        redis=cast("Redis", None),
        ring=load_key_ring(settings.key_file),
        clock=lambda: datetime(2026, 11, day, 12, tzinfo=UTC),
        proxies=settings.proxies,
    )


def _busy(redis_url: str, count: int) -> None:
    """As if so many wrong receipts had come from the client's network already."""
    with redis.Redis.from_url(redis_url) as broker:
        (name,) = broker.keys("evenlode:seen:receipt:*")
        broker.set(name, count, keepttl=True)


async def test_after_many_wrong_receipts_it_says_so_and_a_right_one_is_still_taken(
    client: httpx.AsyncClient, redis_url: str
) -> None:
    accepted = await reported(client)
    assert (await status(client, UNKNOWN)).status_code == 404
    _busy(redis_url, MOST_TRIES)
    refused = await status(client, UNKNOWN)
    assert (refused.status_code, problem(refused)["type"]) == (429, "/problems/too-many-tries")
    assert int(refused.headers["retry-after"]) == 600
    assert (await status(client, accepted["receipt"])).status_code == 200


async def test_what_is_counted_lives_ten_minutes_and_names_nobody(
    client: httpx.AsyncClient, redis_url: str
) -> None:
    await reported(client)
    await status(client, UNKNOWN)
    with redis.Redis.from_url(redis_url) as broker:
        names = [name.decode() for name in cast("list[bytes]", broker.keys("*"))]
        assert len(names) == 1
        assert 0 < cast("int", broker.ttl(names[0])) <= 600
        assert broker.get(names[0]) == b"1"
    assert "203.0.113" not in names[0]
    assert len(names[0].rpartition(":")[2]) == 5


async def test_while_the_broker_is_away_everybody_is_let_through(web_environ: dict[str, str]) -> None:
    settings = load_settings({**web_environ, "REDIS_URL": "redis://127.0.0.1:1/0"})
    async with serving(settings) as http:
        accepted = await reported(http)
        assert (await status(http, accepted["receipt"])).status_code == 200
        assert (await status(http, UNKNOWN)).status_code == 404


def test_it_gets_slower_by_steps_and_never_slower_than_a_second() -> None:
    assert pause(0) == pause(FREE_TRIES) == 0
    assert 0 < pause(FREE_TRIES + 1) < pause(FREE_TRIES + 5) <= pause(10_000) == 1.0
    assert 0 < pause(None) < 1


def test_a_network_has_one_bucket_for_a_day_and_another_the_next(web_settings: Settings) -> None:
    networks = _networks(web_settings)
    one = networks.bucket(_from("203.0.113.7"))
    assert one == networks.bucket(_from("203.0.113.99"))
    assert one == networks.bucket(_from("::ffff:203.0.113.7"))
    assert one != networks.bucket(_from("198.51.100.7"))
    assert one != _networks(web_settings, day=21).bucket(_from("203.0.113.7"))
    assert networks.bucket(_from("2001:db8:1:2::1")) == networks.bucket(_from("2001:db8:1:ffff::9"))
    assert networks.bucket(_from("2001:db8:1::1")) != networks.bucket(_from("2001:db8:2::1"))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "", "unix:"])
def test_behind_a_proxy_that_is_not_named_nobody_is_counted_with_everybody_else(
    web_settings: Settings, address: str
) -> None:
    assert _networks(web_settings).bucket(_from(address, "203.0.113.7")) is None


def test_a_proxy_that_is_named_is_believed_and_nobody_else(web_environ: dict[str, str]) -> None:
    networks = _networks(load_settings({**web_environ, "EVENLODE_PROXIES": "127.0.0.1, 10.0.0.0/8"}))
    direct = networks.bucket(_from("203.0.113.7"))
    assert networks.bucket(_from("127.0.0.1", "203.0.113.7")) == direct
    # What the reporter's own side claims stands further to the left, and is not looked at.
    assert networks.bucket(_from("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.9")) == direct
    assert networks.bucket(_from("203.0.113.7", "198.51.100.1")) == direct
    assert networks.bucket(_from("127.0.0.1", "nonsense")) is None
