"""`evenlode keys`: the ring that protects sources and receipts."""

import click

from service.keys import ensure_key_ring, rotate_key_ring
from service.settings import load_settings


@click.group()
def keys() -> None:
    """Make and rotate the keys that protect sources."""


@keys.command()
def init() -> None:
    """Make the key ring where there is none."""
    path = load_settings().key_file
    if ensure_key_ring(path):
        click.echo(
            f"Made a key ring at {path}. Back it up apart from the database: without it no source can be read."
        )
    else:
        click.echo(f"There is a key ring at {path} already; nothing was changed.")


@keys.command()
def rotate() -> None:
    """Put a new key at the head of the ring. Restart the web processes to use it; older keys still open."""
    path = load_settings().key_file
    key_id = rotate_key_ring(path)
    click.echo(f"Key {key_id} is now at the head of {path}. Back the file up and restart the web processes.")
