"""The venue's pages over HTTP: choosing, sending without a script, the clocks, the list, and posters' codes."""

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import httpx
import msgspec
import pytest

from service.organisations.store import Organisation, add, retire
from service.settings import Settings
from service.web.public.ticks import TICKS
from tests.web import serving

NOW = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
"""23:30 in London, two and a half hours before the clocks go back."""
SPIKED = {
    "danger_now": "no",
    "ask_what": "drink",
    "spiking.symptoms": ["confused", "vomiting"],
    "ask_began": "within_hour",
    "spiking.with_them": "friends",
    "spiking.ambulance_called": "no",
    "spiking.drink_kept": "yes",
    "ask_similar": "none",
    "ask_cctv": "around",
}


@pytest.fixture
async def http(web_settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(web_settings, clock=lambda: NOW) as client:
        yield client


@pytest.fixture
async def arms(database: asyncpg.Connection) -> Organisation:
    return await _added(database, "venue", "The Example Arms", "Witney")


async def _added(database: asyncpg.Connection, kind: str, name: str, town: str | None) -> Organisation:
    from service.db.pool import prepare_connection

    await prepare_connection(database)
    return await add(database, kind, name, town, now=NOW, by="a test")  # type: ignore[arg-type]


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden fields of a page, as a browser sends them."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', page):
        name, value = (re.search(rf'{what}="([^"]*)"', tag) for what in ("name", "value"))
        assert name is not None
        assert value is not None
        found.setdefault(html.unescape(name[1]), []).append(html.unescape(value[1]))
    return found


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def sent(http: httpx.AsyncClient, path: str = "/venue/spiking", **more: str) -> httpx.Response:
    """Send the spiking form as a browser without a script does, over the page to check on."""
    form = await http.get(path)
    checked = await http.post("/venue/spiking", data={**hidden(form.text), **SPIKED, **more, "_do": "check"})
    assert "Check your answers" in checked.text, words(checked.text)
    return await http.post("/venue/spiking", data={**hidden(checked.text), "_do": "send"})


async def body(database: asyncpg.Connection) -> dict[str, object]:
    told: dict[str, object] = msgspec.json.decode(await database.fetchval("SELECT body::text FROM report"))
    return told


async def test_spiking_is_offered_first_and_every_door_opens(http: httpx.AsyncClient) -> None:
    page = (await http.get("/venue")).text
    doors = re.findall(r'class="ev-door[^"]*" href="([^"]+)"', page)
    assert doors[0] == "/venue/spiking"
    assert len(doors) == 7
    for door in doors:
        assert (await http.get(door)).status_code == 200


async def test_the_first_thing_to_read_is_what_to_do_this_minute(http: httpx.AsyncClient) -> None:
    page = words((await http.get("/venue/spiking")).text)
    order = [
        page.index(text)
        for text in ("Ring 999 if", "Stay with them", "Do not wash it", "Is somebody still in")
    ]
    assert order == sorted(order)


async def test_after_sending_each_deadline_is_counted_down_over_the_night_the_clocks_go_back(
    http: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    page = words((await sent(http)).text)
    # It may have begun at 22:30 BST, and twelve hours later it is 09:30 GMT.
    assert "Act by 09:30 tomorrow: 11 h 0 min left" in page
    assert "Act by 21:30 on Saturday 31 October: 6 days 23 h left" in page
    assert "Save the pictures from 21:30 on Saturday 24 October to 23:30 on Saturday 24 October" in page
    spiking = (await body(database))["spiking"]
    assert isinstance(spiking, dict)
    assert spiking["symptoms"] == ["confused", "vomiting"]
    assert datetime.fromisoformat(str(spiking["symptoms_began"])) == datetime(
        2026, 10, 24, 21, 30, tzinfo=UTC
    )


async def test_the_same_answers_sent_twice_are_one_report(
    http: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    form = await http.get("/venue/spiking")
    fields = {**hidden(form.text), **SPIKED, "_do": "send"}
    first, second = [await http.post("/venue/spiking", data=fields) for _ in range(2)]
    receipts = [hidden(answer.text)["receipt"] for answer in (first, second)]
    assert receipts[0] == receipts[1]
    assert await database.fetchval("SELECT count(*) FROM report") == 1


async def ticks(http: httpx.AsyncClient, page: httpx.Response, *done: str) -> httpx.Response:
    kept = {name: value for name, value in hidden(page.text).items() if name in {"receipt", "_key", "_ticks"}}
    return await http.post("/venue/clocks", data={**kept, "done": list(done)})


async def test_what_is_ticked_updates_the_report_and_can_be_taken_back(
    http: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    page = await ticks(http, await sent(http), "glass", "cctv")
    assert "Saved. It is part of your report now." in words(page.text)
    assert set(re.findall(r'value="(\w+)" checked', page.text)) == {"glass", "cctv"}
    page = await ticks(http, page, "glass", "police")
    again = await ticks(http, page, "glass", "police")
    assert "Saved." not in words(again.text)
    written = [row["text"] for row in await database.fetch("SELECT text FROM message ORDER BY place")]
    assert written == [
        "From the list at the venue.\nDone: glass or bottle kept and bagged; camera pictures saved.",
        "From the list at the venue.\nDone: police told.\nNot done after all: camera pictures saved.",
    ]
    back = await http.post("/venue/clocks", data={"receipt": hidden(page.text)["receipt"][0].lower()})
    assert set(re.findall(r'value="(\w+)" checked', back.text)) == {"glass", "police"}
    assert "11 h 0 min left" in words(back.text)


async def test_ticking_everything_does_not_make_the_report_more_urgent(
    http: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    page = await sent(http)
    await ticks(http, page, *(tick.value for tick in TICKS))
    assert await database.fetchval("SELECT count(*) FROM message") == 1
    assert await database.fetchval("SELECT count(*) FROM decision") == 1


async def test_a_receipt_that_nobody_has_is_refused_in_a_sentence(http: httpx.AsyncClient) -> None:
    answer = await http.post("/venue/clocks", data={"receipt": "2222-2222-2222-2222-2222"})
    assert answer.status_code == 404
    assert "No report has this receipt" in words(answer.text)


async def test_a_posters_code_fills_in_the_venue_and_is_left_behind(
    http: httpx.AsyncClient, database: asyncpg.Connection, arms: Organisation
) -> None:
    chooser = await http.get(f"/v/{arms.code.lower()}")
    assert "You are reporting from The Example Arms, Witney" in words(chooser.text)
    form = await http.get(f"/v/{arms.code}/spiking")
    assert 'name="venue"' not in form.text
    assert 'data-step="place"' not in form.text
    assert arms.code not in form.text
    answer = await sent(http, f"/v/{arms.code}/spiking")
    assert answer.status_code == 201
    told = await body(database)
    assert (told["venue"], told["location"]) == ("The Example Arms", {"town": "Witney"})
    for table in ("report", "report_handle", "decision", "route", "delivery", "message"):
        kept = await database.fetch(f"SELECT t::text AS row FROM {table} t")
        assert not [row for row in kept if arms.code in row["row"]], table
    heard = await database.fetch(
        "SELECT detail::text || subject AS row FROM audit_event WHERE actor <> 'a test'"
    )
    assert not [row for row in heard if arms.code in row["row"]]


async def test_the_venue_stays_through_a_change_of_language_the_check_and_a_mistake(
    http: httpx.AsyncClient, arms: Organisation
) -> None:
    form = await http.get(f"/v/{arms.code}/drugs")
    fields = {**hidden(form.text), "ask_what": "selling"}
    polish = await http.post("/pl/venue/drugs", data={**fields, "_language": "pl"})
    assert hidden(polish.text)["_organisation"] == ["The Example Arms"]
    checked = await http.post("/venue/drugs", data={**fields, "_do": "check"})
    assert "You are reporting from The Example Arms, Witney" in words(checked.text)
    assert hidden(checked.text)["_town"] == ["Witney"]
    wrong = await http.post(
        "/venue/drugs", data={**fields, "_do": "send", "anonymity": "named", "contact.phone": "12"}
    )
    assert wrong.status_code == 422
    assert hidden(wrong.text)["_organisation"] == ["The Example Arms"]


async def test_the_place_can_be_removed_and_is_then_asked_for(
    http: httpx.AsyncClient, database: asyncpg.Connection, arms: Organisation
) -> None:
    form = await http.get(f"/v/{arms.code}/spiking")
    without = await http.post(
        "/venue/spiking", data={**hidden(form.text), **SPIKED, "_do": "leave_organisation"}
    )
    assert "Example Arms" not in without.text
    assert 'name="venue"' in without.text
    assert re.search(r'value="vomiting" checked', without.text)
    await http.post("/venue/spiking", data={**hidden(without.text), **SPIKED, "_do": "send"})
    assert not {"venue", "location"} & (await body(database)).keys()


async def test_a_code_that_is_unknown_retired_or_of_another_kind_leads_to_the_plain_form(
    http: httpx.AsyncClient, database: asyncpg.Connection, arms: Organisation
) -> None:
    cars = await _added(database, "taxi_operator", "Example Cars", None)
    await retire(database, arms.code, now=NOW, by="a test")
    for code in (arms.code, cars.code, "ZZZZZZ", "x"):
        page = await http.get(f"/v/{code}")
        assert page.status_code == 200
        assert "We do not know this code" in words(page.text)
        assert "/venue/spiking" in page.text
        for form in (f"/v/{code}/spiking", f"/t/{arms.code if code == cars.code else code}"):
            shown = (await http.get(form)).text
            assert "We do not know this code" in words(shown)
            assert "<title>Evenlode</title>" in shown
            assert "_organisation" not in hidden(shown)
    assert "We do not know" not in words((await http.get(f"/t/{cars.code}")).text)
    assert (await http.get("/v/ZZZZZZ/nothing")).status_code == 404


async def test_a_taxi_firms_code_fills_in_the_operator_and_not_where_it_was(
    http: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    cars = await _added(database, "taxi_operator", "Example Cars", "Witney")
    form = await http.get(f"/t/{cars.code}")
    assert "You are reporting from Example Cars, Witney" in words(form.text)
    answer = await http.post("/taxi", data={**hidden(form.text), "ask_what": "not_sure", "_do": "send"})
    assert answer.status_code == 201, words(answer.text)
    told = await body(database)
    assert told["operator"] == "Example Cars"
    assert "location" not in told
    assert told["anonymity"] == "anonymous"
