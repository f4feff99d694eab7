"""`make bench-queue`: the first page of the queue and a search, with a thousand reports stored and with a million."""

import asyncio
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Final
from uuid import uuid4

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from bench.intake import machine
from service.access.acting import acting
from service.access.actor import Actor, TeamRole
from service.access.tokens import new_token, token_hash
from service.db.migrate import migrate
from service.db.partitions import first_id, month_start
from service.db.pool import open_pool, prepare_connection
from service.db.sql import load_queries
from service.embedded.services import embedded_services
from service.settings import Secret
from service.triage.queue import Filters, page

_BATCH: Final = 20_000
_OPEN: Final = 150
"""Open reports of each thousand: a backlog larger than any desk should have."""
_ROUNDS: Final = 60
_TEXTS: Final = (
    "car", "white van", "w7", "w250", "w2400", "w29000", "AB00X1234", "Burford shouting", "spiking", "money girl field",
    "the", "nothing-like-it",
)  # fmt: skip
"""What is sought: common words, several at once, rare ones, a plate, a place, and what there is not."""


@click.command()
@click.option("--reports", default=1_000_000, show_default=True, help="How many the large database holds.")
def bench(reports: int) -> None:
    """Measure, and say whether the targets are met."""
    console = Console()
    console.print(f"Measured on {machine()}.")
    few, many = asyncio.run(_both(reports, console))
    console.print(
        f"first page, of 1,000 reports: median {few.page * 1e3:.2f} ms; of {reports:,}: {many.page * 1e3:.2f} ms"
    )
    console.print(f"page of one grade and one place, of {reports:,}: median {many.filtered * 1e3:.2f} ms")
    console.print(f"last pages of what is settled, of {reports:,}: median {many.deep * 1e3:.2f} ms")
    for text, took in many.slowest:
        console.print(f"  search “{text}”: p95 {took * 1e3:.0f} ms")
    for name, value, most in (
        (f"first queue page, {reports:,} ÷ 1,000 reports", many.page / few.page, 1.5),
        (f"search over {reports:,} reports, p95 ms", many.search * 1e3, 300),
    ):
        met = "[green]met[/]   " if value <= most else "[red]missed[/]"
        console.print(f"{met}  {name}: {value:.2f} (target ≤ {most})")


class Seen(msgspec.Struct, frozen=True):
    """Seconds: medians of pages, the 95th percentile of searches, and the slowest texts."""

    page: float
    filtered: float
    deep: float
    search: float
    slowest: list[tuple[str, float]]


async def _both(reports: int, console: Console) -> tuple[Seen, Seen]:
    state = Path(tempfile.mkdtemp(prefix="evenlode-bench-"))
    try:
        with embedded_services(state, broker=False) as services:
            owner = await asyncpg.connect(services.database_url)
            await owner.execute("CREATE DATABASE few")
            await owner.close()
            urls = {
                1000: services.database_url.replace("/evenlode?", "/few?"),
                reports: services.database_url,
            }
            for count, url in urls.items():
                await migrate(url)
                await _fill(url, count, console)
            # In turn, so that what else the machine does meets both.
            few, many = [await _prepared(url) for url in urls.values()]
            seen = await _measure(few, many)
            for pool, _ in (few, many):
                await pool.close()
            return seen
    finally:
        shutil.rmtree(state, ignore_errors=True)


async def _fill(url: str, count: int, console: Console) -> None:
    """Store reports of a year; the triggers are left out, since their rows are made along with the rest."""
    connection = await asyncpg.connect(url, command_timeout=900)
    await prepare_connection(connection)
    fill = load_queries("bench", "queue.sql")["fill"]
    now = datetime.now(UTC)
    for back in range(1, 14):
        start, end = month_start(now.year, now.month - back), month_start(now.year, now.month - back + 1)
        await connection.execute(
            f"CREATE TABLE report_{start:%Y_%m} PARTITION OF report"
            f" FOR VALUES FROM ('{first_id(start)}') TO ('{first_id(end)}')"
        )
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    with Progress(transient=True, console=console) as bar:
        task = bar.add_task(f"Storing {count:,} reports", total=count)
        for begin in range(1, count + 1, _BATCH):
            await connection.execute(fill, begin, min(count, begin + _BATCH - 1), _OPEN, count)
            bar.update(task, completed=begin)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _prepared(url: str) -> tuple[asyncpg.Pool, Actor]:
    """A pool as the web has it, and somebody of the police and the ASB team who is signed in."""
    pool = await open_pool(url, role="evenlode_web", size=2)
    owner = await asyncpg.connect(url)
    account, session, token = uuid4(), uuid4(), new_token()
    teams: dict[str, TeamRole] = {"tvp": "coordinator", "asb_team": "coordinator"}
    expires = datetime.now(UTC) + timedelta(hours=12)
    await owner.execute(
        "INSERT INTO account (id, email, name) VALUES ($1, 'bench@example.org', 'Bench')", account
    )
    for team in teams:
        await owner.execute("INSERT INTO team (code, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", team)
        await owner.execute(
            "INSERT INTO membership (account_id, team, role) VALUES ($1, $2, 'coordinator')", account, team
        )
    await owner.execute(
        "INSERT INTO session (id, token_hash, account_id, method, device, expires_at)"
        " VALUES ($1, $2, $3, 'password', 'bench', $4)",
        session,
        token_hash(token),
        account,
        expires,
    )
    await owner.close()
    actor = Actor(
        account=account,
        name="Bench",
        office=None,
        teams=teams,
        session=session,
        token=Secret(token),
        expires_at=expires,
    )
    return pool, actor


async def _measure(*installed: tuple[asyncpg.Pool, Actor]) -> tuple[Seen, Seen]:
    pages: list[list[float]] = [[], []]
    filtered: list[list[float]] = [[], []]
    deep: list[list[float]] = [[], []]
    searches: list[dict[str, list[float]]] = [{}, {}]
    settled = []
    for pool, actor in installed:
        async with acting(pool, actor) as connection:
            one = await page(connection, actor, Filters(settled=True, grade=["P4"]), now=datetime.now(UTC))
            settled.append(one.next)
    for turn in range(_ROUNDS + 5):
        for place, (pool, actor) in enumerate(installed):
            for found, filters, after in (
                (pages, Filters(), None),
                (filtered, Filters(grade=["P3"], place=["Burford"]), None),
                (deep, Filters(settled=True), settled[place]),
            ):
                took = await _timed(pool, actor, filters, after)
                if turn >= 5:
                    found[place].append(took)
            text = _TEXTS[turn % len(_TEXTS)]
            took = await _timed(pool, actor, Filters(text=text), None)
            searches[place].setdefault(text, []).append(took)
    return (
        _seen(pages[0], filtered[0], deep[0], searches[0]),
        _seen(pages[1], filtered[1], deep[1], searches[1]),
    )


def _seen(
    pages: list[float], filtered: list[float], deep: list[float], searches: dict[str, list[float]]
) -> Seen:
    all_searches = [took for several in searches.values() for took in several]
    slowest = sorted(
        ((text, quantiles(several, n=20)[-1]) for text, several in searches.items()), key=lambda one: -one[1]
    )
    return Seen(median(pages), median(filtered), median(deep), quantiles(all_searches, n=20)[-1], slowest)


async def _timed(pool: asyncpg.Pool, actor: Actor, filters: Filters, after: str | None) -> float:
    """What one request costs in the database and in this process: the actor's transaction from begin to commit."""
    started = time.perf_counter()
    async with acting(pool, actor) as connection:
        await page(connection, actor, filters, now=datetime.now(UTC), after=after)
    return time.perf_counter() - started


if __name__ == "__main__":
    bench()
