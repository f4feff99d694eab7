"""The relay process: `python -m workers.relay`."""

import asyncio
import signal
import sys
from typing import Final

import asyncpg
import structlog
import uvloop

from service.clock import utc_now
from service.errors import ServiceError
from service.log import configure_logging
from service.policy.directory import load_directory
from service.policy.releases.following import policy_at_start
from service.settings import Settings, load_settings
from workers.app import create_app
from workers.handover import Relay
from workers.publisher import CeleryPublisher

SESSION: Final = {
    "application_name": "evenlode_relay",
    "role": "evenlode_worker",
    # A claim lost in a crash of the database is no loss: the row waits as before, and the task sent for it cannot
    # begin. So the relay alone need not wait for the disk.
    "synchronous_commit": "off",
    # The statistics of a queue are always out of date. Its claims must go by the index whatever they say: a scan of
    # the backlog would delay the urgent.
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "jit": "off",
}

_log = structlog.get_logger()


async def connect(url: str) -> asyncpg.Connection:
    """Open a connection of the relay: claims go by index only, and their commits do not wait for the disk."""
    return await asyncpg.connect(url, timeout=5, command_timeout=10, server_settings=SESSION)


async def serve(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT. Raises PolicyError or SettingsError instead of starting without a way out.

    What is handed over does not depend on the policy, so a later one needs nothing of the relay.
    """
    policy_at_start(settings, load_directory)
    url = settings.require_database()
    relay = Relay(lambda: connect(url), CeleryPublisher(create_app(settings)), utc_now)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, relay.stop)
    _log.info("relay.ready")
    await relay.run()


def main() -> None:
    """Run the relay of this installation; a fault of its set-up ends it with a sentence."""
    configure_logging("relay")
    # Publishing happens in threads. A routine lane's must not keep the interpreter from an urgent lane's for long.
    sys.setswitchinterval(0.0005)
    try:
        settings = load_settings()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except ServiceError as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
