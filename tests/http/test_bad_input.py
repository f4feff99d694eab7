"""What cannot be meant is refused with where and what, and leaves nothing behind."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.builders import full_report, report
from tests.web import Shared, pointers, problem, rows, send

_AFTER_TOMORROW: Final = (datetime.now(UTC) + timedelta(days=2)).isoformat()
_INVALID: Final = "/problems/report-invalid"
_MALFORMED: Final = "/problems/report-malformed"


def _raw(description: bytes) -> bytes:
    """A body whose description is exactly these bytes."""
    return b'{"reporter":"venue","concern":"other","description":"' + description + b'"}'


MALFORMED: Final[dict[str, bytes]] = {
    "empty": b"",
    "only blanks": b"  \n ",
    "cut short": b'{"reporter":"venue","concern":"oth',
    "not JSON at all": b"reporter=venue&concern=other",
    "a trailing comma": b'{"reporter":"venue","concern":"other",}',
    "two objects": b"{}{}",
    "NaN": b'{"reporter":"venue","concern":"other","times_seen":NaN}',
    "a list": b"[]",
    "null": b"null",
    "a number": b"1",
    "a string": b'"venue"',
    "UTF-16": '{"reporter":"venue","concern":"other"}'.encode("utf-16"),
    "invalid UTF-8": _raw(b"\xff\xfe"),
    "a surrogate in UTF-8": _raw(b"\xed\xa0\x80"),
    "a lone high surrogate": _raw(rb"\ud800"),
    "a lone low surrogate": _raw(rb"\udc00 text"),
    "an unescaped control character": _raw(b"a\x01b"),
    "an unescaped NUL": _raw(b"a\x00b"),
    "100,000 open lists": b"[" * 100_000,
    "20,000 nested objects": b'{"location":' * 9_000 + b"1" + b"}" * 9_000,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_body_that_is_no_json_object_is_malformed(shared: Shared, body: bytes) -> None:
    before = await rows(shared.database)
    answer = await send(shared.http, body)
    assert answer.status_code == 400
    assert problem(answer)["type"] == _MALFORMED
    assert [fault["pointer"] for fault in problem(answer)["errors"]] == [""]
    assert problem(answer)["errors"][0]["message"]
    assert await rows(shared.database) == before


def _with(**answers: Any) -> dict[str, Any]:
    return report("venue", **answers)


INVALID: Final[dict[str, tuple[dict[str, Any], list[str]]]] = {
    "no reporter": ({"concern": "other"}, ["/reporter"]),
    "an unknown kind": ({"reporter": "astronaut", "concern": "other"}, ["/reporter"]),
    "a kind that is a number": ({"reporter": 3, "concern": "other"}, ["/reporter"]),
    "a kind that is null": ({"reporter": None, "concern": "other"}, ["/reporter"]),
    "no concern": ({"reporter": "venue"}, ["/concern"]),
    "nothing but {}": ({}, ["/reporter"]),
    "an unknown concern": (_with(concern="aliens"), ["/concern"]),
    "a concern that is a list": (_with(concern=["other"]), ["/concern"]),
    "an unknown field": (_with(severity="high"), ["/severity"]),
    "a field of another kind": (_with(plate="WO 0042"), ["/plate"]),
    "an unknown field inside": (_with(spiking={"drnk": "cider"}), ["/spiking/drnk"]),
    "an unknown field in a list": (
        report(items=[{"what": "trailer"}, {"what": "gate", "colour": "green"}]),
        ["/items/1/colour"],
    ),
    "a field name to be escaped": (_with(**{"a/b~c": 1}), ["/a~1b~0c"]),
    "text that is a number": (_with(description=5), ["/description"]),
    "a number that is text": (_with(times_seen="three"), ["/times_seen"]),
    "a number that is a fraction": (_with(times_seen=1.5), ["/times_seen"]),
    "yes as true": (_with(danger_now=True), ["/danger_now"]),
    "an unknown answer": (_with(weapon="spoon"), ["/weapon"]),
    "a negative count": (_with(times_seen=-1), ["/times_seen"]),
    "an absurd count": (_with(times_seen=10**30), ["/times_seen"]),
    "an object for a list": (_with(identifiers={"kind": "name", "value": "x"}), ["/identifiers"]),
    "a list for an object": (_with(spiking=[]), ["/spiking"]),
    "too long a description": (_with(description="a" * 4001), ["/description"]),
    "too long a label": (_with(venue="a" * 61), ["/venue"]),
    "too many identifiers": (_with(identifiers=[{"kind": "name", "value": "x"}] * 51), ["/identifiers"]),
    "an empty identifier": (_with(identifiers=[{"kind": "name", "value": ""}]), ["/identifiers/0/value"]),
    "an unknown kind of identifier": (
        _with(identifiers=[{"kind": "shoe", "value": "x"}]),
        ["/identifiers/0/kind"],
    ),
    "NUL": (_with(description="a\x00b"), ["/description"]),
    "backspace": (_with(description="a\x08b"), ["/description"]),
    "escape": (_with(venue="a\x1b[31m"), ["/venue"]),
    "delete": (_with(description="a\x7fb"), ["/description"]),
    "a C1 control": (_with(description="a\x85b"), ["/description"]),
    "a right-to-left override": (_with(description="invoice\u202egpj.exe"), ["/description"]),
    "an isolate": (_with(description="a\u2066b"), ["/description"]),
    "an override inside": (_with(spiking={"drink": "a\u202db"}), ["/spiking/drink"]),
    "an override in a list": (
        _with(identifiers=[{"kind": "name", "value": "a"}, {"kind": "name", "value": "\u202ea"}]),
        ["/identifiers/1/value"],
    ),
    "a NUL in a field name": (_with(**{"a\x00": 1}), ["/a?"]),
    "a date without a time": (_with(occurred_at="2024-11-20"), ["/occurred_at"]),
    "a time without an offset": (_with(occurred_at="2024-11-20T23:30:00"), ["/occurred_at"]),
    "a time that is a number": (_with(occurred_at=1700000000), ["/occurred_at"]),
    "the 30th of February": (_with(occurred_at="2026-02-30T12:00:00+00:00"), ["/occurred_at"]),
    "the year 1": (_with(occurred_at="0001-01-01T00:00:00+00:00"), ["/occurred_at"]),
    "the year 1 east of Greenwich": (_with(occurred_at="0001-01-01T00:00:00+14:00"), ["/occurred_at"]),
    "the year 9999 west of Greenwich": (_with(occurred_at="9999-12-31T23:59:59-12:00"), ["/occurred_at"]),
    "the day after tomorrow": (_with(occurred_at=_AFTER_TOMORROW), ["/occurred_at"]),
    "the end of the century": (_with(occurred_at="2099-01-01T00:00:00+00:00"), ["/occurred_at"]),
    "an absurd time inside": (
        _with(spiking={"symptoms_began": "1066-10-14T09:00:00+00:00"}),
        ["/spiking/symptoms_began"],
    ),
    "a mark in the future": (
        report("taxi_driver", marked={"at": "2098-01-01T00:00:00+00:00"}),
        ["/marked/at"],
    ),
    "a mark without a time": (
        report("taxi_driver", marked={"latitude": 51.7, "longitude": -1.4}),
        ["/marked/at"],
    ),
    "the position 0, 0": (_with(location={"latitude": 0, "longitude": 0}), ["/location/latitude"]),
    "a position in Spain": (_with(location={"latitude": 40.4, "longitude": -3.7}), ["/location/latitude"]),
    "a mark at 0, 0": (
        report("taxi_driver", marked={"at": "2024-11-01T00:00:00+00:00", "latitude": 0, "longitude": 0}),
        ["/marked/latitude"],
    ),
    "a latitude past the pole": (_with(location={"latitude": 91, "longitude": 0}), ["/location/latitude"]),
    "half a position": (_with(location={"latitude": 51.7}), ["/location/longitude"]),
    "the other half": (_with(location={"longitude": -1.4}), ["/location/latitude"]),
    "a bad postcode": (_with(location={"postcode": "ZZ99 9ZZ"}), ["/location/postcode"]),
    "a bad grid reference": (_with(location={"grid_reference": "XX 12 3"}), ["/location/grid_reference"]),
    "a bad UPRN": (_with(location={"uprn": "12a"}), ["/location/uprn"]),
    "a place that is a number": (_with(location=7), ["/location"]),
    "a bad phone number": (_with(contact={"phone": "12345"}), ["/contact/phone"]),
    "a phone number in words": (_with(contact={"phone": "ask my mother"}), ["/contact/phone"]),
    "a bad e-mail address": (_with(contact={"email": "person at example"}), ["/contact/email"]),
    "an anonymous report with contact": (
        _with(anonymity="anonymous", contact={"phone": "07700 900123"}),
        ["/contact"],
    ),
    "an anonymous report with badge and plate": (
        report("taxi_driver", anonymity="anonymous", badge="PH-0042", plate="WO 0042"),
        ["/badge", "/plate"],
    ),
    "many faults at once": (
        _with(concern="aliens", times_seen="x", extra=1, spiking={"drink": 4, "with_them": "a dog"}),
        ["/concern", "/extra", "/spiking/drink", "/spiking/with_them", "/times_seen"],
    ),
    "many faults of meaning at once": (
        _with(
            occurred_at="2099-01-01T00:00:00+00:00",
            location={"latitude": 0, "longitude": 0, "postcode": "nowhere"},
            contact={"phone": "1", "email": "x"},
        ),
        ["/contact/email", "/contact/phone", "/location/latitude", "/location/postcode", "/occurred_at"],
    ),
}


@pytest.mark.parametrize(("body", "where"), INVALID.values(), ids=INVALID.keys())
async def test_each_fault_is_named_by_its_place_and_nothing_is_stored(
    shared: Shared, body: dict[str, Any], where: list[str]
) -> None:
    before = await rows(shared.database)
    answer = await send(shared.http, body)
    assert answer.status_code == 422, answer.text
    document = problem(answer)
    assert document["type"] == _INVALID
    assert sorted(pointers(answer)) == where
    assert all(fault["message"].endswith((".", "…")) for fault in document["errors"])
    assert await rows(shared.database) == before


@pytest.mark.parametrize("depth", [3, 100, 480, 500, 700, 990, 1500])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
async def test_nesting_of_any_depth_is_refused_and_never_breaks_anything(
    shared: Shared, depth: int, opens: str, closes: str
) -> None:
    body = f'{{"reporter":"venue","concern":"other","x":{opens * depth}1{closes * depth}}}'.encode()
    answer = await send(shared.http, body)
    assert answer.status_code in {400, 422}
    assert problem(answer)["errors"]


async def test_a_body_of_nothing_but_faults_gets_a_short_answer(shared: Shared) -> None:
    unknown = ",".join(f'"f{number}":0' for number in range(9_000))
    for fields in (unknown, '"items":[' + ",".join(["{}"] * 40_000) + "]"):
        answer = await send(shared.http, f'{{"reporter":"rural_resident",{fields}}}'.encode())
        assert answer.status_code == 422
        assert len(answer.content) < 10_000


async def test_a_refusal_repeats_nothing_of_what_was_sent(shared: Shared) -> None:
    marker = "marker-7700900321"
    bodies = [
        _with(concern=marker),
        _with(occurred_at=marker),
        _with(contact={"phone": marker, "email": marker}),
        _with(location={"postcode": marker[:10], "uprn": marker}),
        _with(identifiers=[{"kind": marker, "value": ""}]),
        {"reporter": marker, "concern": "other"},
    ]
    for body in bodies:
        answer = await send(shared.http, body)
        assert answer.status_code == 422
        assert marker not in answer.text


async def test_a_body_of_10_megabytes_is_refused_unread(shared: Shared) -> None:
    before = await rows(shared.database)
    answer = await send(shared.http, _raw(b"a" * 10_000_000))
    assert answer.status_code == 413
    assert problem(answer)["type"] == "/problems/http-413"
    assert await rows(shared.database) == before


async def test_a_body_that_does_not_say_its_length_is_cut_off_too(shared: Shared) -> None:
    before = await rows(shared.database)

    async def chunks() -> Any:
        for _ in range(200):
            yield b" " * 1024

    answer = await shared.http.post(
        "/v1/reports", content=chunks(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert await rows(shared.database) == before


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "x"],
)
async def test_another_content_type_is_refused(shared: Shared, content_type: str) -> None:
    before = await rows(shared.database)
    answer = await send(shared.http, report(), **{"Content-Type": content_type})
    assert answer.status_code == 415
    assert problem(answer)["type"] == "/problems/http-415"
    assert await rows(shared.database) == before


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_is_json_however_it_is_announced(shared: Shared, content_type: str) -> None:
    assert (await send(shared.http, report(), **{"Content-Type": content_type})).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "a" * 15, "a" * 129, "tab\tinside-the-key-x", "é" * 20])
async def test_an_idempotency_key_that_cannot_be_used_is_refused(shared: Shared, key: str) -> None:
    before = await rows(shared.database)
    answer = await shared.http.post(
        "/v1/reports",
        content=json.dumps(report()),
        headers=[(b"content-type", b"application/json"), (b"idempotency-key", key.encode())],
    )
    assert answer.status_code == 400
    assert problem(answer)["type"] == "/problems/idempotency-key-invalid"
    assert await rows(shared.database) == before


ACCEPTED: Final[dict[str, str]] = {
    "nothing": "",
    "emoji": "👩‍👩‍👧‍👦 taken 🚕💨 by 🏴󠁧󠁢󠁥󠁮󠁧󠁿 man",
    "Urdu with joiners and direction marks": "\u200fوہ لڑکی ڈری ہوئی تھی\u200c\u200d \u200eAB00 CDE\u200f",  # noqa: RUF001
    "Welsh and Polish": "Ŵyr neb ddim; żółć, łódź",
    "line ends and tabs": "first\nsecond\r\n\tthird",
    "4,000 characters": "a" * 4000,
    "4,000 characters of four bytes": "\U0001f695" * 4000,
    "zalgo": "h\u0321\u0316e\u0337\u0345l\u0322\u034ap" * 50,
    "a byte order mark and noncharacters": "\ufeff\uffff\U0010ffff",
    "line separators": "a\u2028b\u2029c\u00a0d",
    "quotes and escapes": "\"\\/ </script> '; DROP TABLE report; -- %s {} \\u0000",
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
@pytest.mark.parametrize("escaped", [True, False])
async def test_what_people_write_is_kept_as_written(shared: Shared, text: str, escaped: bool) -> None:
    body = json.dumps(report("venue", description=text), ensure_ascii=escaped).encode()
    answer = await send(shared.http, body)
    assert answer.status_code == 201, answer.text
    kept = await shared.database.fetchval(
        "SELECT body ->> 'description' FROM report WHERE id = $1::text::uuid", answer.json()["id"]
    )
    assert (kept or "") == text


async def test_a_full_report_of_a_kind_fits_in_the_largest_body(shared: Shared) -> None:
    body = json.dumps(full_report("taxi_driver", description="\U0001f695" * 4000)).encode()
    assert len(body) > 48_000
    assert (await send(shared.http, body)).status_code == 201
