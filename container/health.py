# ruff: noqa: INP001 - a script of the image, not a package
"""Says by its exit code whether the process of this container does its work: `python health.py ROLE`.

- web: ready to take reports
- relay: holds its connection to the database
- worker QUEUE...: takes what is on its queues
- scheduler FOLDER: has asked for the upkeep lately
"""

import asyncio
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_STUCK_FOR = 3.0
_UPKEEP_EVERY = 3600.0
_SLACK = 900.0


def web() -> bool:
    """True when `/health/ready` answers 200: the database is there, whatever the broker."""
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/health/ready"
    with urllib.request.urlopen(url, timeout=4) as answer:
        return bool(answer.status == 200)


def relay() -> bool:
    """True when the database sees a relay that comes from this container."""
    return asyncio.run(_relay_connected())


async def _relay_connected() -> bool:
    import asyncpg  # noqa: PLC0415 - a check loads only what it needs: it runs every few seconds

    connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=3, command_timeout=3)
    try:
        found: bool = await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE application_name = 'evenlode_relay' AND datname = current_database()"
            " AND client_addr IS NOT DISTINCT FROM inet_client_addr())"
        )
    finally:
        await connection.close()
    return found


def worker(*queues: str) -> bool:
    """True unless the next message of a queue is still the same after three seconds: then nobody takes it."""
    import redis  # noqa: PLC0415 - as above

    with closing(redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3)) as broker:
        before = {queue: broker.lindex(queue, -1) for queue in queues}
        if not any(before.values()):
            return True
        time.sleep(_STUCK_FOR)
        return all(
            message is None or broker.lindex(queue, -1) != message for queue, message in before.items()
        )


def scheduler(folder: str) -> bool:
    """True when the schedule in `folder` was written since the upkeep was last due."""
    written = [found.stat().st_mtime for found in Path(folder).glob("schedule*")]
    return bool(written) and time.time() - max(written) < _UPKEEP_EVERY + _SLACK


ROLES: dict[str, Callable[..., bool]] = {"web": web, "relay": relay, "worker": worker, "scheduler": scheduler}


def main(arguments: list[str]) -> int:
    """The exit code: 0 healthy, 1 not, 2 asked wrongly."""
    if not arguments or arguments[0] not in ROLES:
        print(__doc__, file=sys.stderr)  # noqa: T201 - a command speaks by printing
        return 2
    try:
        healthy = ROLES[arguments[0]](*arguments[1:])
    except Exception as fault:  # noqa: BLE001 - whatever went wrong, it is not healthy
        print(type(fault).__name__, file=sys.stderr)  # noqa: T201 - as above
        return 1
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
