"""`evenlode policy replay`: what stored reports would be decided under another policy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.cli.database import account, ask
from service.cli.policy_faults import show_faults
from service.cli.policy_summary import as_json, print_changes, print_summary
from service.embedded.running import database_url
from service.errors import PolicyError
from service.policy.model import Policy
from service.policy.releases.candidate import load_files, read_candidate
from service.policy.releases.comparing import Tally
from service.policy.releases.model import Files
from service.policy.releases.replay import Job, replay
from service.policy.releases.store import read_release, record


@click.command("replay")
@click.option("--since", required=True, metavar="DATE", help="Reports received from this day, or moment, on.")
@click.option("--until", metavar="DATE", help="Only those received before this day, or moment.")
@click.option(
    "--candidate",
    required=True,
    metavar="DIR|VERSION",
    help="The policy to decide by: a folder, or the version of a proposed one.",
)
@click.option(
    "--baseline",
    metavar="DIR|VERSION",
    help="Compare with what this policy decides, instead of the stored decisions.",
)
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(0, 100_000),
    help="List at most this many changes.",
)
@click.option("--json", "as_document", is_flag=True, help="One JSON document instead of tables.")
@click.option(
    "--processes", type=click.IntRange(0, 256), default=0, help="How many; one for each core if left out."
)
@click.option("--by", "actor", help="Who reads it, for the audit; the account of this machine if left out.")
def replay_reports(
    *,
    since: str,
    until: str | None,
    candidate: str,
    baseline: str | None,
    limit: int,
    as_document: bool,
    processes: int,
    actor: str | None,
) -> None:
    """Decide stored reports again under another policy, and say which would change, from what to what, and why.

    No report and no decision is changed: all of it is read in read-only transactions. The list of changes quotes
    reports, so that it was read is put on the record. The first decision on each report is what is compared with;
    what was raised later by other reports is left aside.
    """
    policy, files = _policy(candidate)
    zone = ZoneInfo(policy.partnership.timezone)
    begin = _moment(since, zone, "--since")
    end = None if until is None else _moment(until, zone, "--until")
    if end is not None and end <= begin:
        raise click.BadParameter("the end must be later than --since.", param_hint="--until")
    job = Job(
        url=database_url(),
        candidate=files,
        baseline=None if baseline is None else _policy(baseline)[1],
        since=begin,
        until=end,
        most=limit,
        processes=processes,
    )
    tally = replay_with_bar(job)
    if tally.changes:
        _put_on_record(job, tally, policy.version, actor or account())
    if as_document:
        document: dict[str, Any] = {"candidate": policy.version, "baseline": baseline, **as_json(tally)}
        click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))
        return
    console = Console(highlight=False)
    against = "the stored decisions" if baseline is None else f"policy {baseline}"
    console.print(f"Candidate {policy.version} against {against}.", soft_wrap=True)
    print_summary(console, tally)
    print_changes(console, tally)


def replay_with_bar(job: Job) -> Tally:
    """Replay, with a progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task("Deciding again", total=None)
        return replay(job, lambda done, total: bar.update(task, completed=done, total=total))


def _policy(named: str) -> tuple[Policy, Files]:
    """The policy of a folder, or of a release."""

    async def read(connection: asyncpg.Connection) -> Files:
        return (await read_release(connection, named)).files

    try:
        if Path(named).is_dir() or "+" not in named:
            return read_candidate(Path(named))
        files = ask(read, role="evenlode_pattern")
        return load_files(files), files
    except PolicyError as fault:
        raise click.ClickException(show_faults(fault)) from fault


def _moment(raw: str, zone: ZoneInfo, option: str) -> datetime:
    """A day, which begins at midnight where the partnership is, or a moment with its offset."""
    try:
        moment = datetime.fromisoformat(raw)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except ValueError:
        raise click.BadParameter(
            "give a date, as 2026-11-20, or a date and time.", param_hint=option
        ) from None
    except OverflowError:
        raise click.BadParameter("give a moment in the years 1 to 9999.", param_hint=option) from None


def _put_on_record(job: Job, tally: Tally, version: str, actor: str) -> None:
    async def write(connection: asyncpg.Connection) -> None:
        detail = {
            "account": account(),
            "since": job.since,
            "until": job.until,
            "reports": tally.reports,
            "listed": len(tally.changes),
        }
        await record(connection, datetime.now(UTC), actor, "policy.replayed", version, detail)

    try:
        ask(write, role="evenlode_pattern")
    except asyncpg.ReadOnlySQLTransactionError:
        # A replica is a good place to replay; only what quotes reports needs the record.
        tally.changes = []
        click.echo("This database takes no entry of the audit, so no single report is listed.", err=True)
