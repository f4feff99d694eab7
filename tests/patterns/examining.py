"""Reports sent to the running application and then examined, as the chore does."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import asyncpg
import httpx

from service.clock import utc_now
from service.db.pool import prepare_connection
from service.keys import load_key_ring
from service.patterns.examine import Account, Examiner
from service.patterns.store import ROLE
from service.policy.load import load_policy
from service.policy.model import Policy
from service.routing.live_channels import with_usable_channels
from service.settings import Settings
from tests.builders import report
from tests.web import send


async def as_examiner(url: str) -> asyncpg.Connection:
    """A connection that may do what comparing reports needs, and no more."""
    connection = await asyncpg.connect(url, server_settings={"role": ROLE})
    await prepare_connection(connection)
    return connection


def usable_policy(settings: Settings) -> Policy:
    """The shipped policy with the channels of this test."""
    return with_usable_channels(_policy(settings.policy), settings)


_policy = cache(load_policy)


async def examine(
    settings: Settings, *, now: datetime | None = None, policy: Policy | None = None
) -> Account:
    """Examine whatever is outstanding in the database of these settings."""
    connection = await as_examiner(settings.require_database())
    try:
        account = await Examiner(
            connection,
            policy=policy or usable_policy(settings),
            ring=load_key_ring(settings.key_file),
            now=now or utc_now(),
        ).run()
    finally:
        await connection.close()
    assert account is not None
    return account


async def accept(http: httpx.AsyncClient, *bodies: dict[str, Any]) -> list[str]:
    """Send reports, one after the other; returns their references."""
    answers = [await send(http, body) for body in bodies]
    assert [answer.status_code for answer in answers] == [201] * len(bodies), [
        answer.text for answer in answers
    ]
    return [answer.json()["reference"] for answer in answers]


async def grades(database: asyncpg.Connection, references: Sequence[str]) -> list[int]:
    """The grade in force of each report."""
    rows = await database.fetch(
        "SELECT DISTINCT ON (reference) reference, grade FROM decision JOIN report_handle USING (report_id)"
        " WHERE reference = any($1::text[]) ORDER BY reference, decided_at DESC, decision.id DESC",
        references,
    )
    found = {row["reference"]: row["grade"] for row in rows}
    return [found[reference] for reference in references]


async def links(database: asyncpg.Connection) -> set[tuple[str, str, str, int]]:
    """Every link: the two references in order, kind and strength."""
    rows = await database.fetch(
        "SELECT one.reference AS one, other.reference AS other, kind, strength FROM link"
        " JOIN report_handle AS one ON one.report_id = first JOIN report_handle AS other ON other.report_id = second"
    )
    return {(*sorted((row["one"], row["other"])), row["kind"], row["strength"]) for row in rows}


_CAR: Final = "AB00 CDE"


def sighting(number: int, **answers: Any) -> dict[str, Any]:
    """A weak report of serious harm in which a driver names the car; no two in the same words."""
    words = ("dropped", "collected", "waited for", "followed", "passed", "drove", "left")
    told = f"{words[number % len(words)].capitalize()} number {number} of a few by the back gate, {_CAR} was there."
    return report("taxi_driver", concern="county_lines", happening="older", description=told, **answers)


async def raised(database: asyncpg.Connection) -> int:
    """How many reports were raised by their pattern."""
    count: int = await database.fetchval("SELECT count(*) FROM decision WHERE cause = 'pattern'")
    return count
