"""The faults of a policy, for a person or a script."""

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.errors import PolicyError


def show_faults(fault: PolicyError) -> str:
    """Print the faults of a policy to standard error and return the verdict.

    A table for a person at a terminal; elsewhere a line each, which editors and scripts can follow.
    """
    lines = str(fault).splitlines()
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("Where", no_wrap=True)
        table.add_column("Why", overflow="fold")
        for line in lines:
            file, _, rest = line.partition(":")
            number, _, reason = rest.partition(": ")
            table.add_row(Text(f"{file}:{number}:"), Text(reason))
        console.print(table)
    else:
        click.echo(str(fault), err=True)
    count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    return f"{count}: this policy cannot be used."
