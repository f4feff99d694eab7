"""`evenlode policy`: the files that a partnership changes, and changing them safely."""

from pathlib import Path

import click

from service.cli.policy_explain import explain_report
from service.cli.policy_faults import show_faults
from service.cli.policy_release import propose_folder, publish_release, releases, roll_back_release, show
from service.cli.policy_replay import replay_reports
from service.cli.policy_signer import signer
from service.errors import PolicyError
from service.policy.model import Policy
from service.policy.releases.candidate import read_candidate
from service.settings import load_settings


@click.group(short_help="Check, explain, try and change the policy.")
def policy() -> None:
    """The policy: what a partnership changes without changing code."""


for command in (
    explain_report,
    replay_reports,
    propose_folder,
    publish_release,
    roll_back_release,
    releases,
    show,
    signer,
):
    policy.add_command(command)


@policy.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def check(folder: Path | None) -> None:
    """Check the policy files of FOLDER (default: the ones of the settings) and say what is in them.

    Every fault is printed as file:line: reason; the exit code is then 1.
    """
    try:
        checked, _ = read_candidate(folder or load_settings().policy)
    except PolicyError as fault:
        raise click.ClickException(show_faults(fault)) from fault
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
