"""`evenlode user`: the accounts of the console, for the first one and for when nobody else gets in."""

from difflib import get_close_matches
from typing import cast

import asyncpg
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.access import people
from service.access.actor import COORDINATION, Office, TeamRole
from service.access.people import Person, Rights
from service.access.teams import every as every_team
from service.cli.database import account as machine_account
from service.cli.database import ask
from service.cli.team import synced
from service.settings import load_settings

_BY = click.option(
    "--by", "actor", help="Who does it, for the audit; the account of this machine if left out."
)


@click.group()
def user() -> None:
    """Add, list, disable and reset the accounts of the console."""


@user.command("add")
@click.argument("email")
@click.argument("name")
@click.option(
    "--team", "teams", multiple=True, metavar="TEAM[:lead]", help="A team to work for; may be repeated."
)
@click.option("--auditor", "office", flag_value="auditor", help="Reads the record, and no report.")
@click.option(
    "--administrator", "office", flag_value="administrator", help="Keeps the accounts, and reads neither."
)
@click.option("--invite", is_flag=True, help="Signs in at the identity provider instead of with a password.")
@_BY
def add_one(
    email: str, name: str, teams: tuple[str, ...], office: str | None, actor: str | None, *, invite: bool
) -> None:
    """Add an account, and print its one-time password. Without a team or an office: a lead of the coordination desk."""
    if "@" not in email.strip().strip("@"):
        raise click.BadParameter("this is no e-mail address.", param_hint="EMAIL")
    rights = _rights(teams, cast("Office | None", office))

    async def add(connection: asyncpg.Connection) -> str | None:
        await synced(connection, actor or machine_account())
        await _must_exist(connection, rights)
        _, once = await people.add(
            connection, email, name, rights, invited=invite, by=actor or machine_account()
        )
        return once

    once = ask(add, role=None)
    where = f"{load_settings().public_url}/desk"
    if once is None:
        click.echo(f"{name} is invited for 14 days: sign in at the identity provider, from {where}")
        return
    click.echo(f"{name} can sign in at {where}")
    click.echo(f"E-mail address:     {email.strip().lower()}")
    click.echo(f"One-time password:  {once}")
    click.echo(
        "It works once, for seven days, and is not shown again. A password and a second step are set up then."
    )


@user.command("list")
def list_all() -> None:
    """Show every account and what it may."""
    found = ask(people.every, role=None)
    if not found:
        click.echo("There is none yet. Add the first with `evenlode user add EMAIL NAME --administrator`.")
        return
    table = Table("E-mail", "Name", "May", "State", "Last session")
    for one in found:
        last = "never" if one.last_session is None else f"{one.last_session:%d %b %Y %H:%M}"
        # What was typed is printed as it is, never read as markup.
        table.add_row(*(Text(cell) for cell in (one.email, one.name, _may(one), _state(one), last)))
    Console(highlight=False).print(table)


@user.command("disable")
@click.argument("email")
@_BY
def disable_one(email: str, actor: str | None) -> None:
    """Let an account in no more, and end its sessions at once."""

    async def disable(connection: asyncpg.Connection) -> bool:
        return await people.disable(
            connection, await people.id_of(connection, email), by=actor or machine_account()
        )

    done = ask(disable, role=None)
    click.echo(f"{email} is disabled." if done else f"{email} was disabled before.")


@user.command("reset")
@click.argument("email")
@_BY
def reset_one(email: str, actor: str | None) -> None:
    """Take away password, codes and passkeys, end the sessions, and print a new one-time password."""

    async def reset(connection: asyncpg.Connection) -> str:
        return await people.reset(
            connection, await people.id_of(connection, email), by=actor or machine_account()
        )

    click.echo(f"One-time password for {email}: {ask(reset, role=None)}")
    click.echo("It works once, for seven days, and is not shown again.")


def _rights(teams: tuple[str, ...], office: Office | None) -> Rights:
    if office is not None:
        if teams:
            raise click.UsageError("An auditor or an administrator has no team: make two accounts.")
        return Rights(office=office)
    given: dict[str, TeamRole] = {}
    for one in teams or (f"{COORDINATION}:lead",):
        code, _, role = one.partition(":")
        if role not in {"", "lead", "coordinator"}:
            raise click.BadParameter("write TEAM or TEAM:lead.", param_hint="--team")
        given[code] = "lead" if role == "lead" else "coordinator"
    return Rights(given)


async def _must_exist(connection: asyncpg.Connection, rights: Rights) -> None:
    known = [team.code for team in await every_team(connection)]
    for one in rights.teams:
        if one not in known:
            near = "".join(f" Did you mean {code}?" for code in get_close_matches(one, known, 1))
            raise click.BadParameter(
                f"there is no team {one}.{near} `evenlode team list` shows those there are.",
                param_hint="--team",
            )


def _may(one: Person) -> str:
    if one.office is not None:
        return one.office
    return ", ".join(f"{team} (lead)" if role == "lead" else team for team, role in one.teams.items())


def _state(one: Person) -> str:
    if one.disabled_at is not None:
        return "disabled"
    if one.has_code or one.passkeys:
        return "set up"
    return "linked" if one.linked else "not set up"
