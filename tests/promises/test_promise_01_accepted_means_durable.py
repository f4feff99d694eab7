"""Promise 1: the answer 201 is sent after one commit that holds everything the report leaves, or nothing."""

import asyncio
from typing import Final

import asyncpg
import httpx
import pytest

from tests.builders import full_report, idempotency_key, report
from tests.web import nothing_stored, problem, rows, send

_TABLES: Final = ("report", "report_handle", "source", "decision", "route", "delivery", "audit_event")


async def test_an_accepted_report_is_there_with_all_that_belongs_to_it(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    answer = await send(client, full_report("taxi_driver"))
    assert answer.status_code == 201
    kept = await rows(database)
    assert [kept[table] for table in ("report", "report_handle", "source", "decision", "audit_event")] == [
        1
    ] * 5
    assert kept["route"] >= 1
    assert kept["delivery"] >= kept["route"]
    handle = await database.fetchrow("SELECT reference, report_id FROM report_handle")
    assert (handle["reference"], str(handle["report_id"])) == (
        answer.json()["reference"],
        answer.json()["id"],
    )
    audit = await database.fetchrow("SELECT actor, action, subject, detail::text FROM audit_event")
    assert (audit["actor"], audit["action"]) == ("intake", "report.accepted")
    assert audit["subject"] == answer.json()["id"]


@pytest.mark.parametrize("table", _TABLES)
async def test_a_part_that_cannot_be_written_leaves_nothing_and_a_repeat_then_works(
    client: httpx.AsyncClient, database: asyncpg.Connection, table: str
) -> None:
    await database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
    )
    # After each row, so that the statement fails when as much as can be is already written.
    await database.execute(
        f"CREATE TRIGGER refuse AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    body, key = full_report("care_worker"), idempotency_key()
    answer = await send(client, body, key)
    assert answer.status_code == 500
    assert problem(answer)["type"] == "/problems/internal"
    assert await nothing_stored(database)

    await database.execute("DROP FUNCTION refuse() CASCADE")
    assert (await send(client, body, key)).status_code == 201
    assert (await rows(database))["report"] == 1


async def test_the_wake_up_of_the_relay_arrives_with_the_commit(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    heard: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    async def note(grade: str) -> None:
        async with database.transaction():
            heard.put_nowait((grade, await database.fetchval("SELECT count(*) FROM delivery")))

    tasks: set[asyncio.Task[None]] = set()
    await database.add_listener(
        "evenlode_delivery", lambda *said: tasks.add(asyncio.create_task(note(str(said[-1]))))
    )
    await send(client, report("venue", concern="weapons", weapon="used", danger_now="yes"))
    async with asyncio.timeout(10):
        grade, queued = await heard.get()
    assert grade == "1"
    assert queued >= 1


async def test_one_report_that_cannot_be_stored_does_not_spoil_those_that_share_its_commit(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await database.execute("ALTER TABLE report ADD CHECK (concern <> 'hare_coursing')")
    concerns = ["fly_tipping"] * 10 + ["hare_coursing"] + ["fly_tipping"] * 10
    answers = await asyncio.gather(*(send(client, report(concern=concern)) for concern in concerns))
    assert [answer.status_code for answer in answers] == [201] * 10 + [500] + [201] * 10
    assert (await rows(database))["report"] == 20


async def test_a_taken_reference_is_drawn_again(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    """Every reference but a fresh one fails here: the first two inserts meet a twin, as one in 27 milliards does."""
    await database.execute("CREATE SEQUENCE tried; GRANT USAGE ON SEQUENCE tried TO PUBLIC")
    await database.execute(
        "CREATE FUNCTION twin() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('tried') <= 2 THEN RAISE unique_violation; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER twin BEFORE INSERT ON report_handle FOR EACH ROW EXECUTE FUNCTION twin()"
    )
    assert (await send(client, report())).status_code == 201
    assert (await rows(database))["report"] == 1


async def test_a_reference_that_is_always_taken_is_given_up(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await database.execute(
        "CREATE FUNCTION twin() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE unique_violation; END $$;"
        "CREATE TRIGGER twin BEFORE INSERT ON report_handle FOR EACH ROW EXECUTE FUNCTION twin()"
    )
    assert (await send(client, report())).status_code == 500
    assert await nothing_stored(database)


async def test_a_connection_lost_while_a_reference_is_drawn_again_is_a_503_too(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await database.execute("CREATE SEQUENCE tried; GRANT USAGE ON SEQUENCE tried TO PUBLIC")
    await database.execute(
        "CREATE FUNCTION twin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        " IF nextval('tried') = 1 THEN RAISE unique_violation; END IF;"
        " PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NEW; END $$;"
        "CREATE TRIGGER twin BEFORE INSERT ON report_handle FOR EACH ROW EXECUTE FUNCTION twin()"
    )
    answer = await send(client, report())
    assert answer.status_code == 503
    assert problem(answer)["type"] == "/problems/storage-unavailable"
    assert await nothing_stored(database)


async def test_a_lost_connection_is_a_503_that_may_be_repeated_and_the_next_request_works(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    body, key = report(), idempotency_key()
    assert (await send(client, report())).status_code == 201
    await database.execute(
        "CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$;"
        "CREATE TRIGGER hang_up AFTER INSERT ON decision FOR EACH STATEMENT EXECUTE FUNCTION hang_up()"
    )
    answer = await send(client, body, key)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert problem(answer)["type"] == "/problems/storage-unavailable"
    assert (await rows(database))["report"] == 1
    await database.execute("DROP FUNCTION hang_up() CASCADE")
    assert (await send(client, body, key)).status_code == 201
    assert (await rows(database))["report"] == 2
