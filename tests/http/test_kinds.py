"""Each kind of reporter is accepted with everything it can add, and every field of it is kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import httpx
import msgspec
import pytest

from schemas.reports import Report
from service.ids import valid_receipt, valid_reference
from service.intake.examples import EXAMPLES
from tests.builders import KINDS, full_report, report
from tests.web import Shared, send

_STRUCTS: Final = {struct.__struct_config__.tag: struct for struct in get_args(Report)}
_NORMALISED: Final = {
    ("identifiers", 0, "value"): "AB00CDE",
    ("identifiers", 1, "value"): "+447700900321",
    ("location", "grid_reference"): "SP351097",
}
"""What intake spells anew; it keeps what was typed beside it."""


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    match value:
        case dict():
            return {
                key: leaf
                for name, item in value.items()
                for key, leaf in _leaves(item, (*path, name)).items()
            }
        case list():
            return {
                key: leaf for n, item in enumerate(value) for key, leaf in _leaves(item, (*path, n)).items()
            }
        case _:
            return {path: value}


async def _kept(shared: Shared, answer: httpx.Response) -> Any:
    return msgspec.json.decode(
        await shared.database.fetchval(
            "SELECT jsonb_build_object('body', body, 'typed', typed)::text FROM report WHERE id = $1::text::uuid",
            answer.json()["id"],
        )
    )


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and re.fullmatch(r"\d{4}-.*T.*", left):
        return datetime.fromisoformat(left) == datetime.fromisoformat(right)
    return bool(left == right)


@pytest.mark.parametrize("kind", KINDS)
async def test_everything_a_kind_adds_is_accepted_and_kept(shared: Shared, kind: str) -> None:
    body = full_report(kind)
    answer = await send(shared.http, body)
    assert answer.status_code == 201, answer.text
    kept = await _kept(shared, answer)
    assert kept["body"]["reporter"] == kind
    identifying = {"contact", "plate", "badge"}
    found = _leaves(kept["body"])
    for path, value in _leaves(body).items():
        if path[0] in identifying:
            continue
        # A default, such as "taken", goes without saying.
        if path not in found:
            assert path[-1] == "how"
            continue
        assert _same(_NORMALISED.get(path, value), found[path]), path
    assert kept["typed"] == {
        "/identifiers/0/value": "AB00 CDE",
        "/identifiers/1/value": "07700 900321",
        "/location/grid_reference": "SP 351 097",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_full_report_of_a_kind_fills_in_every_field_it_has(kind: str) -> None:
    fields = {field.name for field in msgspec.structs.fields(_STRUCTS[kind])}
    assert fields == set(full_report(kind)) - {"reporter"}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_report_with_only_a_concern_is_accepted(shared: Shared, kind: str) -> None:
    answer = await send(shared.http, report(kind, concern="not_sure"))
    assert answer.status_code == 201


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
async def test_the_answer_has_what_the_reporter_needs_and_nothing_of_the_decision(
    shared: Shared, example: dict[str, Any]
) -> None:
    answer = await send(shared.http, example)
    assert answer.status_code == 201
    accepted = answer.json()
    assert set(accepted) == {"id", "reference", "receipt", "received_at", "advice"}
    assert (
        valid_reference(accepted["reference"], accepted["reference"].partition("-")[0])
        == accepted["reference"]
    )
    assert valid_receipt(accepted["receipt"]) == accepted["receipt"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(accepted["received_at"])).total_seconds()) < 120
    assert all(set(line) == {"code", "text"} for line in accepted["advice"])
    assert answer.headers["cache-control"] == "no-store"


async def test_advice_to_ring_999_comes_with_danger_now(shared: Shared) -> None:
    answer = await send(shared.http, report("venue", concern="serious_violence", danger_now="yes"))
    assert any("999" in line["text"] for line in answer.json()["advice"])


@pytest.mark.parametrize(
    "answers",
    [
        {"location": "behind the church, I think"},
        {"location": {"town": "Witney"}},
        {"location": {"postcode": "ox281nb"}},
        {"location": {"postcode": "OX28"}},
        {"location": {"postcode": "BFPO 57"}},
        {"location": {"latitude": 60.8, "longitude": -0.8}},
        {"location": {"latitude": 54.6, "longitude": -5.9}},
        {"location": {"what3words": "whatever was read out"}},
        {"occurred_at": "2024-11-20T23:30:00+01:00", "occurred_precision": "part_of_day"},
        {"occurred_at": "1951-01-01T00:00:00Z"},
        {"occurred_at": (datetime.now(UTC) + timedelta(hours=20)).isoformat()},
        {"spiking": {"cctv_to": (datetime.now(UTC) + timedelta(days=3)).isoformat()}},
        {"happening": "older"},
        {"identifiers": [{"kind": "vehicle_registration", "value": "AB?? C"}]},
        {"identifiers": [{"kind": "phone", "value": "only saw 0770"}, {"kind": "postcode", "value": "OX?"}]},
        {"contact": {"phone": "+44 7700 900123"}},
        {"contact": {"phone": "(01632) 960 123"}},
        {"contact": {"phone": "+48 512 345 678"}},
        {"contact": {"safe_to_contact": "no"}},
    ],
)
async def test_what_is_vague_partial_or_spelt_in_its_own_way_is_accepted(
    shared: Shared, answers: dict[str, Any]
) -> None:
    answer = await send(shared.http, report("venue", **answers))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("answers", "path", "spelt"),
    [
        ({"location": {"postcode": "ox281nb"}}, ("location", "postcode"), "OX28 1NB"),
        ({"location": {"postcode": " ox28 "}}, ("location", "postcode"), "OX28"),
        ({"location": {"postcode": "bfpo57"}}, ("location", "postcode"), "BFPO57"),
        (
            {"identifiers": [{"kind": "vehicle_registration", "value": "ab00-cde"}]},
            ("identifiers", 0, "value"),
            "AB00CDE",
        ),
        (
            {"identifiers": [{"kind": "phone", "value": "(01632) 960123"}]},
            ("identifiers", 0, "value"),
            "+441632960123",
        ),
        (
            {"identifiers": [{"kind": "phone", "value": "ends in 42"}]},
            ("identifiers", 0, "value"),
            "ends in 42",
        ),
        (
            {"identifiers": [{"kind": "vehicle_registration", "value": "--"}]},
            ("identifiers", 0, "value"),
            "--",
        ),
    ],
)
async def test_numbers_and_codes_are_kept_in_one_spelling(
    shared: Shared, answers: dict[str, Any], path: tuple[str | int, ...], spelt: str
) -> None:
    kept = await _kept(shared, await send(shared.http, report("venue", **answers)))
    assert _leaves(kept["body"])[path] == spelt
    typed = _leaves(answers)[path]
    pointer = "/" + "/".join(map(str, path))
    assert kept["typed"] == ({} if typed == spelt else {pointer: typed})
