"""`evenlode policy explain`: why a report was graded and routed as it was, in words."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.cli.database import account, ask
from service.cli.references import typed_reference
from service.errors import FieldFault, PolicyError, ReportInvalid
from service.intake.classify import classify
from service.intake.decode import decode_report
from service.intake.normalise import normalise
from service.policy.directory import Directory, load_directory
from service.policy.load import load_policy
from service.policy.model import Policy
from service.policy.releases.explain import Explained, Explanation, explain
from service.policy.releases.folder import unpacked
from service.policy.releases.store import read_in_force
from service.routing.model import Reason
from service.routing.telling import evidence_in_words
from service.settings import load_settings

_CAUSES = {
    "report": "the report came in",
    "pattern": "other reports bear it out",
    "message": "the reporter added to it",
}


@click.command("explain")
@click.argument("report")
@click.option("--by", "actor", help="Who reads it, for the audit; the account of this machine if left out.")
@click.option(
    "--policy",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="For a report from a file: the policy to decide it by. Default: the one of the settings.",
)
def explain_report(report: str, actor: str | None, folder: Path | None) -> None:
    """Say why REPORT was graded and routed as it was.

    REPORT is the reference of a stored report, as WO-7F3K-9MPX; or a file with the body of one, "-" for standard
    input, which is then decided here and now and stored nowhere. Explaining a stored report is reading it, and is put
    on the record.
    """
    console = Console(highlight=False)
    if report == "-" or Path(report).is_file():
        policy = load_policy(folder or load_settings().policy)
        shown = _from_body(report, policy)
        directory: Directory | None = Directory(
            partnership=policy.partnership,
            recipients=policy.recipients,
            grades=policy.grades,
            hours=policy.hours,
            concerns={code: concern.title for code, concern in policy.concerns.items()},
        )
    else:
        if folder is not None:
            raise click.UsageError("--policy is for a report from a file; a stored one keeps its decision.")
        shown, directory = _stored(report, actor or account())
    Page(console, directory).show(shown)


def _from_body(place: str, policy: Policy) -> Explanation:
    with click.open_file(place, "rb") as file:
        body = file.read()
    now = datetime.now(UTC)
    try:
        report, _ = normalise(decode_report(body), now)
    except ReportInvalid as fault:
        raise click.ClickException("\n".join([str(fault), *map(_fault_line, fault.faults)])) from fault
    decision = classify(report, policy, now)
    return Explanation(
        reference="not stored",
        received_at=now,
        reporter=str(report.__struct_config__.tag),
        anonymity=report.anonymity or "anonymous",
        concern=report.concern,
        decisions=[Explained(decided_at=now, cause="report", decision=decision)],
    )


def _fault_line(fault: FieldFault) -> str:
    return f"{fault.pointer or '/'}: {fault.message}"


def _stored(text: str, actor: str) -> tuple[Explanation, Directory | None]:
    reference = typed_reference(text, otherwise="is no file, and no reference")

    async def read(connection: asyncpg.Connection) -> tuple[Explanation, Directory | None]:
        found = await explain(connection, reference, actor=actor, account=account(), now=datetime.now(UTC))
        return found, await _directory(connection)

    return ask(read, role="evenlode_pattern")


async def _directory(connection: asyncpg.Connection) -> Directory | None:
    """Names and time zone for showing: of the release in force, else of the folder, else none."""
    in_force = await read_in_force(connection)
    with suppress(PolicyError):
        if in_force is not None:
            with unpacked(in_force.files) as folder:
                return load_directory(folder)
    with suppress(PolicyError):
        return load_directory(load_settings().policy)
    return None


class Page:
    """Prints an explanation. What a reporter wrote is printed as it is, never read as markup."""

    def __init__(self, console: Console, directory: Directory | None) -> None:
        self._console = console
        self._names = {} if directory is None else directory.recipients
        self._zone = ZoneInfo("UTC" if directory is None else directory.partnership.timezone)

    def show(self, shown: Explanation) -> None:
        """Print every decision, the first first."""
        told = (
            f"{shown.reporter.replace('_', ' ')}, {shown.anonymity}, ticked {shown.concern.replace('_', ' ')}"
        )
        self._line(f"{shown.reference}  received {self._time(shown.received_at)} from a {told}", style="bold")
        if len(shown.decisions) > 1:
            self._beside(shown.decisions)
        for number, explained in enumerate(shown.decisions, 1):
            self._console.print()
            self._decision(explained, number, len(shown.decisions))

    def _beside(self, decisions: list[Explained]) -> None:
        """Decisions on one report side by side; the last is in force."""
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("")
        for number in range(1, len(decisions) + 1):
            table.add_column("First" if number == 1 else f"Decision {number}", overflow="fold")
        rows: list[tuple[str, Callable[[Explained], str]]] = [
            ("because", lambda one: _CAUSES.get(one.cause, one.cause)),
            ("decided", lambda one: self._time(one.decided_at)),
            ("grade", lambda one: one.decision.grade),
            ("due", lambda one: self._time(one.decision.due)),
            ("policy", lambda one: one.decision.policy),
            ("told", lambda one: ", ".join(told.code for told in one.decision.recipients) or "nobody"),
        ]
        for heading, value in rows:
            table.add_row(heading, *(Text(value(one)) for one in decisions))
        self._console.print(Padding(table, (1, 0, 0, 0)))

    def _decision(self, explained: Explained, number: int, of: int) -> None:
        decision = explained.decision
        which = (
            f"Decision {number} of {of}, {'in force' if number == of else 'superseded'}: " if of > 1 else ""
        )
        cause = _CAUSES.get(explained.cause, explained.cause)
        self._line(
            f"{which}{decision.grade}, due {self._time(decision.due)}, under policy {decision.policy},"
            f" decided {self._time(explained.decided_at)} because {cause}",
            style="bold",
        )
        self._line(f"Why {decision.grade}")
        for reason in decision.reasons:
            self._reason(reason, "  ")
        self._line("Who is told" if decision.recipients else "Nobody is told: a person has to read it")
        for recipient in decision.recipients:
            known = self._names.get(recipient.code)
            name = f"{known.name} ({recipient.code})" if known else recipient.code
            self._line(f"  {name}, up to {recipient.tier}")
            for reason in recipient.why:
                self._reason(reason, "    ")
        if decision.clocks:
            self._line("Evidence that will be gone")
        for clock in sorted(decision.clocks, key=lambda clock: clock.act_by):
            self._line(f"  act by {self._time(clock.act_by)}: {clock.text} ({clock.code})")

    def _reason(self, reason: Reason, indent: str) -> None:
        self._line(f"{indent}{reason.rule}: {reason.says}")
        for evidence in reason.because:
            self._line(f"{indent}    {evidence_in_words(evidence)}")

    def _time(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%a %-d %b %Y %H:%M}"

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)
