"""`evenlode up`: everything on this machine, until Ctrl-C."""

import click
from rich.console import Console

from service.embedded.supervisor import Supervisor
from service.settings import load_settings


@click.command()
def up() -> None:
    """Start the web, the workers, PostgreSQL and Valkey, and watch over them until Ctrl-C.

    DATABASE_URL and REDIS_URL name services to use instead of the embedded ones.
    """
    Supervisor(load_settings(), Console()).run()
