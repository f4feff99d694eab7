"""`evenlode policy signer`: who may propose, publish and roll back; and asking for a passphrase."""

import os
from datetime import UTC, datetime
from typing import Final

import asyncpg
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.database import account, ask
from service.policy.releases.signers import (
    Signer,
    add_signer,
    check_passphrase,
    read_signers,
    retire_signer,
)
from service.policy.releases.store import Signature

_LONGEST: Final = 1_000
passphrase_option = click.option(
    "--passphrase-fd",
    "descriptor",
    type=click.IntRange(0, 1_000_000),
    help="Read the passphrase from this file descriptor instead of asking, as in `--passphrase-fd 3 3< file`.",
)
"""For every command that signs."""


def passphrase_of(name: str, descriptor: int | None) -> str:
    """The passphrase, from the prompt or from a file descriptor: never from the command line, which others can see."""
    if descriptor is None:
        asked: str = click.prompt(f"Passphrase of {name}", hide_input=True, err=True)
        return asked
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.readline(_LONGEST).decode(errors="replace").strip()
    except OSError as fault:
        raise click.BadParameter(f"cannot be read: {fault.strerror}", param_hint="--passphrase-fd") from fault


def signature(name: str) -> Signature:
    """Who signs, here and now."""
    return Signature(signer=name, account=account(), at=datetime.now(UTC))


@click.group()
def signer() -> None:
    """Who may sign a change of the policy: two people for each."""


@signer.command("add")
@click.argument("name")
@click.option("--by", "adder", help="The signer who adds; needed once there are two.")
@passphrase_option
def add(name: str, adder: str | None, descriptor: int | None) -> None:
    """Add a signer, and print the passphrase: once, to be kept by that person only.

    The first two are added while both are in the room. A signer who was added by another is of that one's line, and
    two of one line cannot propose and publish together: nobody becomes two people by adding a second name.
    """
    passphrase = None if adder is None else passphrase_of(adder, descriptor)

    async def work(connection: asyncpg.Connection) -> str:
        by = None
        if adder is not None and passphrase is not None:
            by = signature(adder)
            await check_passphrase(connection, by, passphrase)
        return await add_signer(connection, name, by=adder, account=account(), at=datetime.now(UTC))

    made = ask(work, role=None)
    click.echo(f"{name} can sign now. The passphrase is shown this once and kept nowhere:\n\n    {made}\n")
    click.echo("Only that person may have it. `evenlode policy signer list` shows all signers.")


@signer.command("retire")
@click.argument("name")
@click.option("--by", "by_name", required=True, help="The signer who does it.")
@passphrase_option
def retire(name: str, by_name: str, descriptor: int | None) -> None:
    """Let a signer sign no more, for good: somebody who left, or whose passphrase others have seen.

    The last of a line cannot be retired, since nobody could publish any more. That signer adds another first.
    """
    passphrase = passphrase_of(by_name, descriptor)

    async def work(connection: asyncpg.Connection) -> None:
        by = signature(by_name)
        await check_passphrase(connection, by, passphrase)
        await retire_signer(connection, name, by)

    ask(work, role=None)
    click.echo(f"{name} can no longer sign.")


@signer.command("list")
def list_signers() -> None:
    """List the signers, those retired among them."""
    found = ask(read_signers, role=None)
    if not found:
        click.echo("There are no signers yet: `evenlode policy signer add NAME`, for two people.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Name", "Added (UTC)", "By", "Line of", ""):
        table.add_column(heading, overflow="fold")
    now = datetime.now(UTC)
    for one in found:
        table.add_row(
            Text(one.name),
            f"{one.added_at.astimezone(UTC):%Y-%m-%d %H:%M}",
            Text(one.added_by or "the start"),
            Text(one.vouched_by),
            _state(one, now),
        )
    Console(highlight=False).print(table)


def _state(one: Signer, now: datetime) -> str:
    if one.retired_at is not None:
        return f"retired {one.retired_at.astimezone(UTC):%Y-%m-%d}"
    if one.refused_until is not None and now < one.refused_until:
        return f"after wrong passphrases, waits until {one.refused_until.astimezone(UTC):%H:%M:%S}"
    return ""
