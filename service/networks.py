"""How often something came from a network lately, without keeping which network that was.

A network (an IPv4 /24, an IPv6 /48) is told by a keyed hash cut to 20 bits: some sixteen networks share each, and the
hash changes every day. Counts live in the broker for minutes. Nothing of it goes into the database or a log. Where the
broker is away nothing is counted and everything is let through, a little slower.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, Literal

from litestar import Request
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.clock import Clock
from service.keys import KeyRing

Subject = Literal["receipt", "report"]
"""What is counted: wrong receipts, reports."""
Network = IPv4Network | IPv6Network
_Numbers = Mapping[int, list[tuple[int, int]]]
WINDOW: Final = timedelta(minutes=10)
"""How long a count lives from the first that it counts."""
_ANSWER_WITHIN: Final = 0.25
_BUCKETS: Final = 2**20
_NETWORK_BYTES: Final = {4: 3, 6: 6}
# Whoever comes from one of these came through a proxy that is not named in the settings, or sits beside the machine: it
# says nothing of where they are, and counting it would count everybody together.
_NOWHERE: Final[Sequence[Network]] = tuple(
    ip_network(one)
    for one in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


class Networks:
    """Counts what comes from networks. `proxies` are those whose `X-Forwarded-For` is believed."""

    def __init__(self, *, redis: Redis, ring: KeyRing, clock: Clock, proxies: Sequence[Network]) -> None:
        self._redis = redis
        self._ring = ring
        self._clock = clock
        self._proxies = _numbers(proxies)
        self._behind_proxies = bool(proxies)
        self._nowhere = _numbers(_NOWHERE)

    def bucket(self, request: Request[Any, Any, Any]) -> str | None:
        """What stands for the network of a request; None when it is not known."""
        address = self._address(request)
        if address is None or _within(address, self._nowhere):
            return None
        network = address.packed[: _NETWORK_BYTES[address.version]].hex()
        mark = self._ring.mark("network", f"{self._clock().date().isoformat()} {network}")
        return f"{int.from_bytes(mark[:4]) % _BUCKETS:05x}"

    async def seen(self, subject: Subject, bucket: str | None) -> int | None:
        """How many were counted within the window; None when that cannot be known now."""
        if bucket is None:
            return 0
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                return int(await self._redis.get(_name(subject, bucket)) or 0)
        except (RedisError, OSError, TimeoutError):
            return None

    async def count(self, subject: Subject, bucket: str | None) -> int | None:
        """Count one more; returns how many that makes within the window, None when that cannot be known now."""
        if bucket is None:
            return 0
        name = _name(subject, bucket)
        try:
            async with asyncio.timeout(_ANSWER_WITHIN), self._redis.pipeline(transaction=True) as pipeline:
                both: Any = pipeline  # its commands are awaited together, at the end
                both.incr(name)
                both.expire(name, WINDOW, nx=True)
                counted, _ = await both.execute()
                return int(counted)
        except (RedisError, OSError, TimeoutError):
            return None

    def _address(self, request: Request[Any, Any, Any]) -> IPv4Address | IPv6Address | None:
        """Where a request came from: past every proxy that is believed, the first that is none of them."""
        address = _read(request.client.host if request.client else "")
        told = request.headers.get("x-forwarded-for", "").split(",") if self._behind_proxies else []
        while address is not None and told and _within(address, self._proxies):
            address = _read(told.pop())
        return address


def _name(subject: Subject, bucket: str) -> str:
    return f"evenlode:seen:{subject}:{bucket}"


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _numbers(networks: Iterable[Network]) -> _Numbers:
    """Networks as numbers: to ask each whether it holds an address would cost a report more than all else of this."""
    told: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for one in networks:
        told[one.version].append((int(one.netmask), int(one.network_address)))
    return told


def _within(address: IPv4Address | IPv6Address, networks: _Numbers) -> bool:
    number = int(address)
    return any(number & mask == first for mask, first in networks[address.version])
