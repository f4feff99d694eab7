"""`evenlode team`: the teams of the console, which are the policy's recipients and the coordination desk."""

import asyncpg
import click

from service.access import teams
from service.cli.database import account, ask
from service.policy.load import load_policy
from service.policy.releases.following import read_policy_now
from service.settings import load_settings


@click.group()
def team() -> None:
    """List the teams, and make them those of the policy."""


@team.command("list")
def list_all() -> None:
    """Show every team."""
    for one in ask(teams.every, role=None):
        click.echo(f"{one.code:28} {one.name}{'' if one.retired_at is None else '  (retired)'}")


@team.command()
def sync() -> None:
    """Take in the recipients of the policy in force. Nobody's membership changes."""

    async def question(connection: asyncpg.Connection) -> list[str]:
        return await synced(connection, account())

    changed = ask(question, role=None)
    click.echo(f"Changed: {', '.join(changed)}." if changed else "The teams are those of the policy already.")


async def synced(connection: asyncpg.Connection, by: str) -> list[str]:
    """Bring the teams up to the policy in force."""
    policy = await read_policy_now(connection, load_settings(), load_policy)
    return await teams.sync(connection, policy, by=by)
