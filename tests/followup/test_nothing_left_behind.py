"""What an anonymous follow-up leaves behind, looked for as somebody who has taken everything would look."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

import asyncpg
import redis

from tests.followup.returning import UNKNOWN, ask, photo, piece, reported, say, send_whole, status
from tests.promises.test_promise_07_the_source_is_protected import _whole_database
from tests.web import served_by_granian

_ADDRESS: Final = "127.0.0.78"
_FORWARDED: Final = "198.51.100.23"
_AGENT: Final = "Marker-Agent/7.8"
_MARK: Final = "xqzfollowed"


async def _follow_up(http: Any, database: asyncpg.Connection) -> dict[str, Any]:
    """Everything that a reporter can do on coming back, well and badly."""
    accepted = await reported(http, concern="fly_tipping", happening="older")
    receipt = accepted["receipt"]
    question = await ask(database, accepted["reference"], "Was there a van?", datetime.now(UTC))
    assert (await status(http, receipt)).status_code == 200
    key = f"{_MARK}-{uuid4()}"
    for _ in range(2):
        assert (
            await say(http, receipt, f"{_MARK} a knife, he is here now", key, question)
        ).status_code == 201
    assert (await say(http, receipt, f"{_MARK}\u202e")).status_code == 422
    assert (await send_whole(http, receipt, photo(), key=f"{_MARK}-{uuid4()}")).status_code == 200
    assert (await send_whole(http, receipt, _MARK.encode() * 500)).status_code == 422
    assert (await piece(http, receipt, f"{_MARK}-{uuid4()}", photo()[:5000], 0, 60_000)).status_code == 200
    for wrong in (UNKNOWN, _MARK, receipt[:-1]):
        assert (await status(http, wrong)).status_code == 404
    fields = {"receipt": receipt, "text": f"{_MARK} on the page", "_do": "say", "_key": f"{_MARK}-{uuid4()}"}
    files = {"photos": (f"{_MARK}.jpg", photo(), "image/jpeg")}
    assert (await http.post("/follow-up", data=fields, files=files)).status_code == 200
    assert (await http.post("/follow-up", data={"receipt": _MARK})).status_code == 404

    # Bugs: a column and a constraint whose complaints quote what was being written.
    await database.execute("ALTER TABLE message ADD CHECK (text NOT LIKE '%xqz%trip%') NOT VALID")
    assert (await say(http, receipt, f"{_MARK} trip")).status_code == 500
    await database.execute("ALTER TABLE report_file RENAME COLUMN added_at TO moved")
    assert (await send_whole(http, receipt, photo())).status_code == 500
    await database.execute("ALTER TABLE report_file RENAME COLUMN moved TO added_at")
    return accepted


async def test_an_anonymous_follow_up_leaves_its_words_and_photos_and_nothing_that_tells(
    web_environ: dict[str, str], database: asyncpg.Connection, tmp_path: Path, redis_url: str
) -> None:
    log = tmp_path / "web.log"
    # As behind a proxy that is believed, so that the network is really counted.
    environ = {**web_environ, "EVENLODE_PROXIES": "127.0.0.0/8"}
    async with served_by_granian(environ, log, local_address=_ADDRESS) as http:
        http.headers.update({"User-Agent": _AGENT, "X-Forwarded-For": _FORWARDED})
        accepted = await _follow_up(http, database)
    printed, postgres = log.read_text(), await _postgres_log(database)
    everything = await _whole_database(database)
    with redis.Redis.from_url(redis_url) as broker:
        names = [name.decode() for name in cast("list[bytes]", broker.keys("*"))]
        counted = " ".join(names) + " ".join(str(broker.get(name)) for name in names)
    assert [name.rpartition(":")[0] for name in names] == ["evenlode:seen:receipt"]

    receipt, plain = accepted["receipt"], accepted["receipt"].replace("-", "")
    for where in (printed, postgres, counted):
        for telling in (_MARK, receipt, plain, accepted["reference"], accepted["id"], "knife", "van"):
            assert telling not in where, telling
    for where in (printed, postgres, counted, everything):
        for telling in (_ADDRESS, _FORWARDED, "198.51.100", _AGENT, receipt, plain):
            assert telling not in where, telling
            assert telling.encode().hex() not in where, telling
    # The words are there, once each in the messages, and in the evidence of the decision they led to.
    assert _MARK in everything
    for telling in (b"Exif", b"Telling Phone", b"2026:11:20"):
        assert telling.hex() not in everything
    events = {json.loads(line)["event"] for line in printed.splitlines() if line.startswith("{")}
    assert "request.bug" in events
    assert events <= {"web.ready", "policy.demo", "request.bug"}
    await _no_time_is_finer_than_the_minute(database)


async def _no_time_is_finer_than_the_minute(database: asyncpg.Connection) -> None:
    """In any row but those of the coordinator's own act, which is not the reporter's."""
    columns = await database.fetch(
        "SELECT table_name, column_name FROM information_schema.columns JOIN pg_class ON relname = table_name"
        " WHERE table_schema = 'public' AND NOT relispartition AND table_name <> 'schema_migration'"
        " AND relkind IN ('r', 'p') AND data_type IN ('timestamp with time zone', 'uuid', 'jsonb')"
    )
    seen = 0
    for column in columns:
        table, name = column["table_name"], column["column_name"]
        only = "WHERE action <> 'message.asked'" if table == "audit_event" else ""
        for (value,) in await database.fetch(f"SELECT {name} FROM {table} {only}"):
            match value:
                case datetime():
                    assert (value.second, value.microsecond) == (0, 0), (table, name)
                case UUID() if value.version == 7:
                    moment = datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
                    assert (moment.second, moment.microsecond) == (0, 0), (table, name)
                case str():
                    for told in re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:(\d\d)", value):
                        assert told == "00", (table, name)
                case _:
                    continue
            seen += 1
    assert seen > 30


async def _postgres_log(database: asyncpg.Connection) -> str:
    data = Path(await database.fetchval("SHOW data_directory"))
    found = [folder / "logs" / "postgresql.log" for folder in data.parents]
    return next(path for path in found if path.exists()).read_text()
