"""`evenlode patterns`: what links reports, cutting links, and examining reports again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from service.cli.database import account
from service.cli.deliveries import DatabaseUnreachable
from service.cli.pattern_counts import clusters, review
from service.cli.references import typed_reference
from service.clock import to_the_minute, utc_now
from service.db.pool import prepare_connection
from service.embedded.running import database_url
from service.errors import ServiceError
from service.keys import load_key_ring
from service.patterns import store
from service.patterns.examine import Account, Examiner
from service.patterns.links import LINKED_BY
from service.patterns.store import DecisionRow, LinkRow, Stored
from service.policy.load import load_policy
from service.policy.model import Policy
from service.policy.releases.following import policy_now
from service.routing.live_channels import with_usable_channels
from service.settings import load_settings

T = TypeVar("T")
_CAUSES: Final = {"pattern": "raised by its pattern", "message": "raised by what the reporter added"}


class ReportUnknown(ServiceError):
    """There is no report of this reference."""

    code = "report-unknown"


class _Shown(msgspec.Struct, frozen=True):
    """A report, its links, the reports at their other ends, and what was decided on it."""

    report: Stored
    links: list[LinkRow]
    others: dict[UUID, Stored]
    decisions: list[DecisionRow]


@click.group()
def patterns() -> None:
    """See what links and counts over reports show, cut links that are wrong, and examine reports again."""


patterns.add_command(review)
patterns.add_command(clusters)


@patterns.command("links")
@click.argument("reference")
@click.option("--by", "actor", help="Who looks, for the audit; the account of this machine if left out.")
def show_links(reference: str, actor: str | None) -> None:
    """Show what links a report with others, the strongest first, and whether that raised it.

    Looking at links is reading reports, and is put on the record.
    """
    who = actor or account()

    async def read(connection: asyncpg.Connection) -> _Shown:
        report_id = await _found(connection, reference)
        links = await store.links_of(connection, [report_id])
        await store.record_reading(
            connection, report_id, now=utc_now(), by=who, account=account(), shown=len(links)
        )
        ends = {report_id, *(link.other(report_id) for link in links)}
        known = {one.id: one for one in await store.reports(connection, ends)}
        return _Shown(known[report_id], links, known, await store.decisions_of(connection, report_id))

    shown = _ask(read)
    console = Console(highlight=False)
    if shown.links:
        console.print(_table(shown))
    else:
        console.print(f"Nothing links {reference} with another report.")
    for decision in shown.decisions:
        console.print(Text(_sentence(decision)), soft_wrap=True)
        for reason in decision.reasons:
            told = "; ".join(item.words for item in reason.because if item.atom.startswith("pattern="))
            console.print(
                Text(f"  {reason.rule}: {reason.says}{f' ({told})' if told else ''}"), soft_wrap=True
            )


@patterns.command("cut")
@click.argument("reference")
@click.argument("other")
@click.option("--by", "actor", help="Who decides it, for the audit; the account of this machine if left out.")
@click.option("--why", required=True, help="The reason, kept with the link.")
def cut_links(reference: str, other: str, actor: str | None, why: str) -> None:
    """Cut what links two reports. It stays cut, and counts for nothing from then on; what it raised stays raised."""
    if not why.strip():
        raise click.BadParameter("say why.", param_hint="--why")
    who = actor or account()

    async def cut(connection: asyncpg.Connection) -> list[str]:
        pair = await _found(connection, reference), await _found(connection, other)
        async with connection.transaction():
            return await store.cut(connection, pair, now=datetime.now(UTC), by=who, why=why.strip())

    kinds = _ask(cut)
    if not kinds:
        raise click.ClickException(f"Nothing links {reference} with {other}, or it is cut already.")
    click.echo(f"Cut between {reference} and {other}: {', '.join(LINKED_BY[kind] for kind in kinds)}.")


@patterns.command("examine")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Examine the reports received since this day once more. Default: only what is outstanding.",
)
@click.option("--all", "everything", is_flag=True, help="Examine every report once more.")
def examine_again(since: datetime | None, everything: bool) -> None:
    """Examine reports: store by what they are known again, link them, and raise what others bear out.

    The workers do this by themselves within seconds, under the policy in force, as this does. Again, it finds what a
    newer release reads better; links that were cut stay cut, and nothing is raised or told twice.
    """
    settings = load_settings()
    ring = load_key_ring(settings.key_file)
    start = datetime(1970, 1, 1, tzinfo=UTC) if everything else since and since.replace(tzinfo=UTC)

    def load(folder: Path) -> Policy:
        return with_usable_channels(load_policy(folder), settings)

    async def examine(connection: asyncpg.Connection) -> Account | None:
        followed = await policy_now(connection, settings, load, None)
        if followed.held_back is not None:
            raise click.ClickException(
                f"The policy in force, {followed.held_back}, cannot be used here, so nothing was examined. It"
                " has a fault for this release of the software, or somebody in it cannot be reached by these settings."
            )
        now = utc_now()
        with Progress(transient=True, console=Console(stderr=True)) as bar:
            total = await store.again(connection, start, to_the_minute(now)) if start else None
            task = bar.add_task("Examining", total=total)
            return await Examiner(connection, policy=followed.policy, ring=ring, now=now).run(
                lambda done: bar.update(task, completed=done)
            )

    done = _ask(examine)
    if done is None:
        raise click.ClickException("The workers are examining reports just now. Try again in a minute.")
    click.echo(f"{done.examined} examined, {done.raised} raised.")


async def _found(connection: asyncpg.Connection, reference: str) -> UUID:
    report_id = await store.found(connection, typed_reference(reference))
    if report_id is None:
        raise ReportUnknown(f"There is no report {reference}.")
    return report_id


def _ask(question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Ask the database, as the role that compares reports."""
    url = database_url()

    async def connected() -> T:
        try:
            connection = await asyncpg.connect(url, timeout=5, server_settings={"role": store.ROLE})
        except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
            raise DatabaseUnreachable from fault
        try:
            await prepare_connection(connection)
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def _table(shown: _Shown) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Report", "", "Concern", "Strength", "Linked by"):
        table.add_column(heading, no_wrap=heading != "Linked by", overflow="fold")
    for link in sorted(shown.links, key=lambda link: (link.cut_by is not None, -link.strength)):
        other = shown.others[link.other(shown.report.id)]
        table.add_row(
            other.reference,
            f"P{other.grade}",
            ", ".join(other.concerns),
            str(link.strength),
            Text(_reason(link)),
        )
    return table


def _reason(link: LinkRow) -> str:
    told = ", ".join(f"{value} {name.replace('_percent', ' %')}" for name, value in link.told.items())
    reason = LINKED_BY[link.kind] + (f" ({told})" if told else "")
    return reason if link.cut_by is None else f"{reason}; cut by {link.cut_by}: {link.cut_why}"


def _sentence(decision: DecisionRow) -> str:
    cause = _CAUSES.get(decision.cause, "on its own")
    told = ", ".join(recipient.code for recipient in decision.recipients) or "nobody"
    return (
        f"P{decision.grade} {cause}, {decision.decided_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC; told: {told}."
    )
