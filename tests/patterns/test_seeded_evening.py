"""A seeded evening: three drivers and a venue describe the same car and flat in different words.

None spells anything as another does, one has only part of the plate, and nobody ticks an identifier. Each report by
itself is a weak one of last month; together they are a cuckooed flat.
"""

from datetime import UTC, datetime
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest
from click.testing import CliRunner

from service.audit.verify import verify_chain
from service.cli.main import evenlode
from service.routing.outbox import WAKE_CHANNEL, books
from service.settings import Settings
from tests.builders import report
from tests.patterns.examining import accept, examine, grades, links

_TOLD: Final[tuple[dict[str, Any], ...]] = (
    report(
        "taxi_driver",
        concern="cuckooing",
        happening="older",
        description=(
            "Dropped two men I did not know at flat 3, 12 Mill Street, Witney. A silver Golf, AB00 CDE, was"
            " waiting outside with its engine on and they went in with whoever was in it."
        ),
    ),
    report(
        "taxi_driver",
        concern="county_lines",
        happening="older",
        anonymity="anonymous",
        description=(
            "last month a fare wanted number twelve mill st in witney. golf behind us, silver, reg alpha bravo"
            " zero zero charlie delta echo"
        ),
    ),
    report(
        "taxi_driver",
        concern="county_lines",
        happening="older",
        anonymity="confidential",
        contact={"phone": "07700 900111"},
        description=(
            "Dropped one man at no 12 in Mill St. Somebody else than the tenant opened. Plate of the car outside"
            " started AB00 something, silver Golf I think."
        ),
    ),
    report(
        "venue",
        concern="county_lines",
        happening="older",
        description="A silver golf, ab 00 cde, was outside. It belongs to 12 mill street.",
        location={"town": "Witney"},
        venue="The Example Arms",
    ),
)


@pytest.fixture
async def evening(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> list[str]:
    """The four references, examined."""
    references = await accept(client, *_TOLD)
    assert await grades(database, references) == [3, 3, 3, 3]
    account = await examine(web_settings)
    assert (account.examined, account.raised) == (4, 4)
    return references


async def test_all_are_linked_by_the_house_and_by_the_car_that_each_spells_in_its_own_way(
    evening: list[str], database: asyncpg.Connection
) -> None:
    first, spelled, part, venue = evening
    found = {(frozenset(pair), kind) for *pair, kind, _ in await links(database)}
    assert found == {
        *((frozenset(pair), "address") for pair in combinations(evening, 2)),
        *((frozenset(pair), "vehicle") for pair in combinations((first, spelled, venue), 2)),
        *((frozenset((part, whole)), "vehicle_part") for whole in (first, spelled, venue)),
    }


async def test_all_are_raised_with_the_links_named_as_the_reason(
    evening: list[str], database: asyncpg.Connection
) -> None:
    assert await grades(database, evening) == [2, 2, 2, 2]
    rows = await database.fetch(
        "SELECT reference, detail FROM decision JOIN report_handle USING (report_id) WHERE cause = 'pattern'"
    )
    assert sorted(row["reference"] for row in rows) == sorted(evening)
    for row in rows:
        reason = next(
            one for one in msgspec.json.decode(row["detail"])["reasons"] if one["rule"] == "P2-pattern"
        )
        (shared,) = (item for item in reason["because"] if item["atom"] == "pattern=shared")
        assert shared["origin"] == "derived"
        assert "by address and vehicle" in shared["words"]
        assert all(other in shared["words"] for other in evening if other != row["reference"])


async def test_every_recipient_of_a_raised_report_is_told_once_by_each_channel_however_often_it_is_examined(
    evening: list[str], database: asyncpg.Connection, web_settings: Settings
) -> None:
    told = (
        "SELECT reference, delivery.recipient, channel, delivery.grade FROM delivery"
        " JOIN report_handle USING (report_id) JOIN route ON route.id = route_id"
        " JOIN decision ON decision.id = decision_id WHERE cause = 'pattern'"
    )
    before = sorted(map(tuple, await database.fetch(told)))
    assert len(before) == len(set(before))
    assert {(reference, recipient) for reference, recipient, _, _ in before} == {
        *((reference, "tvp") for reference in evening),
        (evening[0], "asb_team"),
    }
    assert {grade for *_, grade in before} == {2}
    await database.execute("UPDATE examination SET finished_at = NULL")
    account = await examine(web_settings)
    assert (account.examined, account.raised) == (4, 0)
    assert sorted(map(tuple, await database.fetch(told))) == before
    assert (await books(database)).balanced


async def test_the_relay_is_woken_for_what_was_raised(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await accept(client, *_TOLD)
    woken: list[str] = []
    await database.add_listener(WAKE_CHANNEL, lambda *notice: woken.append(notice[-1]))
    await examine(web_settings)
    await database.execute("SELECT 1")
    assert woken == ["2"] * 4


async def test_the_record_tells_what_raised_a_report_and_the_chain_stays_whole(
    evening: list[str], database: asyncpg.Connection
) -> None:
    rows = await database.fetch("SELECT actor, detail FROM audit_event WHERE action = 'report.raised'")
    assert len(rows) == 4
    for row in rows:
        detail = msgspec.json.decode(row["detail"])
        assert (row["actor"], detail["from"], detail["grade"]) == ("patterns", 3, 2)
        assert {len(others) for others in detail["linked"].values()} == {3}
    verdict = await verify_chain(database)
    assert verdict.fault is None


async def test_nothing_made_for_the_anonymous_driver_tells_more_than_the_minute(
    evening: list[str], database: asyncpg.Connection
) -> None:
    report_id = await database.fetchval(
        "SELECT report_id FROM report_handle WHERE reference = $1", evening[1]
    )
    for query in (
        "SELECT id, decided_at, due_at FROM decision WHERE report_id = $1",
        "SELECT id FROM route WHERE report_id = $1",
        "SELECT id, made_at, due_at FROM delivery WHERE report_id = $1",
        "SELECT indexed_at, finished_at FROM examination WHERE report_id = $1",
        "SELECT id, made_at FROM link WHERE first = $1 OR second = $1",
    ):
        for row in await database.fetch(query, report_id):
            for value in row.values():
                moment = (
                    datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
                    if isinstance(value, UUID)
                    else value
                )
                assert (moment.second, moment.microsecond) == (0, 0), query
    at = await database.fetchval(
        "SELECT at FROM audit_event WHERE action = 'report.raised' AND subject = $1", str(report_id)
    )
    assert (at.second, at.microsecond) == (0, 0)
    coarse = await database.fetch("SELECT coarse FROM delivery WHERE report_id = $1", report_id)
    assert {row["coarse"] for row in coarse} == {True}


async def test_no_word_of_a_report_stands_beside_its_marks_or_links(
    evening: list[str], database: asyncpg.Connection
) -> None:
    kept = await database.fetch(
        "SELECT identifier::text AS row FROM identifier UNION ALL SELECT link::text FROM link"
        " UNION ALL SELECT examination::text FROM examination"
    )
    everything = "\n".join(row["row"] for row in kept).casefold()
    assert len(kept) > 30
    for word in ("mill", "golf", "silver", "witney", "volkswagen", "lads", "waiting"):
        assert word not in everything


def test_the_command_shows_why_a_report_was_raised(evening: list[str], web_environ: dict[str, str]) -> None:
    shown = CliRunner().invoke(evenlode, ["patterns", "links", evening[2]], env=web_environ)
    assert shown.exit_code == 0, shown.output
    for other in (evening[0], evening[1], evening[3]):
        assert other in shown.output
    assert "the same house" in shown.output
    assert "part of a plate" in shown.output
    assert "P2 raised by its pattern" in shown.output
    assert "P3 on its own" in shown.output
    assert "by address and vehicle" in shown.output
