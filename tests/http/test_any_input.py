"""Whatever arrives, the service answers: any bytes get an answer or a problem, any sound report a decision."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, get_args

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from schemas.reports import Report
from tests.builders import KINDS, full_report
from tests.web import Shared, problem, rows, send

_BOUNDED: Final = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_NOW: Final = datetime.now(UTC)
_FORBIDDEN: Final = "".join(
    map(
        chr,
        [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    )
)
_text: Final = st.characters(exclude_categories=["Cs"], exclude_characters=_FORBIDDEN)
_moments: Final = st.datetimes(
    datetime(1951, 1, 1),  # noqa: DTZ001
    (_NOW - timedelta(days=1)).replace(tzinfo=None),
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
).map(datetime.isoformat)
_SOUND: Final[dict[str, st.SearchStrategy[Any]]] = {
    "phone": st.sampled_from(["07700 900123", "+44 1632 960123", "(01632) 960 001", "+48512345678"]),
    "email": st.sampled_from(["person@example.org", "a.b+c@sub.example.org"]),
    "postcode": st.sampled_from(["OX28 1NB", "ox281nb", "OX28", "SW1A 1AA", "BFPO 57"]),
    "grid_reference": st.sampled_from(["SP 351 097", "sp3509", "NT 25 73"]),
    "uprn": st.integers(0, 10**12 - 1).map(str),
}
"""Fields with a meaning of their own that their type does not tell."""


def _of(described: inspect.Type, name: str = "") -> st.SearchStrategy[Any]:  # noqa: PLR0911
    """Values of a field as JSON has them."""
    if name in _SOUND and not isinstance(described, inspect.UnionType):
        return _SOUND[name]
    match described:
        case inspect.Metadata():
            return _of(described.type, name)
        case inspect.NoneType():
            return st.none()
        case inspect.UnionType():
            return st.one_of([_of(option, name) for option in described.types])
        case inspect.LiteralType():
            return st.sampled_from(described.values)
        case inspect.StrType():
            return st.text(
                _text, min_size=described.min_length or 0, max_size=min(described.max_length or 300, 300)
            )
        case inspect.IntType():
            return st.integers(described.ge, described.le)
        case inspect.FloatType():
            most = described.le if described.le is not None else 359.0
            return st.floats(described.ge, most, allow_nan=False) | st.integers(
                int(described.ge or 0), int(most)
            )
        case inspect.DateTimeType():
            return _moments
        case inspect.ListType():
            return st.lists(_of(described.item_type), max_size=min(described.max_length or 3, 3))
        case inspect.StructType():
            return _struct(described)
    raise AssertionError(described)


def _struct(described: inspect.StructType) -> st.SearchStrategy[dict[str, Any]]:
    required = {
        field.encode_name: _of(field.type, field.name) for field in described.fields if field.required
    }
    optional = {
        field.encode_name: _of(field.type, field.name) for field in described.fields if not field.required
    }
    built = st.fixed_dictionaries(required, optional=optional)
    if {"latitude", "longitude"} <= set(optional):
        built = st.tuples(built, st.floats(50, 60), st.floats(-8, 2), st.booleans()).map(_positioned)
    return built


def _positioned(drawn: tuple[dict[str, Any], float, float, bool]) -> dict[str, Any]:
    built, latitude, longitude, told = drawn
    rest = {name: value for name, value in built.items() if name not in {"latitude", "longitude"}}
    return {**rest, "latitude": latitude, "longitude": longitude} if told else rest


def _named(body: dict[str, Any]) -> dict[str, Any]:
    """An anonymous report cannot say who sent it."""
    if body.get("anonymity") != "anonymous":
        return body
    return {name: value for name, value in body.items() if name not in {"contact", "plate", "badge"}}


def _reports() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([_of_a_kind(kind) for kind in get_args(Report)]).map(_named)


def _of_a_kind(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    tag = kind.__struct_config__.tag
    return _of(inspect.type_info(kind)).map(lambda body: {"reporter": tag, **body})


@_BOUNDED
@given(body=_reports())
async def test_any_sound_report_is_accepted_and_decided(shared: Shared, body: dict[str, Any]) -> None:
    answer = await send(shared.http, body)
    assert answer.status_code == 201, answer.text
    decided = await shared.database.fetchrow(
        "SELECT grade, detail ->> 'policy' AS policy FROM decision WHERE report_id = $1::text::uuid",
        answer.json()["id"],
    )
    assert 1 <= decided["grade"] <= 4
    assert decided["policy"]


@_BOUNDED
@given(body=st.binary(max_size=300))
async def test_any_bytes_are_a_problem_and_store_nothing(shared: Shared, body: bytes) -> None:
    before = await rows(shared.database)
    answer = await send(shared.http, body)
    assert answer.status_code in {400, 422}
    assert problem(answer)["errors"]
    assert await rows(shared.database) == before


_json: Final = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@_BOUNDED
@given(kind=st.sampled_from(KINDS), data=st.data())
async def test_a_report_with_anything_in_the_place_of_an_answer_never_breaks_the_service(
    shared: Shared, kind: str, data: st.DataObject
) -> None:
    body = full_report(kind)
    place: Any = body
    while True:
        name = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[name], dict | list) or not place[name] or data.draw(st.booleans()):
            break
        place = place[name]
    place[name] = data.draw(_json)
    answer = await send(shared.http, json.dumps(body).encode())
    assert answer.status_code in {201, 400, 422}
    if answer.status_code != 201:
        assert problem(answer)["errors"]


@_BOUNDED
@given(cut=st.integers(0, 3000), junk=st.binary(max_size=6), kind=st.sampled_from(KINDS))
async def test_a_report_spoilt_on_the_way_never_breaks_the_service(
    shared: Shared, cut: int, junk: bytes, kind: str
) -> None:
    whole = msgspec.json.encode(full_report(kind))
    place = cut % len(whole)
    for body in (
        whole[:place],
        whole[:place] + junk + whole[place:],
        whole[:place] + junk + whole[place + len(junk) :],
    ):
        assert (await send(shared.http, body)).status_code in {201, 400, 413, 422}


@_BOUNDED
@given(key=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=140))
async def test_any_idempotency_key_gets_an_answer(shared: Shared, key: str) -> None:
    answer = await shared.http.post(
        "/v1/reports",
        content=b'{"reporter":"venue","concern":"other"}',
        headers=[(b"content-type", b"application/json"), (b"idempotency-key", key.encode("latin-1"))],
    )
    assert answer.status_code in {201, 400}
