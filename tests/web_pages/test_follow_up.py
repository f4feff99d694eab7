"""`/follow-up` as a page without script sends and shows it."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from service.web.languages import LANGUAGES, prefix
from tests.followup.returning import UNKNOWN, ask, photo, reported
from tests.web import rows

_CALM = {"concern": "fly_tipping", "happening": "older", "description": "An old sofa in the lay-by."}


async def _post(http: httpx.AsyncClient, address: str = "/follow-up", **fields: Any) -> httpx.Response:
    """Send the form as a browser does: multipart, an empty file field where no photo was chosen."""
    photos = fields.pop("photos", [])
    files = [("photos", (f"{place}.jpg", one, "image/jpeg")) for place, one in enumerate(photos)]
    return await http.post(
        address, data=fields, files=files or [("photos", ("", b"", "application/octet-stream"))]
    )


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_asks_for_the_receipt_in_every_language_and_says_nothing_in_its_title(
    client: httpx.AsyncClient, language: Any
) -> None:
    answer = await client.get(f"{prefix(language.code)}/follow-up")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert f'lang="{language.code}" dir="{language.direction}"' in answer.text
    assert "<title>Evenlode</title>" in answer.text


async def test_a_receipt_in_the_address_is_not_read_or_repeated(client: httpx.AsyncClient) -> None:
    accepted = await reported(client)
    answer = await client.get("/follow-up", params={"receipt": accepted["receipt"]})
    assert accepted["receipt"] not in answer.text
    assert accepted["reference"] not in answer.text


async def test_the_receipt_shows_the_report_and_travels_hidden_in_the_form(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    await database.execute("UPDATE delivery SET state = 'delivered', settled_at = made_at")
    typed = accepted["receipt"].lower().replace("-", " ")
    answer = await client.post("/follow-up", data={"receipt": typed, "_do": "show"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert accepted["reference"] in answer.text
    assert "It is waiting to be looked at." in answer.text
    assert _hidden(answer.text, "receipt") == accepted["receipt"]
    assert not re.search(r'(?:href|action|src)="[^"]*' + accepted["receipt"], answer.text)


@pytest.mark.parametrize("receipt", [UNKNOWN, "nonsense", "WO-2222-2222"])
async def test_a_receipt_that_nobody_has_is_told_at_its_field_and_can_be_mended(
    client: httpx.AsyncClient, receipt: str
) -> None:
    answer = await client.post("/follow-up", data={"receipt": receipt})
    assert answer.status_code == 404
    assert "We do not find a report with this receipt." in answer.text
    assert 'href="#receipt"' in answer.text
    assert f'value="{receipt}"' in answer.text
    assert "<title>Error: Evenlode</title>" in answer.text


async def test_an_empty_field_is_told_too(client: httpx.AsyncClient) -> None:
    answer = await client.post("/follow-up", data={"receipt": " "})
    assert (answer.status_code, "Enter your receipt." in answer.text) == (422, True)


async def test_a_question_is_answered_and_photos_go_with_it(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    question = await ask(database, accepted["reference"], "Was there a <van>?", datetime.now(UTC))
    shown = await client.post("/follow-up", data={"receipt": accepted["receipt"]})
    assert "Was there a &lt;van&gt;?" in shown.text
    assert _hidden(shown.text, "answers") == question
    answer = await _post(
        client,
        receipt=accepted["receipt"],
        _key=_hidden(shown.text, "_key"),
        answers=question,
        text="Yes.\r\nA white one.",
        _do="say",
        photos=[photo(), photo("PNG", (99, 44))],
    )
    assert answer.status_code == 200, answer.text
    assert "We have what you added." in answer.text
    assert "2 photos have arrived." in answer.text
    kept = await database.fetchrow("SELECT * FROM message WHERE author = 'reporter'")
    assert (kept["text"], str(kept["answers"])) == ("Yes.\nA white one.", question)
    # Nothing is open any more, and the next thing said is a message of its own.
    assert 'name="answers"' not in answer.text
    assert _hidden(answer.text, "_key") != _hidden(shown.text, "_key")


async def test_the_button_pressed_twice_sends_once(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    said = {"receipt": accepted["receipt"], "_key": "a-key-of-this-page-alone", "text": "More.", "_do": "say"}
    chosen = [photo()]
    for _ in range(2):
        assert (await _post(client, **said, photos=chosen)).status_code == 200
    kept = await rows(database)
    assert (kept["message"], kept["report_file"]) == (1, 1)


async def test_what_is_wrong_with_a_photo_is_told_and_the_words_are_kept(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    said = {"receipt": accepted["receipt"], "_key": "a-key-of-this-page-alone", "text": "More.", "_do": "say"}
    answer = await _post(client, **said, photos=[photo(), b"%PDF-1.7 not a photo"])
    assert answer.status_code == 422
    assert "This is not a photo that we can read." in answer.text
    kept = await rows(database)
    assert (kept["message"], kept["report_file"]) == (1, 1)


async def test_nothing_written_and_nothing_chosen_is_told(client: httpx.AsyncClient) -> None:
    accepted = await reported(client)
    answer = await _post(client, receipt=accepted["receipt"], text="  ", _do="say")
    assert (answer.status_code, "Write something, or choose a photo." in answer.text) == (422, True)


async def test_what_is_too_long_comes_back_whole(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client)
    answer = await _post(client, receipt=accepted["receipt"], text="x" * 4001, _do="say")
    assert answer.status_code == 422
    assert "x" * 4001 in answer.text
    assert (await rows(database))["message"] == 0


async def test_another_language_keeps_what_was_typed_and_sends_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client)
    fields = {"receipt": accepted["receipt"], "text": "Half a sentence", "_language": "ur"}
    answer = await _post(client, "/ur/follow-up", **fields)
    assert answer.status_code == 200
    assert 'lang="ur" dir="rtl"' in answer.text
    assert "Half a sentence" in answer.text
    asked = await client.post("/pl/follow-up", data={"receipt": "BCMA", "_language": "pl"})
    assert (asked.status_code, 'value="BCMA"' in asked.text) == (200, True)
    assert (await rows(database))["message"] == 0


async def test_photos_that_come_with_the_report_itself_are_kept(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    fields = {"description": "A car with false plates.", "_do": "send", "_key": "a-key-of-this-page-alone"}
    chosen = [photo(), b"no photo"]
    answer = await _post(client, "/taxi", **fields, photos=chosen)
    assert answer.status_code == 201, answer.text
    assert "1 photo has arrived." in answer.text
    assert "A photo is missing, but your report has arrived." in answer.text
    kept = await rows(database)
    assert (kept["report"], kept["report_file"]) == (1, 1)
    again = await _post(client, "/taxi", **fields, photos=chosen)
    assert again.status_code == 201
    assert (await rows(database))["report_file"] == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xfe\r\n--x--',
    ],
)
async def test_a_form_that_is_cut_off_or_no_text_is_refused_without_a_fault_of_ours(
    client: httpx.AsyncClient, body: bytes
) -> None:
    answer = await client.post(
        "/follow-up", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in {400, 422}
