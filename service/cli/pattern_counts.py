"""`evenlode patterns review` and `clusters`: what was counted over reports, with the arithmetic, for coordinators."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Final, TypeVar

import asyncpg
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.deliveries import DatabaseUnreachable
from service.clock import utc_now
from service.db.pool import prepare_connection
from service.embedded.running import database_url
from service.patterns.clusters import ClusterRule
from service.patterns.counts import (
    ListedCluster,
    Reckoned,
    Review,
    count_patterns,
    counting_of,
    listed_clusters,
    reckon,
    record_reading,
)
from service.patterns.store import ROLE
from service.policy.releases.following import read_policy_now
from service.settings import load_settings

T = TypeVar("T")
_ABOUT: Final = {
    "reporter": "one reporter",
    "address": "an address",
    "venue": "a venue",
    "street": "a street",
    "place_cell": "a cell of the map",
}
_FIRST_YEAR: Final = 1970
"""The year in which the times inside of ids begin."""
_BY: Final = click.option(
    "--by", "actor", help="Who looks, for the audit; the account of this machine if left out."
)


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="Count as on this day (YYYY-MM-DD). Default: today.",
)
@_BY
def review(as_of: datetime | None, actor: str | None) -> None:
    """See who and what is near an ASB Case Review, and every report that counts or does not.

    Reports are known by their references; reporters and places are not named here. A person decides.
    """
    if as_of is not None and as_of.year < _FIRST_YEAR:
        raise click.BadParameter(f"no report is from before {_FIRST_YEAR}.", param_hint="--as-of")
    settings = load_settings()
    now = utc_now()

    async def read(connection: asyncpg.Connection) -> Reckoned:
        counting = await read_policy_now(connection, settings, counting_of)
        day = now.astimezone(counting.zone).date() if as_of is None else as_of.date()
        reckoned = await reckon(connection, day, counting)
        await record_reading(
            connection, now, actor or getpass.getuser(), "case_review", len(reckoned.reviews)
        )
        return reckoned

    reckoned = _ask(read)
    found = reckoned.reviews
    console = Console(highlight=False)
    if not found:
        console.print(
            f"Nobody and nothing is near a threshold on {reckoned.as_of}, of {reckoned.reports:,} reports looked at."
        )
        return
    console.print(_reviews(found))
    for number, one in enumerate(found, 1):
        first, *lines, question = one.limb.sentences()
        console.print(Text(f"\n{number}. About {_ABOUT[one.subject_kind]}. {first}"), soft_wrap=True)
        for line in lines:
            console.print(Text(f"   {line}"), soft_wrap=True)
        if number == len(found):
            console.print(Text(f"\n{question}"), soft_wrap=True)
    console.print("Reports made to the police or a landlord alone are not known here. A person decides.")


@click.command()
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most this many."
)
@click.option("--count", "again", is_flag=True, help="Count now, instead of showing the last hourly count.")
@_BY
def clusters(limit: int, again: bool, actor: str | None) -> None:
    """See places with more reports of a concern than their own past lets expect.

    Small numbers: for coordinators only, never to be passed on or published.
    """
    settings = load_settings()
    now = utc_now()

    async def read(connection: asyncpg.Connection) -> tuple[list[ListedCluster], ClusterRule]:
        counting = await read_policy_now(connection, settings, counting_of)
        if again:
            await count_patterns(connection, now, counting)
        found = await listed_clusters(connection, limit)
        await record_reading(connection, now, actor or getpass.getuser(), "cluster", len(found))
        return found, counting.clusters

    found, rule = _ask(read)
    console = Console(highlight=False)
    if not found:
        console.print("No place has more reports of a concern than its own past lets expect.")
        return
    table = _table("Reports", "Expected", "Of", "At", "Found", "Last counted", "By chance")
    for one in found:
        table.add_row(
            str(one.reports),
            f"{one.expected:.2g}",
            one.concern,
            _ABOUT[one.place_kind],
            _day(one.found_on),
            _day(one.counted_on),
            f"1 in {1 / max(one.chance, 1e-15):,.0f}",
        )
    console.print(table)
    for one in found:
        console.print(
            Text(f"{one.concern} at {_ABOUT[one.place_kind]}: {', '.join(one.told)}"), soft_wrap=True
        )
    console.print(
        f"Within {rule.window_days} days. Where nothing has changed, up to {rule.false_a_month:g} a month may show "
        "all the same. For coordinators only.",
        soft_wrap=True,
    )


def _reviews(found: list[Review]) -> Table:
    table = _table("", "Way in", "About", "Counted", "Needed", "")
    for number, one in enumerate(found, 1):
        limb = one.limb
        verdict = "[bold]reached[/]" if limb.reached else f"{limb.short} short"
        way = "one person" if limb.name == "one_person" else "different people"
        table.add_row(
            str(number), way, _ABOUT[one.subject_kind], str(limb.counted), str(limb.needed), verdict
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading)
    return table


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _ask(question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Ask the database, as the pattern work's role."""
    url = database_url()

    async def connected() -> T:
        try:
            connection = await asyncpg.connect(url, timeout=5, server_settings={"role": ROLE})
        except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
            raise DatabaseUnreachable from fault
        try:
            await prepare_connection(connection)
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())
