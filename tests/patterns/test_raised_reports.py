"""Raising stored reports: by whom, only up, and with what the policy asks for."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import asyncpg
import httpx
import msgspec
import pytest

from service.clock import to_the_minute, utc_now
from service.patterns import store
from service.settings import Settings
from tests.builders import report
from tests.patterns.examining import (
    accept,
    as_examiner,
    examine,
    grades,
    links,
    raised,
    sighting,
    usable_policy,
)
from tests.web import rows, serving


async def test_the_third_report_raises_all_three_and_a_fourth_only_itself(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    references = await accept(client, sighting(1), sighting(2))
    await examine(web_settings)
    assert await grades(database, references) == [3, 3]
    references += await accept(client, sighting(3))
    assert (await examine(web_settings)).raised == 3
    references += await accept(client, sighting(4))
    assert (await examine(web_settings)).raised == 1
    assert await grades(database, references) == [2, 2, 2, 2]
    assert await raised(database) == 4


async def test_what_is_urgent_already_is_not_decided_again(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    urgent = sighting(1) | {"danger_now": "yes", "happening": "now"}
    references = await accept(client, urgent, sighting(2), sighting(3) | {"child": "yes"})
    assert await grades(database, references) == [1, 3, 2]
    assert (await examine(web_settings)).raised == 1
    assert await grades(database, references) == [1, 2, 2]


async def test_nothing_is_stored_where_the_policy_does_not_place_a_report_higher(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    policy = usable_policy(web_settings)
    rules = {
        grade: tuple(rule for rule in own if rule.id != "P2-pattern") for grade, own in policy.rules.items()
    }
    await accept(client, *(sighting(number) for number in range(3)))
    account = await examine(web_settings, policy=msgspec.structs.replace(policy, rules=rules))
    assert (account.examined, account.raised) == (3, 0)
    assert await raised(database) == 0


async def test_one_reporter_who_reports_three_times_raises_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    known = {"anonymity": "confidential", "contact": {"phone": "07700 900111"}}
    await accept(client, *(sighting(number, **known) for number in range(3)))
    assert (await examine(web_settings)).raised == 0
    await accept(client, sighting(4), sighting(5))
    assert (await examine(web_settings)).raised == 5


async def test_an_anonymous_text_sent_three_times_raises_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await accept(client, *(sighting(1) for _ in range(3)))
    assert (await examine(web_settings)).raised == 0
    assert {kind for *_, kind, _ in await links(database)} == {"text", "vehicle"}


async def test_three_spikings_at_one_venue_are_raised(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    told = ("She went from fine to falling", "A lad could not stand", "The girl was sick and lost for words")
    bodies = [
        report("venue", concern="spiking_drink", happening="older", venue=venue, description=text)
        for venue, text in zip(
            ("The Example Arms", "example arms", "Example Arms, Witney"), told, strict=True
        )
    ]
    references = await accept(client, *bodies)
    assert await grades(database, references) == [3, 3, 3]
    await examine(web_settings)
    assert await grades(database, references) == [2, 2, 2]


async def test_a_cut_link_stays_cut_counts_for_nothing_and_lowers_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    references = await accept(client, sighting(1), sighting(2))
    await examine(web_settings)
    await cut(web_settings, database, *references)
    third = await accept(client, sighting(3))
    assert (
        await examine(web_settings)
    ).raised == 1  # the third stands between the two; each of them has but one
    await database.execute("UPDATE examination SET finished_at = NULL")
    assert (await examine(web_settings)).raised == 0
    assert await database.fetchval("SELECT count(*) FROM link WHERE cut_at IS NOT NULL") == 1
    assert await grades(database, [*references, *third]) == [3, 3, 2]
    await cut(web_settings, database, references[0], *third)
    assert await grades(database, third) == [2]
    detail = await database.fetchval(
        "SELECT detail::text FROM audit_event WHERE action = 'link.cut' ORDER BY seq LIMIT 1"
    )
    assert "vehicle" in detail
    assert "Example Person" not in detail


async def test_two_that_a_person_cut_stay_cut_when_more_is_found_that_they_share(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    """As after a release that reads better: now it finds the house in both as well."""
    at_a_house = [
        sighting(number) | {"identifiers": [{"kind": "address", "value": "12 Mill Street, Witney"}]}
        for number in range(2)
    ]
    references = await accept(client, *at_a_house)
    await examine(web_settings)
    await database.execute("DELETE FROM link WHERE kind = 'address'")
    await cut(web_settings, database, *references)
    await database.execute("UPDATE examination SET finished_at = NULL")
    await examine(web_settings)
    found = await database.fetch("SELECT kind, cut_by, cut_why FROM link ORDER BY kind")
    assert [tuple(row) for row in found] == [
        ("address", "Example Person", "two cars"),
        ("vehicle", "Example Person", "two cars"),
    ]
    await accept(client, sighting(3))
    assert (await examine(web_settings)).raised == 1


async def cut(settings: Settings, database: asyncpg.Connection, one: str, other: str) -> None:
    found = await database.fetch(
        "SELECT report_id FROM report_handle WHERE reference = any($1::text[])", [one, other]
    )
    connection = await as_examiner(settings.require_database())
    try:
        async with connection.transaction():
            first, second = (row["report_id"] for row in found)
            kinds = await store.cut(
                connection, (first, second), now=utc_now(), by="Example Person", why="two cars"
            )
    finally:
        await connection.close()
    assert kinds == ["vehicle"]


_SENT: Final = datetime(2026, 11, 20, 23, 31, 47, 123456, tzinfo=UTC)


@pytest.mark.parametrize(("third", "coarse"), [("anonymous", True), ("confidential", False)])
async def test_a_raise_that_an_anonymous_report_set_off_tells_no_more_than_the_minute(
    web_settings: Settings, database: asyncpg.Connection, third: str, coarse: bool
) -> None:
    """Two known people's reports are raised seconds after the third, and the time must not give the third away."""
    for second, anonymity in ((1, "confidential"), (9, "confidential"), (47, third)):
        async with serving(web_settings, clock=partial(_SENT.replace, second=second)) as http:
            await accept(http, sighting(second, anonymity=anonymity))
    assert (await examine(web_settings, now=_SENT)).raised == 3
    decisions = await database.fetch(
        "SELECT id, decided_at AS at, due_at AS other, detail::text FROM decision WHERE cause = 'pattern'"
    )
    deliveries = await database.fetch(
        "SELECT id, made_at AS at, due_at AS other, coarse FROM delivery WHERE grade = 2"
    )
    entries = await database.fetch(
        "SELECT at, at AS other, detail::text FROM audit_event WHERE action = 'report.raised'"
    )
    routes = await database.fetch(
        "SELECT route.id FROM route JOIN decision ON decision.id = decision_id WHERE cause = 'pattern'"
    )
    assert min(map(len, (decisions, deliveries, entries, routes))) >= 3
    times = [row[name] for row in (*decisions, *deliveries, *entries) for name in ("at", "other")]
    assert all(time == to_the_minute(time) for time in times) is coarse
    made = [row["id"].int >> 80 for row in (*decisions, *deliveries, *routes)]
    assert all(milliseconds % 60_000 == 0 for milliseconds in made) is coarse
    assert {row["coarse"] for row in deliveries} == {coarse}
    for row in (*decisions, *entries):
        assert not coarse or ":47" not in row["detail"]
    # Each decision is newer than the one it takes the place of.
    newest = await database.fetch(
        "SELECT DISTINCT ON (report_id) cause FROM decision ORDER BY report_id, decided_at DESC, id DESC"
    )
    assert [row["cause"] for row in newest] == ["pattern"] * 3


@pytest.mark.parametrize(
    "forbidden",
    [
        "SELECT ciphertext FROM source",
        "SELECT receipt_hash FROM report_handle",
        "SELECT idempotency_hash FROM report_handle",
        "UPDATE report SET concern = ''",
        "UPDATE decision SET grade = 4",
        "DELETE FROM decision",
        "DELETE FROM link",
        "UPDATE link SET made_at = now()",
        "UPDATE delivery SET recipient = 'x'",
        "DELETE FROM delivery",
        "INSERT INTO reporter_mark VALUES (gen_random_uuid(), 'x')",
    ],
)
async def test_what_compares_reports_cannot_do_what_it_has_no_need_to(
    database_url: str, forbidden: str
) -> None:
    connection = await as_examiner(database_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(forbidden)
    finally:
        await connection.close()


async def test_the_rows_of_a_raise_are_those_that_the_policy_asks_for(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await accept(client, *(sighting(number, anonymity="confidential") for number in range(3)))
    await examine(web_settings)
    assert {"examination", "identifier", "link"} <= set(await rows(database))
    for row in await database.fetch("SELECT * FROM decision WHERE cause = 'pattern'"):
        detail = msgspec.json.decode(row["detail"])
        assert row["recipients"] == len(detail["recipients"])
        assert row["due_at"] > row["decided_at"]
        assert row["due_at"] - row["decided_at"] <= timedelta(hours=1)
        routes = await database.fetch("SELECT recipient, tier FROM route WHERE decision_id = $1", row["id"])
        assert {(one["recipient"], one["tier"]) for one in routes} == {
            (one["code"], one["tier"]) for one in detail["recipients"]
        }
