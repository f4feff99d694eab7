"""`evenlode api-key`: keys by which organisations' own systems are known."""

from datetime import datetime, timedelta
from typing import Final, cast, get_args
from uuid import UUID

import asyncpg
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.access import api_keys
from service.access.api_keys import Scope
from service.cli.database import account, ask
from service.clock import utc_now

_SCOPES: Final = get_args(Scope)
_DAYS: Final = click.option(
    "--days",
    type=click.IntRange(1, api_keys.LONGEST.days),
    default=365,
    show_default=True,
    help="How long it is good.",
)
_BY = click.option(
    "--by", "actor", help="Who does it, for the audit; the account of this machine if left out."
)


@click.group("api-key")
def api_key() -> None:
    """Make, rotate and end the keys of organisations' own systems."""


@api_key.command("add")
@click.argument("organisation")
@click.option(
    "--may", "scopes", type=click.Choice(_SCOPES), multiple=True, required=True, help="What it is for."
)
@click.option("--team", help="The team whose notifications it may acknowledge.")
@_DAYS
@_BY
def add_one(
    organisation: str, scopes: tuple[str, ...], team: str | None, days: int, actor: str | None
) -> None:
    """Make a key and print it, once."""

    async def add(connection: asyncpg.Connection) -> tuple[UUID, str]:
        return await api_keys.add(
            connection,
            organisation,
            [cast("Scope", scope) for scope in dict.fromkeys(scopes)],
            _in(days),
            team=team,
            by=actor or account(),
        )

    _say(*ask(add, role=None))


@api_key.command("list")
def list_all() -> None:
    """Show every key by its id; the keys themselves are not kept."""
    table = Table("Id", "Organisation", "May", "Good until", "Last used")
    now = utc_now()
    for one in ask(api_keys.every, role=None):
        until = f"{one.expires_at:%d %b %Y}" if one.expires_at > now else "over"
        cells = (
            str(one.id),
            one.organisation,
            ", ".join(one.scopes) + (f" for {one.team}" if one.team else ""),
            until if one.ended_at is None else "ended",
            "never" if one.used_on is None else f"{one.used_on:%d %b %Y}",
        )
        table.add_row(*(Text(cell) for cell in cells))
    Console(highlight=False, width=140).print(table)


@api_key.command("rotate")
@click.argument("key", type=click.UUID)
@click.option(
    "--overlap",
    type=click.IntRange(0, 90),
    default=14,
    show_default=True,
    help="Days the old one stays good.",
)
@_DAYS
@_BY
def rotate_one(key: UUID, overlap: int, days: int, actor: str | None) -> None:
    """Make a key that may do what another may; the other stays good for a while."""

    async def rotate(connection: asyncpg.Connection) -> tuple[UUID, str]:
        return await api_keys.rotate(
            connection, key, _in(days), overlap=timedelta(days=overlap), by=actor or account()
        )

    _say(*ask(rotate, role=None))
    click.echo(f"The old one stays good for {overlap} days.")


@api_key.command("end")
@click.argument("key", type=click.UUID)
@_BY
def end_one(key: UUID, actor: str | None) -> None:
    """End a key at once."""

    async def end(connection: asyncpg.Connection) -> None:
        await api_keys.end(connection, key, by=actor or account())

    ask(end, role=None)
    click.echo(f"{key} is worth nothing from now on.")


def _in(days: int) -> datetime:
    return utc_now() + timedelta(days=days)


def _say(made: UUID, key: str) -> None:
    click.echo(f"Id:   {made}")
    click.echo(f"Key:  {key}")
    click.echo("It is not shown again. Send it as `Authorization: Bearer` followed by the key.")
