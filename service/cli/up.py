"""`evenlode up`: everything on this machine, until Ctrl-C."""

import click
from rich.console import Console

from service.embedded.places import EmbeddedPackagesMissing
from service.settings import load_settings


@click.command()
def up() -> None:
    """Start the web, the workers, PostgreSQL and Valkey, and watch over them until Ctrl-C.

    DATABASE_URL and REDIS_URL name services to use instead of the embedded ones.
    """
    try:
        from service.embedded.supervisor import Supervisor  # noqa: PLC0415 - a production image lacks its packages
    except ModuleNotFoundError as missing:
        raise EmbeddedPackagesMissing from missing
    Supervisor(load_settings(), Console()).run()
