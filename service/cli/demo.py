"""`evenlode demo`: a realistic evening of reports through the running service, and what became of them."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import click
import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.clock import utc_now
from service.demo.account import print_answers, print_ledger
from service.demo.evening import evening
from service.demo.ledger import Ledger, read_ledger, until_settled
from service.demo.send import Evening, send_evening
from service.embedded.running import Running, database_url, running_urls
from service.errors import ServiceError, SettingsError
from service.settings import Settings, load_settings

_STANDSTILL: Final = 45.0
"""Seconds without movement after which waiting ends: longer than a dead worker's rows are out of reach."""


class DatabaseUnreachable(ServiceError):
    """The database cannot be read."""

    code = "database-unreachable"


@click.command()
@click.option("--reports", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option(
    "--seed", type=int, default=2026, show_default=True, help="The same seed makes the same evening."
)
@click.option("--url", help="Where the service is; otherwise that of the running `evenlode up`.")
@click.option("--concurrency", type=click.IntRange(1, 256), default=16, show_default=True)
@click.option("--yes", is_flag=True, help="Do not ask, even where reports may reach real people.")
def demo(*, reports: int, seed: int, url: str | None, concurrency: int, yes: bool) -> None:
    """Send an evening of made-up reports, wait for their notifications, and balance the books.

    Exit code 1 when the books do not balance, a report is refused, or a second click has another answer.
    """
    settings = load_settings()
    console = Console()
    running = running_urls(settings.state)
    base = _base(settings, running, url)
    if not yes and not _caught(running, url):
        click.confirm(
            f"{base} has no mail catcher that this command can see, so made-up reports may reach real people. Go on?",
            abort=True,
        )
    balanced = asyncio.run(_evening(settings, console, base, reports, seed, concurrency))
    raise SystemExit(0 if balanced else 1)


async def _evening(
    settings: Settings, console: Console, base: str, reports: int, seed: int, concurrency: int
) -> bool:
    """Send, wait, and tell; True when nothing is amiss as far as it can be known."""
    sent = await _send(base, reports, seed, concurrency, console)
    print_answers(console, sent)
    well = not (sent.refusals or sent.different)
    ids = [accepted.id for accepted in sent.accepted.values()]
    try:
        ledger = await _account(database_url(settings), ids, console)
    except (SettingsError, DatabaseUnreachable) as fault:
        console.print(
            f"{fault}\nSo only the answers are known here: grades and notifications are not.", soft_wrap=True
        )
        return well
    print_ledger(console, ledger)
    return well and ledger.stored == len(ids) and ledger.books.balanced


def _base(settings: Settings, running: Running | None, url: str | None) -> str:
    if url is not None:
        return url.rstrip("/")
    if running is None:
        raise SettingsError(
            f"Nothing is running on {settings.state}. Start it with `make run`, or say where it is: --url http://…"
        )
    return f"http://127.0.0.1:{running.port}"


def _caught(running: Running | None, url: str | None) -> bool:
    """Whether notifications of this service end in the local mail catcher."""
    if running is None or url is not None:
        return False
    try:
        return httpx.get(
            f"http://127.0.0.1:{running.mail_port}/api/v1/messages?limit=1", timeout=3
        ).is_success
    except httpx.TransportError:
        return False


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


async def _send(base: str, reports: int, seed: int, concurrency: int, console: Console) -> Evening:
    sendings = evening(seed, reports, until=utc_now())
    limits = httpx.Limits(max_connections=concurrency)
    with _bar(console) as bar:
        task = bar.add_task("Sending reports", total=len(sendings))
        async with httpx.AsyncClient(base_url=base, timeout=30, limits=limits) as client:
            return await send_evening(
                client,
                sendings,
                run=secrets.token_hex(8),
                concurrency=concurrency,
                progress=lambda _answer: bar.advance(task),
            )


async def _account(url: str, ids: Sequence[UUID], console: Console) -> Ledger:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError) as fault:
        raise DatabaseUnreachable from fault
    try:
        made = (await read_ledger(connection, ids)).books.made
        with _bar(console) as bar:
            task = bar.add_task("Delivering notifications", total=made)
            await until_settled(
                connection,
                ids,
                patience=_STANDSTILL,
                progress=lambda outstanding: bar.update(task, completed=made - outstanding),
            )
        return await read_ledger(connection, ids)
    finally:
        await connection.close()
