"""`evenlode doctor`: what is right and wrong with this installation, and what to do next.

Each check imports what it needs when it runs: an installation with its own database and broker has no use for the
embedded services' modules, and asks for none of them.
"""

import asyncio
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import click
import msgspec
from rich.console import Console
from rich.table import Table

from service.embedded.running import Running, running_urls
from service.errors import ServiceError
from service.settings import Settings, load_settings

_LEAST_FREE_BYTES: Final = 1_000_000_000
_PATIENCE: Final = 5.0

Verdict = Literal["good", "note", "bad"]


class Finding(msgspec.Struct, frozen=True):
    """One line of the table: `todo` says what to do when it is not good."""

    what: str
    verdict: Verdict
    found: str
    todo: str = ""


@click.command()
def doctor() -> None:
    """Look at Python, folders, disk, ports, database, broker, policy and keys. Exit code 1 when something is bad."""
    settings = load_settings()
    running = running_urls(settings.state)
    findings = [finding for check in CHECKS for finding in check(settings, running)]
    Console().print(_table(findings))
    if any(finding.verdict == "bad" for finding in findings):
        raise SystemExit(1)


def _table(findings: list[Finding]) -> Table:
    marks = {"good": "[green]✓ good[/]", "note": "[yellow]• note[/]", "bad": "[red]✗ bad[/]"}
    table = Table(box=None, pad_edge=False)
    for title in ("", "", "found", "what to do"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        table.add_row(finding.what, marks[finding.verdict], finding.found, finding.todo)
    return table


def python_version(_settings: Settings, _running: Running | None) -> Iterator[Finding]:
    """The Python this runs on."""
    good = sys.version_info >= (3, 11)
    yield Finding(
        "Python", "good" if good else "bad", platform.python_version(), "" if good else "Use 3.11 or newer."
    )


def folders(settings: Settings, _running: Running | None) -> Iterator[Finding]:
    """Whether the state folder can be written to, and has room."""
    folder = _nearest(settings.state)
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        yield Finding(
            "State folder", "bad", f"{folder} cannot be written to", "Set EVENLODE_STATE to another folder."
        )
        return
    yield Finding("State folder", "good", str(settings.state))
    free = shutil.disk_usage(folder).free
    enough = free >= _LEAST_FREE_BYTES
    yield Finding(
        "Disk",
        "good" if enough else "bad",
        f"{free / 1e9:.1f} GB free",
        "" if enough else f"Make room: at least {_LEAST_FREE_BYTES / 1e9:.0f} GB.",
    )


def ports(settings: Settings, running: Running | None) -> Iterator[Finding]:
    """Whether the ports are free, or ours."""
    from service.embedded.ports import PortTaken, require_free  # noqa: PLC0415 - each check loads only what it needs

    wanted = [("PORT", settings.host, settings.port)]
    if settings.demo:
        wanted.append(("MAIL_PORT", "127.0.0.1", settings.mail_port))
    for variable, host, port in wanted:
        what = f"Port {port}"
        if running is not None and port in {running.port, running.mail_port}:
            yield Finding(what, "good", "used by the running Evenlode")
            continue
        try:
            require_free(host, port, variable)
        except PortTaken as fault:
            found, _, todo = str(fault).partition(". ")
            yield Finding(what, "bad", found, todo)
        else:
            yield Finding(what, "good", "free")


def database(settings: Settings, running: Running | None) -> Iterator[Finding]:
    """Whether the database answers and is of this release."""
    url = (
        settings.database_url.reveal() if settings.database_url else running.database_url if running else None
    )
    if url is None:
        yield Finding("Database", "note", "embedded, not running", "`make run` starts it.")
        return
    from service.db.away import DATABASE_FAULT  # noqa: PLC0415 - each check loads only what it needs
    from service.db.migrate import outstanding  # noqa: PLC0415 - as above

    try:
        lacking = asyncio.run(asyncio.wait_for(outstanding(url), _PATIENCE))
    except DATABASE_FAULT as fault:
        todo = (
            "Is DATABASE_URL right, and PostgreSQL running?"
            if settings.database_url
            else "Start again: `make run`."
        )
        yield Finding("Database", "bad", f"does not answer: {fault or type(fault).__name__}", todo)
        return
    except ServiceError as fault:
        yield Finding("Database", "bad", str(fault), "Use the release that made it.")
        return
    if lacking:
        yield Finding("Database", "bad", f"lacks {len(lacking)} migrations", "Run `evenlode migrate`.")
    else:
        yield Finding("Database", "good", "answers; of this release")


def broker(settings: Settings, running: Running | None) -> Iterator[Finding]:
    """Whether the broker answers."""
    url = settings.redis_url.reveal() if settings.redis_url else running.redis_url if running else None
    if url is None:
        yield Finding("Broker", "note", "embedded, not running", "`make run` starts it.")
        return
    import redis  # noqa: PLC0415 - as above

    try:
        with redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            client.ping()
    except (redis.RedisError, ValueError) as fault:
        todo = "Is REDIS_URL right, and Valkey running?" if settings.redis_url else "Start again: `make run`."
        yield Finding("Broker", "bad", f"does not answer: {fault}", todo)
    else:
        yield Finding("Broker", "good", "answers")


def policy(settings: Settings, _running: Running | None) -> Iterator[Finding]:
    """Whether the policy can be used."""
    from service.policy.load import load_policy  # noqa: PLC0415

    try:
        loaded = load_policy(settings.policy)
    except ServiceError as fault:
        first, *_ = str(fault).splitlines()
        yield Finding("Policy", "bad", first, f"`evenlode policy check {settings.policy}` lists every fault.")
    else:
        yield Finding("Policy", "good", f"{loaded.partnership.name}, {loaded.version}")


def keys(settings: Settings, running: Running | None) -> Iterator[Finding]:
    """Whether the key ring is there and readable by its owner only."""
    from service.keys import load_key_ring  # noqa: PLC0415

    if not settings.key_file.exists() and running is None:
        yield Finding("Keys", "note", "none yet", "`make run` makes them; elsewhere `evenlode keys init`.")
        return
    try:
        load_key_ring(settings.key_file)
    except ServiceError as fault:
        yield Finding("Keys", "bad", str(fault), "Restore the key ring from its backup.")
        return
    private = not settings.key_file.stat().st_mode & 0o077
    yield Finding(
        "Keys",
        "good" if private else "bad",
        str(settings.key_file),
        "" if private else f"Others can read it: chmod 600 {settings.key_file}",
    )


CHECKS: Final[tuple[Callable[[Settings, Running | None], Iterator[Finding]], ...]] = (
    python_version,
    folders,
    ports,
    database,
    broker,
    policy,
    keys,
)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    for candidate in (folder, *folder.parents):
        with suppress(OSError):
            if candidate.is_dir():
                return candidate
    return Path("/")
