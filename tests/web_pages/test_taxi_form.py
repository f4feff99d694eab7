"""What the driver's taps become, and what the device's own time and mark add."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient

from schemas.reports import TaxiDriverReport
from service.intake.decode import decode_report
from service.web.public.answers import body_of
from service.web.public.forms.taxi import TAXI
from tests.web import Shared

WRITTEN = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
KEY = "0b6c3e5e-3f0e-4f4e-9a51-4c1c52f0a9d"


def report_of(written: datetime | None = WRITTEN, **fields: Any) -> TaxiDriverReport:
    given = {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in fields.items()
    }
    report = decode_report(msgspec.json.encode(body_of(TAXI, given, written)))
    assert isinstance(report, TaxiDriverReport)
    return report


@pytest.mark.parametrize(
    "value", [choice.value for question in TAXI.questions() for choice in question.choices]
)
def test_every_choice_makes_a_report_that_the_intake_takes(value: str) -> None:
    for question in TAXI.questions():
        if value in {choice.value for choice in question.choices}:
            assert report_of(**{question.name: value}).concern


@pytest.mark.parametrize(
    ("chosen", "concern"),
    [
        (["load", "violence", "ill"], "serious_violence"),
        (["child_alone", "errands"], "county_lines"),
        (["errands"], "drug_supply"),
        (["not_sure"], "not_sure"),
        ([], "not_sure"),
    ],
)
def test_the_gravest_sign_names_the_concern(chosen: list[str], concern: str) -> None:
    assert report_of(ask_what=chosen).concern == concern


@pytest.mark.parametrize(("tapped", "happening"), [("now", "now"), ("just", "last_24h")])
def test_now_is_the_time_at_which_it_was_written(tapped: str, happening: str) -> None:
    report = report_of(happening=tapped)
    assert (report.happening, report.occurred_at, report.occurred_precision) == (happening, WRITTEN, "about")


@pytest.mark.parametrize("tapped", ["last_24h", "ongoing", "not_sure"])
def test_any_other_answer_makes_no_time(tapped: str) -> None:
    assert report_of(happening=tapped).occurred_at is None


def test_a_mark_is_the_time_where_there_is_one() -> None:
    report = report_of(
        happening="just",
        marked__at="2026-11-28T22:10:00+00:00",
        marked__latitude="51.78",
        marked__longitude="-1.48",
        marked__heading_degrees="270",
    )
    assert report.occurred_at is None
    assert report.marked is not None
    assert (report.marked.latitude, report.marked.heading_degrees) == (51.78, 270)


async def send(http: AsyncClient, **fields: str) -> Any:
    return await http.post(
        "/taxi",
        data={"ask_what": "child_alone", "happening": "now", **fields},
        headers={"Accept": "application/json", "Idempotency-Key": fields.pop("key", KEY + "0")},
    )


@pytest.mark.parametrize(
    ("number", "ahead", "taken"),
    [
        (1, timedelta(hours=-30), True),
        (2, timedelta(days=2), False),
        (3, timedelta(days=-100), False),
    ],
)
async def test_the_devices_time_counts_unless_it_cannot_be(
    shared: Shared, number: int, ahead: timedelta, taken: bool
) -> None:
    written = (datetime.now(UTC) + ahead).strftime("%Y-%m-%dT%H:%MZ")
    answer = await send(
        shared.http, _written_at=written, description=f"clock {number}", key=KEY + str(number)
    )
    assert answer.status_code == 201
    stored = await shared.database.fetchval(
        "SELECT body ->> 'occurred_at' FROM report WHERE body ->> 'description' = $1", f"clock {number}"
    )
    assert (stored is not None) == taken


async def test_a_repeat_is_the_same_report_though_the_devices_clock_has_been_caught_up_with(
    shared: Shared,
) -> None:
    """A clock that was too fast to be believed at the first try may be believed at the second."""
    fields = {"description": "caught up", "key": KEY + "4"}
    first = await send(shared.http, _written_at="2199-01-01T00:00Z", **fields)
    again = await send(shared.http, _written_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"), **fields)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["reference"] == again.json()["reference"]


async def test_a_repeat_with_other_answers_is_told_apart(shared: Shared) -> None:
    first = await send(shared.http, description="one", key=KEY + "5")
    other = await send(shared.http, description="another", key=KEY + "5")
    assert first.status_code == 201
    assert other.json()["type"].endswith("idempotency-key-reused")


async def test_the_service_worker_may_serve_every_address_and_is_asked_for_each_time(shared: Shared) -> None:
    answer = await shared.http.get("/worker.js")
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("language", ["", "/ur"])
async def test_the_manifest_leads_to_pages_and_pictures_that_are_there(shared: Shared, language: str) -> None:
    manifest = (await shared.http.get(f"{language}/app.webmanifest")).json()
    assert {icon["sizes"] for icon in manifest["icons"]} == {"512x512"}
    addresses = [
        manifest["start_url"],
        *(icon["src"] for icon in manifest["icons"]),
        *(shortcut["url"] for shortcut in manifest["shortcuts"]),
    ]
    for address in addresses:
        assert (await shared.http.get(address)).status_code == 200


async def test_the_page_to_mark_on_has_nothing_but_its_button(shared: Shared) -> None:
    page = (await shared.http.get("/taxi/mark")).text.partition("<template")[0]
    assert page.count("<button") == 1
    assert not any(tag in page for tag in ("<a ", "<input", "<textarea", "<select"))


async def test_only_forms_that_are_not_quiet_stay_on_the_device(shared: Shared) -> None:
    assert "ev-pages" in (await shared.http.get("/taxi")).text
    assert "ev-pages" not in (await shared.http.get("/care")).text
