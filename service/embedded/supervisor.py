"""Runs everything on this machine: starts it in order, starts again what ends, and stops it in order."""

import asyncio
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import groupby
from types import FrameType
from typing import Final

import msgspec
from rich.console import Console

from service.embedded import process as processes
from service.embedded.children import Child, PlannedChild, Watched
from service.embedded.logwatch import LogWatch
from service.embedded.places import locked, prepare_places
from service.embedded.plans import MARK, environment, make_folders, plans
from service.embedded.ports import free_port, require_free
from service.embedded.postgres import EmbeddedPostgres
from service.embedded.process import ServiceFailed
from service.embedded.running import RUN_FILE, Running
from service.embedded.valkey import EmbeddedValkey
from service.embedded.welcome import reachable_host, welcome
from service.settings import Settings

_LOOK_EVERY: Final = 0.2
_READY_WITHIN: Final = 90.0


class _StopAsked(Exception):
    """Somebody asked to stop before everything had started."""


class Supervisor:
    """One run of `evenlode up`."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._children: list[Child] = []
        self._ending: list[Callable[[], None]] = []
        self._stop = threading.Event()

    def run(self) -> None:
        """Start, watch until told to stop (SIGINT, SIGTERM, SIGHUP), stop; a second signal stops at once.

        Raises StateInUse, PortTaken, PolicyError, ServiceFailed or another ServiceError when it cannot start.
        """
        settings = self._settings
        with self._signals(), locked(settings.state), ExitStack() as stack:
            stack.callback(self._stop_all)
            stack.callback((settings.state / RUN_FILE).unlink, missing_ok=True)
            with suppress(_StopAsked):
                self._start()
                self._watch()

    def _start(self) -> None:
        from service.policy.load import load_policy  # noqa: PLC0415

        settings = self._settings
        self._end_leftovers()
        require_free(settings.host, settings.port, "PORT")
        if settings.demo:
            require_free("127.0.0.1", settings.mail_port, "MAIL_PORT")
        policy = load_policy(settings.policy)
        database_url, redis_url = self._start_services()
        self._prepare(database_url)
        environ = environment(
            settings,
            database_url=database_url,
            redis_url=redis_url,
            smtp_port=free_port(),
            recipients=policy.recipients.values(),
        )
        logs = settings.state / "logs"
        for plan in plans(settings):
            child = PlannedChild(plan, logs=logs, cwd=settings.state, environ=environ)
            self._children.append(child)
            child.spawn()
            self._check()
        self._wait_ready()
        running = Running(
            database_url=database_url,
            redis_url=redis_url,
            port=settings.port,
            mail_port=settings.mail_port,
            pid=os.getpid(),
        )
        _write_private(settings, msgspec.json.encode(running))
        welcome(self._console, settings)

    def _end_leftovers(self) -> None:
        """End what an earlier run of this state folder left, which would hold the ports and work on the data."""
        left = processes.processes_marked(MARK, str(self._settings.state))
        if left:
            self._say(f"stopping {len(left)} processes that an earlier run left")
            processes.end_leftovers(left, signal.SIGTERM, 10)

    def _start_services(self) -> tuple[str, str]:
        settings = self._settings
        embedded: list[EmbeddedPostgres | EmbeddedValkey] = []
        if settings.database_url is None or settings.redis_url is None:
            places = prepare_places(settings.state)
            self._ending.append(places.remove_sockets)
            if settings.database_url is None:
                embedded.append(EmbeddedPostgres(places))
            if settings.redis_url is None:
                embedded.append(EmbeddedValkey(places))
        self._children.extend(embedded)
        for service in embedded:
            service.spawn()
        for service in embedded:
            service.wait_ready()
            self._check()
        urls = {service.name: service.url for service in embedded}
        return (
            urls.get(EmbeddedPostgres.name) or settings.require_database(),
            urls.get(EmbeddedValkey.name) or settings.require_redis(),
        )

    def _prepare(self, database_url: str) -> None:
        import asyncpg  # noqa: PLC0415

        from service.db.migrate import migrate  # noqa: PLC0415
        from service.keys import ensure_key_ring  # noqa: PLC0415

        make_folders(self._settings.state)
        if ensure_key_ring(self._settings.key_file):
            self._say(f"made a key ring at {self._settings.key_file}; keep a copy of it with every backup")
        try:
            applied = asyncio.run(migrate(database_url))
        except (OSError, asyncpg.PostgresError) as fault:
            raise ServiceFailed(
                f"The database cannot be reached ({fault}). Is DATABASE_URL right?"
            ) from fault
        if applied:
            self._say(f"applied {len(applied)} migrations")
        self._check()

    def _wait_ready(self) -> None:
        """Wait until reports can be taken and, in the demo, read. Raises ServiceFailed."""
        settings = self._settings
        addresses = {"web": f"http://{reachable_host(settings)}:{settings.port}/health/ready"}
        if settings.demo:
            addresses["catcher"] = f"http://127.0.0.1:{settings.mail_port}/api/v1/messages"
        deadline = time.monotonic() + _READY_WITHIN
        for child in self._children:
            while child.name in addresses and not _answers(addresses[child.name]):
                if child.poll() is not None or time.monotonic() > deadline:
                    log = processes.tail(child.log)
                    raise ServiceFailed(f"{child.name} did not become ready. The end of {child.log}:\n{log}")
                self._check(_LOOK_EVERY / 2)

    def _watch(self) -> None:
        watched = [Watched(child) for child in self._children]
        logs = LogWatch(child.log for child in self._children)
        while not self._stop.wait(_LOOK_EVERY):
            for one in watched:
                if (news := one.look()) is not None:
                    self._say(news)
            for line in logs.news():
                self._say(line)

    def _stop_all(self) -> None:
        """Stop the processes in the order they leave; those that leave together take their time together."""
        if self._children:
            self._say("stopping")
        ordered = sorted(self._children, key=lambda child: child.leaves)
        with ThreadPoolExecutor(len(ordered) or 1) as together:
            for _, leaving in groupby(ordered, key=lambda child: child.leaves):
                list(together.map(lambda child: child.stop(), leaving))
        for step in self._ending:
            step()

    def _check(self, seconds: float = 0) -> None:
        if self._stop.wait(seconds):
            raise _StopAsked

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(_number: int, _frame: FrameType | None) -> None:
            if self._stop.is_set():
                for child in self._children:
                    child.kill()
            self._stop.set()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, asked) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _say(self, sentence: str) -> None:
        now = datetime.now().astimezone()
        # A console that was closed must not keep us from stopping in order.
        with suppress(OSError, SystemExit):
            self._console.print(f"{now:%H:%M:%S}  {sentence}", highlight=False, markup=False, soft_wrap=True)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _write_private(settings: Settings, content: bytes) -> None:
    draft = settings.state / f"{RUN_FILE}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(settings.state / RUN_FILE)
