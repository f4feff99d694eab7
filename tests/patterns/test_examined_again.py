"""The work on patterns may be cut off, done twice, in another order or by two: it comes to the same."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.clock import utc_now
from service.keys import load_key_ring
from service.patterns import store
from service.patterns.examine import Examiner
from service.patterns.lifting import lift
from service.settings import Settings
from tests.builders import report
from tests.followup.returning import ask, reported, say
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

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


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


async def test_two_that_raise_one_report_at_the_same_time_tell_its_recipients_once(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    """As if the lock had failed: both still see the first decision."""
    await accept(client, *(sighting(number) for number in range(3)))
    ids = [row["id"] for row in await database.fetch("SELECT id FROM report")]
    both = [await as_examiner(web_settings.require_database()) for _ in range(2)]
    one, *others = await store.reports(both[0], ids)
    policy, now = usable_policy(web_settings), utc_now()
    done = await asyncio.gather(
        *(lift(connection, one, {"vehicle": others}, policy=policy, now=now) for connection in both)
    )
    for connection in both:
        await connection.close()
    assert sorted(done) == [False, True]
    assert await raised(database) == 1
    told = await database.fetch("SELECT count(*) FROM delivery WHERE grade = 2 GROUP BY recipient, channel")
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
        report("taxi_driver", concern="fly_tipping", description=f"AB00 CDE again, load {number}")
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


class _Busy(Examiner):
    """One during whose first batch three reports come in that bear each other out."""

    meanwhile: httpx.AsyncClient
    came_in: list[str]

    async def link_and_raise(self, batch: Sequence[UUID]) -> int:
        if not self.came_in:
            self.came_in += await accept(self.meanwhile, *(sighting(number) for number in range(3)))
            return await super().link_and_raise(batch)
        raised = await super().link_and_raise(batch)
        raise _Stopped(raised)


class _Stopped(Exception):
    """The work was stopped after its second batch."""


async def test_new_reports_do_not_wait_until_all_are_examined_again(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    """Three come in during the first of three batches, and are raised in the second."""
    await accept(client, *(report("taxi_driver", description=f"Load {number}") for number in range(120)))
    await examine(web_settings)
    connection = await as_examiner(web_settings.require_database())
    assert await store.again(connection, _LONG_AGO, utc_now()) == 120
    busy = _Busy(
        connection,
        policy=usable_policy(web_settings),
        ring=load_key_ring(web_settings.key_file),
        now=utc_now(),
    )
    busy.meanwhile, busy.came_in = client, []
    with pytest.raises(_Stopped, match="3"):
        await busy.run()
    await connection.close()
    assert await grades(database, busy.came_in) == [2, 2, 2]
    assert await database.fetchval("SELECT count(*) FROM examination WHERE finished_at IS NULL") == 73


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


async def test_what_a_reporter_adds_links_the_report_but_not_the_number_they_are_reached_at(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    """Examined before, and once more after the message; of an anonymous report both are known to the minute."""
    named, number = await accept(
        client, sighting(1), sighting(2, identifiers=[{"kind": "phone", "value": "07700 900123"}])
    )
    silent = await reported(client, concern="county_lines", description="Strangers come and go at night.")
    await examine(web_settings)
    assert silent["reference"] not in str(await links(database))

    question = await ask(database, silent["reference"], "How can we reach you?", utc_now())
    answered = await say(client, silent["receipt"], "On 07700 900123.", answers=str(question))
    assert answered.status_code == 201, answered.text
    await examine(web_settings)
    assert silent["reference"] not in str(await links(database))

    assert (await say(client, silent["receipt"], "The car was AB00 CDE.")).status_code == 201
    await examine(web_settings)
    linked = {(one, other, kind) for one, other, kind, _ in await links(database)}
    for reference in (named, number):
        assert (*sorted((reference, silent["reference"])), "vehicle") in linked
    assert not [kind for _, _, kind in linked if kind == "phone"]
