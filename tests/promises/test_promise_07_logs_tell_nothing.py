"""Promise 7, in the logs: no line of the web process or of PostgreSQL says what was reported, or from where."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg

from tests.builders import KINDS, full_report, idempotency_key, report
from tests.web import METRICS_TOKEN, send, served_by_granian

_ADDRESS: Final = "127.0.0.77"
_AGENT: Final = "Marker-Agent/7.7"
_MARK: Final = "xqzmarker"


def _marked(value: Any, field: str = "") -> Any:
    """The same body with a marker in every free text."""
    match value:
        case dict():
            return {name: _marked(item, name) for name, item in value.items()}
        case list():
            return [_marked(item, field) for item in value]
        case str() if field in _FREE:
            return f"{_MARK} {value}"[:60]
        case _:
            return value


_FREE: Final = {
    "description", "address", "town", "what3words", "name", "safe_times", "language", "issuing_council", "operator",
    "booked_by", "paid_by", "pick_up", "drop_off", "stops", "bags_or_parcels", "venue", "drink", "id_details", "what",
    "make", "serial", "cesar", "way_in", "tracks", "direction_of_travel", "landlord", "owed_to", "employer", "sponsor",
    "housing",
}  # fmt: skip
_TELLING: Final = (
    _MARK, "900123", "900321", "AB00", "AB00CDE", "OX28", "SP351097", "PH-0042", "WO 0042", "person@", "51.785",
    _ADDRESS, _AGENT, "county_lines", "taxi_driver",
)  # fmt: skip


def _bad_bodies() -> Iterator[dict[str, Any] | bytes]:
    yield report(_MARK)
    yield report(concern=_MARK)
    yield report(**{_MARK: _MARK})
    yield report(contact={"phone": _MARK, "email": _MARK})
    yield report(location={"postcode": _MARK, "latitude": 51.785})
    yield report(occurred_at=_MARK)
    yield report(description=f"{_MARK}\u202e")
    yield f'{{"reporter": "{_MARK}'.encode()
    yield _MARK.encode() * 20_000
    yield b""


async def test_requests_of_every_kind_leave_no_trace_of_their_content_in_any_log(
    web_environ: dict[str, str], database: asyncpg.Connection, tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    mark = {"User-Agent": _AGENT}
    async with served_by_granian(web_environ, log, local_address=_ADDRESS) as http:
        for kind in KINDS:
            body, key = _marked(full_report(kind)), f"{_MARK}-{idempotency_key()}"
            assert (await send(http, body, key, **mark)).status_code == 201
            assert (await send(http, body, key, **mark)).status_code == 201
            assert (await send(http, report(kind, description=_MARK), key, **mark)).status_code == 422
            assert (await send(http, report(kind, description=_MARK), **mark)).status_code == 201
        for bad in _bad_bodies():
            # A server that refuses a body unread hangs up, so each has a connection of its own.
            answer = await send(http, bad, **mark, Connection="close")
            assert answer.status_code in {400, 413, 422}
        assert (await send(http, report(), _MARK, **mark)).status_code == 400
        assert (await http.get(f"/{_MARK}?q={_MARK}", headers=mark)).status_code == 404
        metrics = await http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        assert metrics.status_code == 200

        # A bug: a column that the code relies on is gone, and the database's complaint quotes what it was given.
        await database.execute("ALTER TABLE report RENAME COLUMN typed TO mistyped")
        answer = await send(http, _marked(full_report("taxi_driver")), **mark)
        assert answer.status_code == 500
        await database.execute("ALTER TABLE report RENAME COLUMN mistyped TO typed")
        # Another: a constraint whose message shows the failing row.
        await database.execute(
            "ALTER TABLE report ADD CHECK (body ->> 'description' NOT LIKE '%xqz%') NOT VALID"
        )
        constrained = await send(http, _marked(full_report("taxi_driver")), **mark)
        assert constrained.status_code == 500

    printed = log.read_text()
    events = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    assert "web.ready" in {event["event"] for event in events}
    assert [event["error"]["type"] for event in events if event["event"] == "request.bug"] == [
        "asyncpg.exceptions.UndefinedColumnError",
        "asyncpg.exceptions.CheckViolationError",
    ]
    postgres = await _postgres_log(database)
    assert "ready to accept connections" in postgres
    stored = await _stored_text(database)
    assert _MARK in stored
    for telling in _TELLING:
        assert telling not in printed, telling
        assert telling not in postgres, telling
        assert telling not in metrics.text, telling
        assert telling not in answer.text + constrained.text, telling
    for telling in (_ADDRESS, _AGENT):
        assert telling not in stored


async def _postgres_log(database: asyncpg.Connection) -> str:
    """PostgreSQL's own log of this run, found from where its data are."""
    data = Path(await database.fetchval("SHOW data_directory"))
    found = [folder / "logs" / "postgresql.log" for folder in data.parents]
    return next(path for path in found if path.exists()).read_text()


async def _stored_text(database: asyncpg.Connection) -> str:
    tables = ("report", "report_handle", "decision", "route", "delivery", "audit_event")
    found = [await database.fetch(f"SELECT t::text AS row FROM {table} AS t") for table in tables]
    return "\n".join(record["row"] for records in found for record in records)
