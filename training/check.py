"""Holding the judged grades of whole reports against the policy, as if the text had been read without a fault."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import click
import msgspec

from service.intake.detect import TIME_TOLD, Words, read_language, read_registrations
from service.intake.facts import gather
from service.policy.load import load_policy
from service.policy.model import Policy
from service.routing.decide import decide
from service.routing.model import Decision, Evidence
from service.settings import default_policy_folder
from training.reports import JudgedReport, read_reports

RECEIVED: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday


class Checked(NamedTuple):
    """A judged report and the decision that its ticks and labels lead to."""

    judged: JudgedReport
    decision: Decision


def check(reports: Iterable[JudgedReport], policy: Policy) -> list[Checked]:
    """Decide every report from its ticks and its labels."""
    return [Checked(one, _decided(one, policy)) for one in reports]


def _decided(one: JudgedReport, policy: Policy) -> Decision:
    known = gather(msgspec.structs.replace(one.report, description=""), policy, RECEIVED)
    told = {TIME_TOLD} if any(atom.startswith("happening=") for atom in one.atoms) else set()
    known.evidence.extend(Evidence(atom, "text", "labelled") for atom in sorted(one.atoms | told))
    words = Words.of(one.report, policy)
    known.evidence.extend(
        found for detector in (read_registrations, read_language) for found in detector(words, policy)
    )
    return decide(known, policy, RECEIVED)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--told", is_flag=True, help="List every report with its grade and who would be told.")
def main(files: tuple[Path, ...], *, told: bool) -> None:
    """List the reports of FILES (all of them without) whose judged grade is not what their ticks and labels lead to."""
    checked = check(read_reports(*files), load_policy(default_policy_folder()))
    differing = [one for one in checked if one.decision.grade != one.judged.grade]
    for judged, decision in checked if told else differing:
        rules = ", ".join(reason.rule for reason in decision.reasons)
        recipients = ", ".join(recipient.code for recipient in decision.recipients) or "nobody"
        click.echo(
            f"{judged.where}: judged {judged.grade}, labels lead to {decision.grade} ({rules}); told: {recipients}\n"
            f"    {' '.join(sorted(judged.atoms)) or '-'}\n    {judged.report.description[:160]}"
        )
    click.echo(f"{len(checked)} reports, {len(differing)} whose grade is not what was judged")


if __name__ == "__main__":
    main()
