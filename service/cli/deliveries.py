"""`evenlode deliveries`: what became of the notifications, and sending dead ones again."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.db.pool import prepare_connection
from service.embedded.running import database_url
from service.errors import ServiceError
from service.routing.outbox import Books, Listed, State, Untold, books, listed, retry, untold

T = TypeVar("T")


class DatabaseUnreachable(ServiceError):
    """The database cannot be reached. Is the service running? `evenlode doctor` says what is wrong."""

    code = "database-unreachable"


@click.group(invoke_without_command=True)
@click.option(
    "--dead", "show", flag_value="dead", help="Only those given up or refused: a person has to look."
)
@click.option("--waiting", "show", flag_value="waiting", help="Only those not delivered yet.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most this many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@click.pass_context
def deliveries(context: click.Context, show: str | None, limit: int, as_json: bool) -> None:
    """See notifications, the most urgent first, and whether the books balance."""
    if context.invoked_subcommand is not None:
        return
    states: list[State] = ["waiting", "handed", "held", "dead", "delivered", "dropped", "phoned"]
    if show == "dead":
        states = ["dead"]
    elif show == "waiting":
        states = ["waiting", "handed"]

    async def read(connection: asyncpg.Connection) -> tuple[list[Listed], Books]:
        return await listed(connection, states, limit), await books(connection)

    rows, counted = _ask(read)
    if as_json:
        document = {"deliveries": rows, "books": counted, "balanced": counted.balanced}
        click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))
        return
    console = Console(highlight=False)
    if rows:
        console.print(_table(rows))
    for row in rows:
        if row.state == "dead" or row.last_fault:
            # What a mail server said is printed as it is, never read as markup.
            console.print(
                Text(f"{row.id}  {row.reference}: {row.last_fault or 'no fault on record'}"), soft_wrap=True
            )
    console.print(books_line(counted), soft_wrap=True)
    console.print("Reports that no recipient is told of are not among them: `evenlode deliveries untold`.")


@deliveries.command("retry")
@click.argument("ids", nargs=-1, type=click.UUID, metavar="ID…")
@click.option("--all-dead", is_flag=True, help="Every dead notification.")
@click.option(
    "--by", "actor", help="Who asks for it, for the audit; the account of this machine if left out."
)
def retry_dead(ids: tuple[UUID, ...], all_dead: bool, actor: str | None) -> None:
    """Send dead notifications again, at once. Who asked is put on the record."""
    if bool(ids) == all_dead:
        raise click.UsageError("Name the notifications to send again, or give --all-dead.")
    who = actor or getpass.getuser()

    async def revive(connection: asyncpg.Connection) -> list[UUID]:
        return await retry(connection, None if all_dead else ids, now=datetime.now(UTC), actor=who)

    revived = _ask(revive)
    click.echo(f"{len(revived)} sent again.")
    passed_over = [str(one) for one in ids if one not in revived]
    if passed_over:
        raise click.ClickException(f"Not dead, or not known: {', '.join(passed_over)}")


@deliveries.command("untold")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most this many."
)
def show_untold(limit: int) -> None:
    """See reports that no recipient was told of: a person has to read them."""

    async def read(connection: asyncpg.Connection) -> list[Untold]:
        return await untold(connection, limit)

    rows = _ask(read)
    if not rows:
        click.echo("Every report has a recipient.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "Reference", "To be read by (UTC)", "Concern"):
        table.add_column(heading, no_wrap=heading != "Concern")
    for row in rows:
        due = f"{row.due_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        table.add_row(f"P{row.grade}", row.reference, due, ", ".join(row.concerns))
    Console(highlight=False).print(table)


def books_line(counted: Books) -> str:
    """The books in one line, and whether they balance."""
    apart = f" + {counted.held} held + {counted.dropped} dropped" if counted.held or counted.dropped else ""
    apart += f" + {counted.phoned} told by telephone" if counted.phoned else ""
    verdict = "[green]The books balance[/]" if counted.balanced else "[bold red]The books do not balance[/]"
    return (
        f"{verdict}: {counted.decided} recipients decided, {counted.routes} routes, {counted.made} notifications = "
        f"{counted.delivered} delivered + {counted.waiting + counted.handed} waiting + {counted.dead} dead{apart}."
    )


def _ask(question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Ask the database, as the workers' role."""
    url = database_url()

    async def connected() -> T:
        try:
            connection = await asyncpg.connect(url, timeout=5, server_settings={"role": "evenlode_worker"})
        except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
            raise DatabaseUnreachable from fault
        try:
            await prepare_connection(connection)
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def _table(rows: list[Listed]) -> Table:
    """What fits 80 columns with no reference or state cut short; ids and faults follow below, whole."""
    now = datetime.now(UTC)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("", "Reference", "To", "By", "State", "Tries", "Age", "Next try"):
        # Only a long name of a recipient may give way, onto a second line.
        table.add_column(heading, no_wrap=heading != "To", overflow="fold")
    for row in rows:
        due = f"{row.due_at.astimezone(UTC):%H:%M:%S}" if row.state in {"waiting", "handed"} else ""
        table.add_row(
            f"P{row.grade}",
            row.reference,
            row.recipient,
            row.channel,
            f"[red]{row.state}[/]" if row.state == "dead" else row.state,
            str(row.attempts),
            _age(now - row.made_at),
            due,
        )
    return table


def _age(since: timedelta) -> str:
    """How long ago, in the largest unit that fits: "45 s", "3 min", "7 h", "12 d"."""
    seconds = max(0, int(since.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
