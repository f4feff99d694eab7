"""`evenlode audit verify`: is the record whole?"""

import asyncio
import re
from typing import Final

import asyncpg
import click
from rich.console import Console
from rich.progress import Progress

from service.audit.verify import Verdict, verify_chain
from service.embedded.running import database_url

_HEAD: Final = re.compile(r"[0-9]+:[0-9a-f]{64}")


@click.group()
def audit() -> None:
    """Verify the audit chain."""


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
