"""Raising stored reports: once, whole or not at all, only up, and the same however the work is done."""

import random
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from service.clock import utc_now
from service.keys import load_key_ring
from service.patterns import store
from service.patterns.examine import Examiner
from service.settings import Settings
from tests.builders import report
from tests.patterns.examining import accept, as_examiner, examine, grades, links, usable_policy
from tests.web import rows

_CAR: Final = "AB00 CDE"


def sighting(number: int, **answers: Any) -> dict[str, Any]:
    """A weak report of serious harm in which a driver names the car; no two in the same words."""
    words = ("dropped", "collected", "waited for", "followed", "passed", "drove", "left")
    told = f"{words[number % len(words)].capitalize()} number {number} of a few by the back gate, {_CAR} was there."
    return report("taxi_driver", concern="county_lines", happening="older", description=told, **answers)


async def raised(database: asyncpg.Connection) -> int:
    count: int = await database.fetchval("SELECT count(*) FROM decision WHERE cause = 'pattern'")
    return count


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


@pytest.mark.parametrize("survives", range(3))
async def test_work_cut_off_half_way_is_finished_by_the_next_run_and_nobody_is_told_twice(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings, survives: int
) -> None:
    """The connection dies at one of the raises: what was raised stays, the rest follows."""
    references = await accept(client, *(sighting(number) for number in range(3)))
    await database.execute(
        "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        f" IF (SELECT count(*) FROM decision WHERE cause = 'pattern') >= {survives} THEN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;"
        " CREATE TRIGGER dies BEFORE INSERT ON decision FOR EACH ROW WHEN (NEW.cause = 'pattern')"
        " EXECUTE FUNCTION dies()"
    )
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError)):
        await examine(web_settings)
    await database.execute("DROP TRIGGER dies ON decision")
    assert await raised(database) == survives
    assert (await examine(web_settings)).raised == 3 - survives
    assert await grades(database, references) == [2, 2, 2]
    told = await database.fetch(
        "SELECT report_id, recipient, channel, count(*) FROM delivery"
        " WHERE grade = 2 GROUP BY report_id, recipient, channel"
    )
    assert {row["count"] for row in told} == {1}


async def test_a_raise_that_cannot_be_stored_whole_leaves_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await accept(client, *(sighting(number) for number in range(3)))
    await database.execute("ALTER TABLE delivery ADD CONSTRAINT none CHECK (grade <> 2) NOT VALID")
    with pytest.raises(asyncpg.CheckViolationError):
        await examine(web_settings)
    assert await raised(database) == 0
    assert await database.fetchval("SELECT count(*) FROM audit_event WHERE action = 'report.raised'") == 0
    await database.execute("ALTER TABLE delivery DROP CONSTRAINT none")
    assert (await examine(web_settings)).raised == 3


def _told(chance: random.Random) -> dict[str, Any]:
    """A report that may share one or more of a few things with others."""
    said = [
        chance.choice(
            ("", "AB00 CDE", "ab 00 cde", "AB00 something silver golf", "silver golf AB00CDE", "CD00 EFG")
        ),
        chance.choice(("", "12 Mill St", "number twelve mill street in Witney", "12 Mill Street, Eynsham")),
        chance.choice(("", "", "07700 900123", "snap: example_user", "at the Red Lion")),
    ]
    return report(
        "taxi_driver",
        concern=chance.choice(("county_lines", "cse", "fly_tipping")),
        happening="older",
        description=". ".join(filter(None, said)),
        anonymity=chance.choice(("anonymous", "confidential")),
        location={"latitude": 51.78 + chance.randrange(3) / 300, "longitude": -1.48},
    )


async def test_links_and_raises_are_the_same_in_any_order_twice_or_after_a_half(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    """Two dozen reports that share a few things: examined at once, then anew in other orders and pieces."""
    chance = random.Random(20261120)
    await accept(client, *(_told(chance) for _ in range(24)))
    await examine(web_settings)
    at_once = await links(database)
    first_raised = await _raised_reports(database)
    assert len(at_once) > 40
    assert len(first_raised) > 3
    await database.execute("UPDATE examination SET finished_at = NULL")
    await examine(web_settings)
    assert await links(database) == at_once
    assert await _raised_reports(database) == first_raised
    ids = [row["id"] for row in await database.fetch("SELECT id FROM report")]
    for _ in range(2):
        await _forget(database)
        chance.shuffle(ids)
        connection = await as_examiner(web_settings.require_database())
        examiner = Examiner(
            connection,
            policy=usable_policy(web_settings),
            ring=load_key_ring(web_settings.key_file),
            now=utc_now(),
        )
        size = chance.choice((5, 9))
        for start in range(0, len(ids), size):
            piece = ids[start : start + size]
            await examiner.index(piece)
            if chance.random() < 0.5:
                await examiner.link_and_raise(piece)
        await connection.close()
        await examine(web_settings)
        assert await links(database) == at_once
        assert await _raised_reports(database) == first_raised


async def _raised_reports(database: asyncpg.Connection) -> set[UUID]:
    return {
        row["report_id"]
        for row in await database.fetch("SELECT report_id FROM decision WHERE cause = 'pattern'")
    }


async def _forget(database: asyncpg.Connection) -> None:
    """As if nothing had been examined yet."""
    await database.execute(
        "SET session_replication_role = replica;"
        " DELETE FROM delivery WHERE route_id IN (SELECT route.id FROM route JOIN decision ON decision.id = decision_id"
        " WHERE cause = 'pattern');"
        " DELETE FROM route WHERE decision_id IN (SELECT id FROM decision WHERE cause = 'pattern');"
        " DELETE FROM decision WHERE cause = 'pattern';"
        " DELETE FROM link; DELETE FROM identifier; DELETE FROM examination; DELETE FROM examination_progress;"
        " RESET session_replication_role"
    )


async def test_a_car_that_very_many_report_links_each_with_the_nearest_only(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    bodies = [
        report("taxi_driver", concern="fly_tipping", description=f"{_CAR} again, load {number}")
        for number in range(75)
    ]
    await accept(client, *bodies)
    await examine(web_settings)
    most = await database.fetchval(
        "SELECT max(links) FROM (SELECT count(*) AS links FROM report"
        " JOIN link ON first = report.id OR second = report.id GROUP BY report.id) AS counted"
    )
    assert most == 60
    assert await database.fetchval("SELECT min(strength) FROM link") == 50


async def test_a_report_that_cannot_be_read_holds_up_no_other(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    references = await accept(client, *(sighting(number) for number in range(4)))
    await database.execute(
        'UPDATE report SET body = \'{"reporter": "nobody"}\' WHERE id ='
        " (SELECT report_id FROM report_handle WHERE reference = $1)",
        references[0],
    )
    account = await examine(web_settings)
    assert (account.examined, account.raised) == (4, 3)
    assert await grades(database, references) == [3, 2, 2, 2]


async def test_only_what_came_in_since_is_looked_for_and_late_ones_are_found(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await accept(client, sighting(1))
    now = utc_now()
    assert (await examine(web_settings, now=now)).examined == 1
    until = await database.fetchval("SELECT complete_until FROM examination_progress")
    assert until == now - timedelta(hours=1)
    await accept(client, sighting(2, anonymity="anonymous"))
    assert (await examine(web_settings)).examined == 1
    assert (await examine(web_settings)).examined == 0


async def test_two_do_not_examine_at_once(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await accept(client, sighting(1))
    assert await store.lock(database)
    connection = await as_examiner(web_settings.require_database())
    examiner = Examiner(
        connection,
        policy=usable_policy(web_settings),
        ring=load_key_ring(web_settings.key_file),
        now=utc_now(),
    )
    assert await examiner.run() is None
    await store.unlock(database)
    account = await examiner.run()
    await connection.close()
    assert account is not None
    assert account.examined == 1


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
