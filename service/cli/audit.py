"""`evenlode audit`: is the record whole, and the record for another system."""

import asyncio
import re
from typing import Final

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from service.audit.export import MOST, exported
from service.audit.verify import Verdict, verify_chain
from service.cli.database import account, ask
from service.embedded.running import database_url

_HEAD: Final = re.compile(r"[0-9]+:[0-9a-f]{64}")


@click.group()
def audit() -> None:
    """Verify the audit chain, and hand the record on."""


@audit.command()
@click.option(
    "--head", metavar="SEQ:HASH", help="A head printed by an earlier run; it must still be in the chain."
)
def verify(head: str | None) -> None:
    """Recompute the hash chain from its first entry to its last. Exit code 1 when an entry does not fit."""
    if head is not None and not _HEAD.fullmatch(head):
        # A slip of the hand must not look like a broken record.
        raise click.BadParameter(
            "a head is a number, a colon and 64 characters of 0-9 and a-f, as `evenlode audit verify` prints it.",
            param_hint="'--head'",
        )
    verdict = asyncio.run(_verify(head))
    console = Console()
    if verdict.fault is not None:
        console.print(f"[bold red]BROKEN[/]  after {verdict.entries:,} good entries: {verdict.fault}.")
        console.print("Keep this database as it is, and compare it with a backup.")
        raise SystemExit(1)
    console.print(f"[bold green]WHOLE[/]  {verdict.entries:,} entries verified.")
    console.print(f"Head: {verdict.head}", soft_wrap=True)
    console.print(
        "Note the head somewhere else: `evenlode audit verify --head …` then also notices a cut end."
    )


@audit.command()
@click.option(
    "--after", type=click.IntRange(0), default=0, show_default=True, help="The last sequence already known."
)
@click.option(
    "--most", type=click.IntRange(1), default=None, help="Entries at most; all that there are if left out."
)
@click.option("--by", "actor", help="Who does it, for the audit; the account of this machine if left out.")
def export(after: int, most: int | None, actor: str | None) -> None:
    """Print the record from a position on, an entry a line, as JSON in the names of ECS (docs/runbook.md).

    The position to go on from is printed on standard error, and is the last line's `event.sequence`.
    """
    by = actor or account()

    async def written(connection: asyncpg.Connection) -> int:
        position, left = after, most
        while left is None or left > 0:
            async with connection.transaction():
                lines = await exported(
                    connection, position, by=by, most=MOST if left is None else min(MOST, left)
                )
            for line in lines:
                click.echo(msgspec.json.encode(line))
            if len(lines) < MOST:
                return lines[-1].event.sequence if lines else position
            position = lines[-1].event.sequence
            left = None if left is None else left - len(lines)
        return position

    reached = ask(written, role="evenlode_web")
    click.echo(f"Go on with --after {reached}", err=True)


async def _verify(head: str | None) -> Verdict:
    connection = await asyncpg.connect(database_url(), timeout=10)
    try:
        total = await connection.fetchval("SELECT count(*) FROM audit_event")
        with Progress(transient=True) as bar:
            task = bar.add_task("Verifying", total=total)
            return await verify_chain(
                connection, expected_head=head, progress=lambda done: bar.update(task, completed=done)
            )
    finally:
        await connection.close()
