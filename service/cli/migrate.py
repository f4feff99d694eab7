"""`evenlode migrate`: bring the database up to this release."""

import asyncio

import click

from service.db import migrate as migrations
from service.embedded.running import database_url


@click.command()
@click.option("--check", is_flag=True, help="Only say what is outstanding; exit code 1 when something is.")
def migrate(*, check: bool) -> None:
    """Apply the outstanding migrations, each in its own transaction, under a lock."""
    url = database_url()
    if check:
        outstanding = asyncio.run(migrations.outstanding(url))
        for name in outstanding:
            click.echo(f"outstanding  {name}")
        if outstanding:
            click.echo("Run `evenlode migrate`.")
            raise SystemExit(1)
        click.echo("The database is up to date.")
        return
    applied = asyncio.run(migrations.migrate(url))
    for name in applied:
        click.echo(f"applied  {name}")
    click.echo("The database is up to date.")
