"""`evenlode policy propose`, `publish`, `rollback`, `releases` and `show`: a policy and the two people it takes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.database import ask
from service.cli.policy_faults import show_faults
from service.cli.policy_replay import replay_with_bar
from service.cli.policy_signer import passphrase_of, passphrase_option, signature
from service.cli.policy_summary import print_summary
from service.embedded.running import database_url
from service.errors import PolicyError
from service.policy.model import Policy
from service.policy.releases.candidate import load_files, read_candidate
from service.policy.releases.folder import write_folder
from service.policy.releases.model import Change, Files, Listed, Release, ReleaseRefused
from service.policy.releases.replay import Job
from service.policy.releases.signers import check_passphrase
from service.policy.releases.store import (
    propose,
    publish,
    read_changes,
    read_in_use,
    read_release,
    read_releases,
    roll_back,
    way_back,
)
from service.routing.live_channels import live
from service.settings import load_settings

_by = click.option("--by", "name", required=True, metavar="NAME", help="The signer who does it.")


@click.command("propose")
@click.argument("folder", type=click.Path(path_type=Path))
@_by
@passphrase_option
def propose_folder(folder: Path, name: str, descriptor: int | None) -> None:
    """Check the policy files of FOLDER and store them for another signer to publish. Nothing changes yet."""
    try:
        policy, files = read_candidate(folder)
    except PolicyError as fault:
        raise click.ClickException(show_faults(fault)) from fault
    passphrase = passphrase_of(name, descriptor)

    async def work(connection: asyncpg.Connection) -> None:
        by = signature(name)
        await check_passphrase(connection, by, passphrase)
        await propose(connection, policy.version, files, by)

    ask(work, role=None)
    click.echo(f"Proposed: {policy.version}. Another signer looks at it and publishes it:")
    click.echo(f"  evenlode policy show {policy.version} --out FOLDER")
    click.echo(f"  evenlode policy replay --since DATE --candidate {policy.version}")
    click.echo(f"  evenlode policy publish {policy.version} --by NAME")


@click.command("publish")
@click.argument("version")
@_by
@click.option(
    "--days",
    default=30,
    show_default=True,
    type=click.IntRange(0, 36_500),
    help="Show what it would have changed in the reports of so many days.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrase_option
def publish_release(version: str, name: str, days: int, yes: bool, descriptor: int | None) -> None:
    """Put a proposed policy in force, after showing what it would have changed. Web and workers take it up at once.

    The signer must be another than who proposed it.
    """
    console = Console(highlight=False)
    release, changes, in_use = ask(lambda connection: _before(connection, version, name), role=None)
    version = release.version
    try:
        policy = load_files(release.files)
    except PolicyError as fault:
        raise click.ClickException(show_faults(fault)) from fault
    console.print(f"{version}, proposed by {release.proposed_by} on {release.proposed_at:%Y-%m-%d}.")
    if policy.version != version:
        console.print(f"This release of the software calls it {policy.version}: it reads texts differently.")
    _warn_of_dead_ends(console, policy)
    _show_effect(console, release.files, days)
    inherited = _inherited(console, in_use) if not changes and in_use != version else None
    if not yes:
        click.confirm(f"Put {version} in force?", abort=True)
    passphrase = passphrase_of(name, descriptor)

    async def work(connection: asyncpg.Connection) -> int:
        by = signature(name)
        await check_passphrase(connection, by, passphrase)
        return await publish(connection, version, by, seen=len(changes), inherited=inherited)

    ask(work, role=None)
    console.print(f"In force: {version}.")
    if changes or inherited is not None:
        console.print("The way back: evenlode policy rollback --by NAME --why TEXT")


def _warn_of_dead_ends(console: Console, policy: Policy) -> None:
    """Outside of the demo, processes hold a policy back by which somebody could not be reached."""
    settings = load_settings()
    dead_ends = [
        code
        for code, recipient in policy.recipients.items()
        if not any(live(channel, code, settings) for channel in recipient.channels)
    ]
    if dead_ends and not settings.demo:
        told = (
            f"By the settings of this command {', '.join(dead_ends)} cannot be reached. Web and workers with the same"
            " settings will hold this policy back, and health will say degraded."
        )
        console.print(Text(told, style="yellow"), soft_wrap=True)


async def _before(
    connection: asyncpg.Connection, version: str, name: str
) -> tuple[Release, list[Change], str | None]:
    """What is to be published, every change so far, and by what version reports are decided now.

    Refused early where it would be refused anyway.
    """
    release, changes = await read_release(connection, version), await read_changes(connection)
    if release.proposed_by == name:
        raise ReleaseRefused("Whoever proposed a policy cannot publish it: another signer has to look at it.")
    if changes and changes[-1].version == release.version:
        raise ReleaseRefused(f"{release.version} is in force already.")
    return release, changes, await read_in_use(connection)


def _show_effect(console: Console, files: Files, days: int) -> None:
    if not days:
        return
    since = datetime.now(UTC) - timedelta(days=days)
    tally = replay_with_bar(Job(url=database_url(), candidate=files, since=since, most=0))
    console.print(f"What it would have changed in the last {days} days:")
    print_summary(console, tally, versions=False)


def _inherited(console: Console, in_use: str | None) -> tuple[str, Files] | None:
    """The folder's policy, kept as what the first release can be rolled back to.

    One person goes back to it, and the folder is whatever this command was given. So it counts only when reports are
    decided by it, as the newest decision says: otherwise one person could put any policy in force.
    """
    try:
        policy, files = read_candidate(load_settings().policy)
    except PolicyError:
        why = "the policy folder of this command (EVENLODE_POLICY) cannot be used."
    else:
        if policy.version == in_use:
            told = (
                f"In use until now: {in_use}, of the folder. It is kept, so that there is a way back to it."
            )
            console.print(told, soft_wrap=True)
            return in_use, files
        why = f"the policy folder of this command (EVENLODE_POLICY) holds {policy.version}, and "
        why += "no report was decided yet." if in_use is None else f"reports are decided by {in_use}."
    console.print(Text(f"There will be no way back from this release: {why}", style="yellow"), soft_wrap=True)
    return None


@click.command("rollback")
@click.argument("version", required=False)
@_by
@click.option("--why", required=True, help="Kept on the record.")
@passphrase_option
def roll_back_release(version: str | None, name: str, why: str, descriptor: int | None) -> None:
    """Put in force again what was in force before, or VERSION if it ever was. One signer is enough."""
    if not why.strip():
        raise click.BadParameter("say why.", param_hint="--why")
    passphrase = passphrase_of(name, descriptor)

    async def work(connection: asyncpg.Connection) -> Change:
        by = signature(name)
        await check_passphrase(connection, by, passphrase)
        changes = await read_changes(connection)
        to = way_back(changes, version)
        await roll_back(connection, to, by, why=why, seen=len(changes))
        return to

    to = ask(work, role=None)
    click.echo(f"In force again: {to.version}.")


@click.command("releases")
def releases() -> None:
    """List every policy that was proposed, who proposed and published it, and which is in force."""
    found = ask(read_releases, role=None)
    if not found:
        click.echo("No policy was proposed yet; the one of the folder is in use: evenlode policy check.")
        return
    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Version", "Proposed (UTC)", "Put in force (UTC)", ""):
        table.add_column(heading, no_wrap=heading == "Version", overflow="fold")
    for listed in found:
        _rows(table, listed)
    console.print(table)
    for change in sorted((change for one in found for change in one.changes), key=lambda one: one.number):
        if change.why is not None:
            told = f"{_when(change.put_at)}  back to {change.version} by {change.put_by}: {change.why}"
            console.print(Text(told), soft_wrap=True)


def _rows(table: Table, listed: Listed) -> None:
    """A row for each time it was put in force, two lines high, which fits 80 columns."""
    told = (listed.version, Text(f"{_when(listed.proposed_at)}\n{listed.proposed_by}"))
    if not listed.changes:
        table.add_row(*told, "", Text("not published", style="yellow"))
    for change in listed.changes:
        note = Text({"inherited": "the folder's", "rolled_back": "rolled back"}.get(change.kind, ""))
        if listed.in_force and change is listed.changes[-1]:
            note = Text("\n").join(
                part for part in (Text("in force", style="bold green"), note) if part.plain
            )
        table.add_row(*told, Text(f"{_when(change.put_at)}\n{change.put_by}"), note)
        told = ("", Text(""))


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


@click.command("show")
@click.argument("version")
@click.option(
    "--out", "folder", type=click.Path(path_type=Path, file_okay=False), help="A new folder for the files."
)
def show(version: str, folder: Path | None) -> None:
    """Show a policy that was proposed, or write its files into a folder. Every one stays readable for good."""
    release = ask(lambda connection: read_release(connection, version), role=None)
    if folder is not None:
        write_folder(release.files, folder)
        click.echo(f"{len(release.files)} files of {version} are in {folder}.")
        return
    click.echo(f"{version}, proposed by {release.proposed_by} on {_when(release.proposed_at)} UTC")
    for name, text in sorted(release.files.items()):
        click.echo(f"  {name}  {text.count(chr(10))} lines")
