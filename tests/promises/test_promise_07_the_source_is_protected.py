"""Promise 7: who reported is stored apart, encrypted, and out of reach of the processes that have no need of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from service.db.pool import open_pool, prepare_connection
from service.keys import SourceUnreadable, load_key_ring, rotate_key_ring
from service.routing.outbox import Outcome, Settled, State, begin, claim, settle
from service.settings import Settings
from tests.builders import KINDS, full_report, report
from tests.web import Shared, pointers, rows, send, serving

_IDENTIFYING: Final = (
    "07700900123",
    "07700 900123",
    "+447700900123",
    "person@example.org",
    "Example Person",
    "9pm",
)
_BADGES: Final = ("WO 0042", "PH-0042")


async def _whole_database(database: asyncpg.Connection) -> str:
    """Every value of every table, as text."""
    tables = await rows(database)
    found = [await database.fetch(f"SELECT t::text AS row FROM {table} AS t") for table in tables]
    return "\n".join(record["row"] for records in found for record in records)


@pytest.mark.parametrize("kind", KINDS)
async def test_who_reported_stands_nowhere_in_the_database_in_plain(
    client: httpx.AsyncClient, database: asyncpg.Connection, kind: str
) -> None:
    assert (await send(client, full_report(kind))).status_code == 201
    everything = await _whole_database(database)
    assert "The Example Arms" in everything
    for told in (*_IDENTIFYING, *_BADGES):
        assert told not in everything
        assert told.encode().hex() not in everything


async def test_the_source_opens_with_the_ring_for_its_own_report_only(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await send(client, full_report("taxi_driver"))
    other = UUID((await send(client, full_report("venue"))).json()["id"])
    ring = load_key_ring(web_settings.key_file)
    row = await database.fetchrow("SELECT * FROM source WHERE report_id <> $1", other)
    plain: dict[str, Any] = msgspec.json.decode(
        ring.open(row["report_id"].bytes, row["key_id"], row["ciphertext"])
    )
    assert (plain["plate"], plain["badge"]) == _BADGES
    assert plain["contact"]["phone"] == "+447700900123"
    with pytest.raises(SourceUnreadable):
        ring.open(other.bytes, row["key_id"], row["ciphertext"])


async def test_sources_from_before_and_after_a_rotation_open_with_the_same_ring(
    client: httpx.AsyncClient, database: asyncpg.Connection, web_settings: Settings
) -> None:
    await send(client, full_report("venue"))
    rotate_key_ring(web_settings.key_file)
    async with serving(web_settings) as restarted:
        await send(restarted, full_report("venue"))
    ring = load_key_ring(web_settings.key_file)
    stored = await database.fetch("SELECT * FROM source")
    assert len({row["key_id"] for row in stored}) == 2
    for row in stored:
        assert b"Example Person" in ring.open(row["report_id"].bytes, row["key_id"], row["ciphertext"])


async def test_the_body_of_a_report_holds_no_identifying_field(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for kind in KINDS:
        await send(client, full_report(kind))
    for (body,) in await database.fetch("SELECT body::text FROM report"):
        kept = msgspec.json.decode(body)
        assert {name for name in ("contact", "plate", "badge") if kept.get(name) is not None} == set()


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        ("evenlode_web", "SELECT ciphertext FROM source"),
        ("evenlode_web", "SELECT count(*) FROM source"),
        ("evenlode_web", "UPDATE source SET key_id = ''"),
        ("evenlode_web", "DELETE FROM source"),
        ("evenlode_web", "UPDATE report SET concern = ''"),
        ("evenlode_web", "DELETE FROM report"),
        ("evenlode_web", "SELECT body FROM report"),
        ("evenlode_web", "SELECT reporter, typed FROM report"),
        ("evenlode_worker", "SELECT body FROM report"),
        ("evenlode_worker", "SELECT typed FROM report"),
        ("evenlode_worker", "SELECT * FROM report"),
        ("evenlode_worker", "SELECT anonymity FROM report"),
        ("evenlode_worker", "SELECT count(*) FROM source"),
        ("evenlode_worker", "INSERT INTO report_handle (reference) VALUES ('x')"),
        ("evenlode_worker", "DELETE FROM delivery"),
        ("evenlode_worker", "UPDATE delivery SET recipient = 'x'"),
        ("evenlode_worker", "UPDATE delivery_attempt SET started_at = now()"),
        ("evenlode_worker", "UPDATE report_handle SET idempotency_hash = NULL"),
        ("evenlode_worker", "SELECT body_hash FROM report_handle"),
        ("evenlode_worker", "SELECT receipt_hash FROM report_handle"),
        ("evenlode_source", "SELECT body FROM report"),
        ("evenlode_source", "DELETE FROM source"),
    ],
)
async def test_a_process_cannot_do_what_it_has_no_need_to(shared: Shared, role: str, forbidden: str) -> None:
    pool = await open_pool(shared.url, role=role, size=1)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(forbidden)
    finally:
        await pool.close()


_RECEIVED: Final = datetime(2026, 11, 20, 23, 31, 47, 123456, tzinfo=UTC)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_kept_of_an_anonymous_report_tells_more_than_the_minute_it_came(
    web_settings: Settings, database: asyncpg.Connection, kind: str
) -> None:
    async with serving(web_settings, clock=lambda: _RECEIVED) as http:
        answer = await send(http, report(kind, concern="county_lines", happening="now", child="yes"))
    minute = _RECEIVED.replace(second=0, microsecond=0)
    assert answer.json()["received_at"] == "2026-11-20T23:31:00Z"
    await _deliver_everything(database)
    seen = 0
    for column in await database.fetch(
        "SELECT table_name, column_name FROM information_schema.columns JOIN pg_class ON relname = table_name"
        " WHERE table_schema = 'public' AND NOT relispartition AND table_name <> 'schema_migration'"
        " AND data_type IN ('timestamp with time zone', 'uuid', 'jsonb')"
    ):
        table, name = column["table_name"], column["column_name"]
        for (value,) in await database.fetch(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL"):
            seen += 1
            match value:
                case datetime():
                    assert (value.second, value.microsecond) == (0, 0), (table, name)
                case str():
                    assert ":47" not in value, (table, name)
                    assert "123456" not in value, (table, name)
                case _:
                    assert value.int >> 80 == int(minute.timestamp() * 1000), (table, name)
    assert seen > 15
    assert await database.fetchval("SELECT count(*) FROM source") == 0
    assert await database.fetchval("SELECT bool_and(coarse) FROM delivery")


async def _deliver_everything(database: asyncpg.Connection) -> None:
    """Take every notification through a failed attempt and a good one, at times with seconds."""
    await prepare_connection(database)
    ends: tuple[tuple[Outcome, State], ...] = (("transient", "waiting"), ("delivered", "delivered"))
    for outcome, state in ends:
        for grade in range(1, 5):
            now = datetime.now(UTC).replace(second=47, microsecond=123456)
            claimed = await claim(
                database, grade=grade, now=now, lease=timedelta(seconds=60), handed_out=99, most=99
            )
            begun = await begin(
                database, claimed.ids, lease=claimed.lease, now=now, send_limit=timedelta(seconds=9)
            )
            due = now.replace(second=0, microsecond=0) if state == "waiting" else None
            await settle(
                database,
                [
                    Settled(
                        id=one.id, number=one.attempts, outcome=outcome, state=state, answer="ok", due_at=due
                    )
                    for one in begun
                ],
                now=now,
            )
    await database.reset_type_codec("jsonb", schema="pg_catalog")
    assert (
        await database.fetchval("SELECT count(*) FROM delivery WHERE state <> 'delivered' OR attempts <> 2")
        == 0
    )


async def test_a_report_with_contact_keeps_its_time_and_a_source(
    web_settings: Settings, database: asyncpg.Connection
) -> None:
    async with serving(web_settings, clock=lambda: _RECEIVED) as http:
        await send(http, full_report("venue"))
    assert await database.fetchval("SELECT received_at FROM report") == _RECEIVED
    assert await database.fetchval("SELECT bool_or(coarse) FROM delivery") is False
    assert await database.fetchval("SELECT count(*) FROM source") == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_without_a_choice_a_report_is_anonymous_unless_it_says_who_sent_it(
    client: httpx.AsyncClient, database: asyncpg.Connection, kind: str
) -> None:
    await send(client, report(kind))
    assert await database.fetchval("SELECT anonymity FROM report") == "anonymous"
    answer = await send(client, report(kind, contact={"phone": "07700 900123"}))
    chosen = await database.fetchval(
        "SELECT anonymity FROM report WHERE id = $1::text::uuid", answer.json()["id"]
    )
    assert chosen == "confidential"


@pytest.mark.parametrize("field", ["plate", "badge", "contact"])
async def test_an_anonymous_report_that_says_who_sent_it_is_refused_not_stripped(
    client: httpx.AsyncClient, database: asyncpg.Connection, field: str
) -> None:
    value = {"name": "Example Person"} if field == "contact" else "WO 0042"
    answer = await send(client, report("taxi_driver", anonymity="anonymous", **{field: value}))
    assert answer.status_code == 422
    assert pointers(answer) == [f"/{field}"]
    assert not any((await rows(database)).values())
