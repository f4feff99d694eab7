"""One event loop and one database pool for each worker process, whatever number of Celery threads feed them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final

import structlog
import uvloop

from service.clock import Clock, utc_now
from service.db.pool import open_pool
from service.policy.directory import load_directory
from service.policy.releases.following import Follower, policy_at_start
from service.settings import Settings
from workers.channels.registry import Channels
from workers.courier import Courier
from workers.lanes import SEND_LIMIT

POOL_SIZE: Final = 4
"""Database connections of one worker process; none is held while sending, so a few serve hundreds of sends."""
HAND_OVERS_AT_ONCE: Final = 64
"""Tasks of this process under way at a time. The relay's limits are lower; this one holds whatever fills the broker."""
DRAIN_SECONDS: Final = SEND_LIMIT.total_seconds() + 2.0

_log = structlog.get_logger()


class Runtime:
    """What the tasks of one process share. Inert until `start`."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._room = threading.BoundedSemaphore(HAND_OVERS_AT_ONCE)
        self._courier: Courier | None = None
        self._finish: Callable[[], Coroutine[Any, Any, None]] | None = None

    @property
    def courier(self) -> Courier:
        """Sends notifications; only while started."""
        if self._courier is None:
            raise RuntimeError("the worker's runtime is not started")
        return self._courier

    def start(self) -> None:
        """Check the policy, then start the loop's thread.

        Raises PolicyError or SettingsError, so that a worker which could reach nobody does not start. The database may
        be away: connections are opened when first needed, and the policy is the folder's until then.
        """
        followed = policy_at_start(self.settings, load_directory)
        loop = uvloop.new_event_loop()
        self._loop = loop
        self._thread = threading.Thread(target=loop.run_forever, name="deliveries", daemon=True)
        self._thread.start()

        async def open_parts() -> None:
            pool = await open_pool(self.settings.require_database(), role="evenlode_worker", size=POOL_SIZE)
            channels = Channels(self.settings, followed.policy, self.clock)
            follower = Follower(self.settings, load_directory, channels.adopt, followed)
            following = asyncio.create_task(follower.run())

            async def close_parts() -> None:
                following.cancel()
                await channels.close()
                await asyncio.wait_for(pool.close(), 5)

            self._finish = close_parts
            self._courier = Courier(pool, channels, public_url=self.settings.public_url, clock=self.clock)

        asyncio.run_coroutine_threadsafe(open_parts(), loop).result(30)
        _log.info("worker.ready", demo=self.settings.demo)

    def submit(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Future[Any]:
        """Run `work()` on the loop; returns at once while there is room, so that a slow receiver holds up no thread.

        The broker's message is done with then: if this process dies, the lease brings the rows back.
        """
        loop = self._loop
        if loop is None:
            raise RuntimeError("the worker's runtime is not started")
        self._room.acquire()
        future = asyncio.run_coroutine_threadsafe(work(), loop)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[Any]) -> None:
        self._room.release()
        if not future.cancelled() and (fault := future.exception()) is not None:
            _log.error("task.failed", exc_info=fault)

    def stop(self) -> None:
        """Let what is being sent end and be recorded, then close everything."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        free = sum(self._room.acquire(timeout=DRAIN_SECONDS) for _ in range(HAND_OVERS_AT_ONCE))
        if free < HAND_OVERS_AT_ONCE:
            _log.warning("worker.cut_short", tasks=HAND_OVERS_AT_ONCE - free)
        self._courier = None
        self._loop = None
        if self._finish is not None:
            try:
                asyncio.run_coroutine_threadsafe(self._finish(), loop).result(10)
            except Exception:  # noqa: BLE001 - the process ends either way
                _log.exception("worker.close_failed")
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        for _ in range(free):
            self._room.release()
