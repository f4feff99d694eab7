"""A reporter is known again by marks that name nobody, and an anonymous one not at all."""

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from service.db.pool import open_pool
from service.intake.decode import decode_report
from service.intake.normalise import normalise
from service.keys import KeyRing, ensure_key_ring, load_key_ring, rotate_key_ring
from service.patterns.reporters import people, reporter_marks
from tests.builders import KINDS, full_report, idempotency_key, report
from tests.web import Shared, send

_NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    ensure_key_ring(tmp_path / "keys.json")
    return load_key_ring(tmp_path / "keys.json")


def marks(ring: KeyRing, kind: str = "rural_resident", **answers: Any) -> set[bytes]:
    normalised, _ = normalise(decode_report(msgspec.json.encode(report(kind, **answers))), _NOW)
    return set(reporter_marks(normalised, ring))


def test_one_number_or_address_is_known_however_it_is_written(ring: KeyRing) -> None:
    assert marks(ring, contact={"phone": "07700 900123"}) == marks(
        ring, contact={"phone": "+44 7700 900 123"}
    )
    assert marks(ring, contact={"email": "A.Person@Example.org"}) == marks(
        ring, contact={"email": "a.person@example.org"}
    )
    assert marks(ring, "taxi_driver", badge="PH-0042") == marks(ring, "taxi_driver", badge="ph 0042")


def test_each_thing_given_is_a_mark_of_its_own(ring: KeyRing) -> None:
    both = marks(ring, contact={"phone": "07700 900123", "email": "person@example.org"})
    assert both == marks(ring, contact={"phone": "07700 900123"}) | marks(
        ring, contact={"email": "person@example.org"}
    )
    assert len(marks(ring, "taxi_driver", plate="WO 0042", badge="WO 0042")) == 2


def test_a_badge_counts_with_the_council_that_issued_it(ring: KeyRing) -> None:
    ours = marks(ring, "taxi_driver", badge="42", issuing_council="West Oxfordshire")
    assert ours == marks(ring, "taxi_driver", badge="42", issuing_council="West Oxfordshire District Council")
    assert ours.isdisjoint(marks(ring, "taxi_driver", badge="42", issuing_council="Oxford City Council"))


def test_nothing_given_leaves_no_mark(ring: KeyRing) -> None:
    assert marks(ring) == set()
    assert marks(ring, anonymity="anonymous") == set()
    assert marks(ring, contact={"name": "Example Person", "language": "Urdu"}) == set()
    assert marks(ring, "taxi_driver", badge="--") == set()


def test_a_number_reported_about_never_matches_one_that_reports(ring: KeyRing) -> None:
    (mark,) = marks(ring, contact={"phone": "07700 900123"})
    assert mark != ring.mark("phone", "+447700900123")


def test_another_ring_gives_other_marks_and_a_rotated_one_the_same(tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        ensure_key_ring(tmp_path / name)
        seen.append(marks(load_key_ring(tmp_path / name), contact={"phone": "07700 900123"}))
    rotate_key_ring(tmp_path / "one")
    assert seen[0].isdisjoint(seen[1])
    assert marks(load_key_ring(tmp_path / "one"), contact={"phone": "07700 900123"}) == seen[0]


def test_people_are_put_together_over_any_mark_they_share_in_any_order() -> None:
    given = {"phone": [b"1"], "mail": [b"2"], "both": [b"2", b"1"], "other": [b"3"], "nobody": [], "none": []}
    for order in permutations(given):
        found = people({report: given[report] for report in order})
        assert found["phone"] == found["mail"] == found["both"] == b"1"
        assert found["other"] == b"3"
        assert found["nobody"] is found["none"] is None


@pytest.mark.parametrize("kind", KINDS)
async def test_accepting_a_report_leaves_its_reporters_marks_beside_it(
    client: httpx.AsyncClient, database: asyncpg.Connection, kind: str
) -> None:
    named = [(await send(client, full_report(kind), idempotency_key())).json()["id"] for _ in range(2)]
    await send(client, report(kind, anonymity="anonymous"))
    kept = await database.fetch("SELECT report_id::text AS id, mark FROM reporter_mark")
    expected = 4 if kind == "taxi_driver" else 2
    by_report = {one: {row["mark"] for row in kept if row["id"] == one} for one in named}
    assert [len(found) for found in by_report.values()] == [expected, expected]
    assert by_report[named[0]] == by_report[named[1]]
    assert {row["id"] for row in kept} == set(named)


async def test_a_repeated_request_leaves_its_marks_once(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    key, body = idempotency_key(), msgspec.json.encode(full_report("venue"))
    for _ in range(3):
        assert (await send(client, body, key)).status_code == 201
    assert await database.fetchval("SELECT count(*) FROM reporter_mark") == 2


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        ("evenlode_web", "SELECT mark FROM reporter_mark"),
        ("evenlode_web", "DELETE FROM reporter_mark"),
        ("evenlode_web", "SELECT 1 FROM case_review"),
        ("evenlode_web", "SELECT 1 FROM cluster"),
        ("evenlode_worker", "SELECT mark FROM reporter_mark"),
        ("evenlode_worker", "SELECT 1 FROM case_review"),
        ("evenlode_worker", "SELECT 1 FROM cluster"),
        ("evenlode_worker", "SELECT detail FROM decision"),
        ("evenlode_pattern", "SELECT 1 FROM source"),
        ("evenlode_pattern", "INSERT INTO reporter_mark VALUES (gen_random_uuid(), '')"),
        ("evenlode_pattern", "DELETE FROM reporter_mark"),
    ],
)
async def test_marks_and_counts_are_read_by_the_pattern_work_alone(
    shared: Shared, role: str, forbidden: str
) -> None:
    pool = await open_pool(shared.url, role=role, size=1)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(forbidden)
    finally:
        await pool.close()


async def test_the_deadlines_of_a_decision_stand_where_a_worker_may_read_them(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await send(client, report("venue", concern="spiking_drink", happening="now"))
    await send(client, report("venue", concern="discrimination_mh"))
    kept = await database.fetch(
        "SELECT act_by::text, detail ->> 'act_by' AS detailed FROM decision ORDER BY id"
    )
    counts = sorted(len(msgspec.json.decode(row["act_by"])) for row in kept)
    assert counts == [0, 3]
    assert all(row["act_by"] == row["detailed"] for row in kept)
