"""`evenlode organisation`: venues and taxi operators, their codes and their posters."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.database import account, ask
from service.clock import utc_now
from service.errors import ServiceError
from service.organisations import store
from service.organisations.poster import poster as laid_out
from service.organisations.poster_pdf import pdf
from service.organisations.poster_svg import svg
from service.organisations.store import LONGEST_NAME, Kind, Organisation
from service.settings import load_settings

_KINDS: Final[dict[str, Kind]] = {"venue": "venue", "taxi": "taxi_operator"}
_SHOWN: Final[dict[Kind, str]] = {"venue": "venue", "taxi_operator": "taxi operator"}
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class PosterUnwritable(ServiceError):
    """The poster cannot be written there. Choose another folder with --to."""

    code = "poster-unwritable"


@click.group()
def organisation() -> None:
    """Give venues and taxi operators a code and a poster that leads straight to their form."""


@organisation.command("add")
@click.argument("kind", type=click.Choice(list(_KINDS)))
@click.argument("name")
@click.option("--town", help="Its town or village, so that pubs of one name are told apart.")
@click.option("--by", "actor", help="Who adds it, for the audit; the account of this machine if left out.")
def add_one(kind: str, name: str, town: str | None, actor: str | None) -> None:
    """Give a venue or a taxi operator a code."""
    name = _label(name, "NAME")
    town = None if town is None else _label(town, "--town")

    async def add(connection: asyncpg.Connection) -> Organisation:
        return await store.add(connection, _KINDS[kind], name, town, now=utc_now(), by=actor or account())

    added = ask(add, role=None)
    click.echo(f"{added.name} has the code {added.code}: {load_settings().public_url}{added.path}")
    click.echo(f"Its poster: evenlode organisation poster {added.code}")


@organisation.command("list")
def list_all() -> None:
    """Show every venue and taxi operator that was given a code."""
    found = ask(store.every, role=None)
    if not found:
        click.echo("There is none yet. Add one with `evenlode organisation add`.")
        return
    table = Table("Code", "Kind", "Name", "Town", "Added", "Retired")
    for one in found:
        retired = "" if one.retired_at is None else f"{one.retired_at:%d %b %Y}"
        # What was typed is printed as it is, never read as markup.
        cells = (one.code, _SHOWN[one.kind], one.name, one.town or "", f"{one.created_at:%d %b %Y}", retired)
        table.add_row(*(Text(cell) for cell in cells))
    Console(highlight=False).print(table)


@organisation.command("retire")
@click.argument("code")
@click.option("--by", "actor", help="Who retires it, for the audit; the account of this machine if left out.")
def retire_one(code: str, actor: str | None) -> None:
    """Let a code lead to the plain form from now on, as after a change of hands."""

    async def retire(connection: asyncpg.Connection) -> Organisation:
        return await store.retire(connection, code, now=utc_now(), by=actor or account())

    retired = ask(retire, role=None)
    click.echo(f"{retired.code} ({retired.name}) is retired: its poster now leads to the plain form.")


@organisation.command("poster")
@click.argument("code")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to write to.",
)
def write_poster(code: str, folder: Path) -> None:
    """Write the A4 poster of a code as PDF and SVG. EVENLODE_PUBLIC_URL is where it leads."""

    async def read(connection: asyncpg.Connection) -> Organisation:
        return await store.any_by_code(connection, code)

    found = ask(read, role=None)
    if found.retired_at is not None:
        raise store.OrganisationRetired
    address = load_settings().public_url
    shapes = laid_out(found, address)
    for ending, draw in (("pdf", pdf), ("svg", svg)):
        path = folder / f"poster-{found.code}.{ending}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(shapes, found.name))
        except OSError as fault:
            raise PosterUnwritable(f"{path} cannot be written: {fault.strerror}.") from fault
        click.echo(f"Wrote {path}")
    if urlsplit(address).hostname in _HERE:
        click.echo(
            f"It leads to {address}, which no telephone can reach. Set EVENLODE_PUBLIC_URL before you print it."
        )


def _label(text: str, hint: str) -> str:
    """A name on one line, or a refusal that says what is wrong with it."""
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise click.BadParameter(f"give 1 to {LONGEST_NAME} characters.", param_hint=hint)
    return plain
