"""`evenlode quarantine`: reports that look machine-made, for a coordinator to let go or to drop."""

from datetime import UTC

import asyncpg
import click
from rich.console import Console
from rich.table import Table

from service.cli.database import account
from service.cli.database import ask as ask_database
from service.cli.references import typed_reference
from service.clock import utc_now
from service.routing import quarantine as store
from service.routing.quarantine import Ending, Suspected

_SIGNS = {
    "trap": "filled in a field that no person sees",
    "hasty": "sent within two seconds",
    "unopened": "sent without opening the form",
    "crowd": "one of many from one network",
}


@click.group()
def quarantine() -> None:
    """See reports that look machine-made, and let their notifications go or drop them.

    They are stored, decided and in the queue like any other. P1 and P2 are only marked, unless they came in a flood.
    """


@quarantine.command("list")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most this many."
)
def show(limit: int) -> None:
    """Show those that nobody has settled, the most urgent first."""

    async def read(connection: asyncpg.Connection) -> list[Suspected]:
        return await store.listed(connection, limit)

    rows = ask_database(read, role=None)
    if not rows:
        click.echo("Nothing is in quarantine.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "Reference", "Received (UTC)", "Held", "Concern", "Why"):
        table.add_column(heading, no_wrap=heading not in {"Concern", "Why"})
    for one in rows:
        table.add_row(
            f"P{one.grade}",
            one.reference,
            f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M}",
            str(one.notifications) if one.held else "no",
            ", ".join(one.concerns),
            "; ".join(_SIGNS[sign] for sign in one.signs),
        )
    Console(highlight=False).print(table)


@quarantine.command("release")
@click.argument("references", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every report in quarantine.")
@click.option("--by", "actor", help="Who decides it, for the audit; the account of this machine if left out.")
def release(references: tuple[str, ...], everything: bool, actor: str | None) -> None:
    """Let notifications go, at once."""
    _end(references, everything=everything, actor=actor, ending="released")


@quarantine.command("drop")
@click.argument("references", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every report in quarantine.")
@click.option("--by", "actor", help="Who decides it, for the audit; the account of this machine if left out.")
def drop(references: tuple[str, ...], everything: bool, actor: str | None) -> None:
    """Never send what is held. The reports stay, with their decisions."""
    _end(references, everything=everything, actor=actor, ending="dropped")


def _end(references: tuple[str, ...], *, everything: bool, actor: str | None, ending: Ending) -> None:
    if bool(references) == everything:
        raise click.UsageError("Name the reports, or give --all.")
    typed = [typed_reference(one) for one in references]

    async def settle(connection: asyncpg.Connection) -> list[str]:
        return await store.end(
            connection,
            None if everything else typed,
            ending,
            now=utc_now(),
            by=actor or account(),
            account=account(),
        )

    done = ask_database(settle, role=None)
    click.echo(f"{len(done)} {ending}.")
    if left := sorted(set(typed) - set(done)):
        raise click.ClickException(f"Not in quarantine: {', '.join(left)}")
