"""Slowing down whoever guesses: waits that grow with each try, and never a lock that only an administrator opens.

Tries are counted before they are checked, so that many sent at once are not all answered. What right tries leave behind
is forgotten. A browser that signed in before is counted by itself: whoever guesses from elsewhere cannot keep a
coordinator out (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").

The counts are in Valkey. While it is away each process counts for itself, so guessing stays slow and people get in.
"""

import time
from typing import Final, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.access.errors import SignInThrottled

_log = structlog.get_logger()
_REMEMBERED: Final = 24 * 3600
_MOST_KEPT: Final = 10_000

# For each key: refuse when one of them still waits; else count the try and set when the next may come.
# ARGV: seconds remembered, then for each key its free tries and its longest wait.
_TRY: Final = """
local now = tonumber(redis.call('TIME')[1])
local wait = 0
for _, key in ipairs(KEYS) do
  local till = tonumber(redis.call('HGET', key, 'till') or '0')
  if till - now > wait then wait = till - now end
end
if wait > 0 then return wait end
for place, key in ipairs(KEYS) do
  local count = redis.call('HINCRBY', key, 'count', 1)
  local over = count - tonumber(ARGV[place * 2])
  if over >= 0 then
    redis.call('HSET', key, 'till', now + math.min(2 ^ math.min(over, 20), tonumber(ARGV[place * 2 + 1])))
  end
  redis.call('EXPIRE', key, ARGV[1])
end
return 0
"""

_FORGET: Final = """
if ARGV[1] == '0' then return redis.call('DEL', KEYS[1]) end
redis.call('HDEL', KEYS[1], 'till')
if redis.call('HINCRBY', KEYS[1], 'count', -1) <= 0 then redis.call('DEL', KEYS[1]) end
return 1
"""


class Counted(NamedTuple):
    """What is counted, and how strictly. `key` is a mark: the counts name nobody and no address."""

    key: str
    free: int
    """Tries without a wait."""
    longest: int
    """The longest wait, in seconds."""
    shared: bool = False
    """True when other people's tries are counted with it: a right one then takes back itself alone."""

    def wait_after(self, count: int) -> int:
        """Seconds until the next try after `count` of them."""
        over = count - self.free
        return 0 if over < 0 else int(min(2 ** min(over, 20), self.longest))


def of_account(key: str) -> Counted:
    """Guesses of one account's password or code."""
    return Counted(f"tries:{key}", free=5, longest=15 * 60)


def of_network(key: str) -> Counted:
    """Guesses from one network, which may be a whole office."""
    return Counted(f"tries:{key}", free=30, longest=5 * 60, shared=True)


class Throttle:
    """Counts tries."""

    def __init__(self, redis: Redis) -> None:
        self._try = redis.register_script(_TRY)
        self._forget = redis.register_script(_FORGET)
        self._here: dict[str, tuple[int, float]] = {}

    async def begin(self, *counted: Counted) -> None:
        """Count a try, or raise SignInThrottled saying how long to wait."""
        given: list[int] = [_REMEMBERED]
        for one in counted:
            given += [one.free, one.longest]
        try:
            wait = int(await self._try(keys=[one.key for one in counted], args=given))
        except (RedisError, OSError, TimeoutError) as away:
            _log.warning("throttle.away", fault=type(away).__name__)
            wait = self._begin_here(counted)
        if wait > 0:
            raise SignInThrottled(wait)

    async def succeeded(self, *counted: Counted) -> None:
        """Forget the tries of what was shown rightly."""
        for one in counted:
            self._here.pop(one.key, None)
        try:
            for one in counted:
                await self._forget(keys=[one.key], args=[int(one.shared)])
        except (RedisError, OSError, TimeoutError) as away:
            _log.warning("throttle.away", fault=type(away).__name__)

    def _begin_here(self, counted: tuple[Counted, ...]) -> int:
        now = time.monotonic()
        wait = max((self._here.get(one.key, (0, now))[1] - now for one in counted), default=0)
        if wait > 0:
            return int(wait) + 1
        while len(self._here) > _MOST_KEPT:
            self._here.pop(next(iter(self._here)))
        for one in counted:
            count = self._here.pop(one.key, (0, now))[0] + 1
            self._here[one.key] = (count, now + one.wait_after(count))
        return 0
