"""`evenlode policy check`: whether a folder of policy files can be used."""

from pathlib import Path

import click

from service.errors import PolicyError
from service.policy.load import load_policy
from service.policy.model import Policy
from service.settings import load_settings


@click.group(short_help="Check the policy files.")
def policy() -> None:
    """The policy: what a partnership changes without changing code."""


@policy.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def check(folder: Path | None) -> None:
    """Check the policy files of FOLDER (default: the ones in use) and say what is in them.

    Every fault is printed as file:line: reason; the exit code is then 1.
    """
    try:
        checked = load_policy(folder or load_settings().policy)
    except PolicyError as fault:
        lines = str(fault).splitlines()
        click.echo(str(fault), err=True)
        count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
        raise click.ClickException(f"{count}: this policy cannot be used.") from fault
    for line in _summary(checked):
        click.echo(line)


def _summary(checked: Policy) -> list[str]:
    rules = sum(len(rules) for rules in checked.rules.values())
    return [
        f"{checked.partnership.name}: policy {checked.version} is in order.",
        f"  {len(checked.concerns):5} concerns",
        f"  {rules:5} rules, {len(checked.routes)} routes to {len(checked.recipients)} recipients",
        f"  {len(checked.advice):5} lines of advice, {len(checked.clocks)} evidence clocks",
    ]
