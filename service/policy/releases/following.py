"""Which policy a running process uses: the release in force, else the folder of the settings.

A process asks the database when it starts, and is told of every later change (NOTIFY, and a look now and then in case
a word was lost). It takes a release up between two reports, without a restart. One that this version of the software
cannot use, or by which somebody here could not be reached, is held back: the policy in use stays.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import asyncpg
import structlog

from service.db.away import DATABASE_FAULT
from service.db.pool import prepare_connection
from service.errors import PolicyError
from service.policy.directory import Directory
from service.policy.model import Policy
from service.policy.releases.folder import unpacked
from service.policy.releases.model import InForce
from service.policy.releases.store import read_in_force, read_in_force_mark
from service.routing.live_channels import refuse_dead_ends
from service.settings import Settings

CHANNEL: Final = "evenlode_policy"
"""Where migration 0005 tells that another release is in force."""
LOOK_EVERY: Final = 30.0
"""Seconds between two looks at what is in force, in case a notice was lost."""
_ASK_WITHIN: Final = 3.0
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 15.0

_log = structlog.get_logger()
T = TypeVar("T")
P = TypeVar("P", bound=Policy | Directory)
Load = Callable[[Path], P]


class Followed(Generic[P]):
    """The policy in use, and what is known of the one in force.

    `mark` is that of the last change of what is in force ("": none known, so the folder's). `held_back` is the version
    in force when it cannot be used here, else None.
    """

    def __init__(self, policy: P, *, mark: str = "", held_back: str | None = None) -> None:
        self.policy = policy
        self.mark = mark
        self.held_back = held_back


def policy_at_start(settings: Settings, load: Load[P]) -> Followed[P]:
    """The policy to start with. `load` reads a folder.

    The folder's when nothing was published yet, the database cannot be asked, or the release in force cannot be used;
    `Follower` looks again. Raises PolicyError when the folder's is needed and cannot be used either.
    """
    return _followed(_ask_aside(settings), settings, load, None)


async def policy_now(
    connection: asyncpg.Connection, settings: Settings, load: Load[P], before: Followed[P] | None
) -> Followed[P]:
    """The policy for a piece of work that is done now and then, without a `Follower`.

    `before` is what this gave the last time, and is given back while it is still right. Raises PolicyError as
    `policy_at_start` does, and what the database raises.
    """
    if before is not None and before.mark == await read_in_force_mark(connection):
        return before
    in_force = await read_in_force(connection)
    policy = None if before is None else before.policy
    return await asyncio.to_thread(_followed, in_force, settings, load, policy)


async def read_policy_now(connection: asyncpg.Connection, settings: Settings, read: Callable[[Path], T]) -> T:
    """What `read` makes of the policy's files, for work that needs a part of the policy and tells nobody.

    Of those in force, else of the folder's, as for `policy_now`; but whether somebody can be reached is left aside.
    Raises PolicyError when neither can be used, and what the database raises.
    """
    in_force = await read_in_force(connection)
    if in_force is not None:
        try:
            with unpacked(in_force.files) as folder:
                return await asyncio.to_thread(read, folder)
        except Exception as fault:  # noqa: BLE001 - as in `_followed`
            _log_held_back(in_force, fault)
    return await asyncio.to_thread(read, settings.policy)


def _followed(in_force: InForce | None, settings: Settings, load: Load[P], before: P | None) -> Followed[P]:
    """The release in force; else what was used before, else the folder's."""
    if in_force is None:
        return Followed(before or _usable(settings.policy, settings, load))
    try:
        policy = _load_release(in_force, settings, load)
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, a policy that works is better than none
        _log_held_back(in_force, fault)
        kept = before or _usable(settings.policy, settings, load)
        return Followed(kept, mark=in_force.mark, held_back=in_force.version)
    return Followed(policy, mark=in_force.mark)


class Follower(Generic[P]):
    """Keeps one process on the release in force, from `run` until it is cancelled.

    `adopt` is called in the event loop with each policy to use from then on.
    """

    def __init__(
        self,
        settings: Settings,
        load: Load[P],
        adopt: Callable[[P], None],
        followed: Followed[P],
    ) -> None:
        self._settings = settings
        self._load = load
        self._adopt = adopt
        self._followed = followed

    @property
    def held_back(self) -> str | None:
        """The version in force, when this process cannot use it."""
        return self._followed.held_back

    async def run(self) -> None:
        """Follow what is in force. The database being away is waited out."""
        wait = _FIRST_WAIT
        while True:
            connection = None
            try:
                connection = await _connect(self._settings.require_database())
                wait = _FIRST_WAIT
                await self._follow(connection)
            except DATABASE_FAULT as fault:
                _log.warning("policy.database_away", fault=type(fault).__name__, again_in=wait)
            finally:
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _follow(self, connection: asyncpg.Connection) -> None:
        woken = asyncio.Event()
        connection.add_termination_listener(lambda _: woken.set())
        await connection.add_listener(CHANNEL, lambda *_: woken.set())
        while not connection.is_closed():
            woken.clear()
            if await read_in_force_mark(connection) != self._followed.mark:
                in_force = await read_in_force(connection)
                if in_force is not None:
                    await self._take_up(in_force)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), LOOK_EVERY)

    async def _take_up(self, in_force: InForce) -> None:
        followed = self._followed
        try:
            policy = await asyncio.to_thread(_load_release, in_force, self._settings, self._load)
            self._adopt(policy)
        except Exception as fault:  # noqa: BLE001 - a process that decides and delivers must not end over a file
            _log_held_back(in_force, fault)
            followed.held_back = in_force.version
        else:
            _log.info("policy.taken_up", version=in_force.version, number=in_force.number)
            followed.policy, followed.held_back = policy, None
        # Not tried again before something else is put in force: it would fail in the same way.
        followed.mark = in_force.mark


async def _connect(url: str) -> asyncpg.Connection:
    """A connection that only reads, as whatever account the process signs in with: each may read releases."""
    connection = await asyncpg.connect(
        url,
        timeout=_ASK_WITHIN,
        command_timeout=_ASK_WITHIN,
        server_settings={"application_name": "evenlode_policy", "default_transaction_read_only": "on"},
    )
    await prepare_connection(connection)
    return connection


def _ask_aside(settings: Settings) -> InForce | None:
    """Ask in a loop of its own, since a process is put together outside of any, or inside that of a test."""
    if settings.database_url is None:
        return None
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(lambda: asyncio.run(_ask(settings.require_database()))).result()


async def _ask(url: str) -> InForce | None:
    try:
        connection = await _connect(url)
        try:
            return await read_in_force(connection)
        finally:
            connection.terminate()
    except DATABASE_FAULT as fault:
        _log.warning("policy.database_away", fault=type(fault).__name__)
        return None


def _load_release(in_force: InForce, settings: Settings, load: Load[P]) -> P:
    with unpacked(in_force.files) as folder:
        return _usable(folder, settings, load)


def _usable(folder: Path, settings: Settings, load: Load[P]) -> P:
    """The policy of a folder, once everybody in it can be reached. Raises PolicyError."""
    policy = load(folder)
    for notice in refuse_dead_ends(policy, settings):
        _log.warning("policy.demo", notice=notice)
    return policy


def _log_held_back(in_force: InForce, fault: Exception) -> None:
    """Say which release cannot be used. A policy's faults name files and lines, and never a report."""
    why: Any = str(fault).splitlines()[:5] if isinstance(fault, PolicyError) else type(fault).__name__
    _log.error("policy.held_back", version=in_force.version, number=in_force.number, why=why)
