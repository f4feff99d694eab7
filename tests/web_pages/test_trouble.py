"""Errors, as a person meets them in a browser; programs get the problem document they always got."""

from typing import Any, Final, NoReturn

import httpx
import pytest

from service.app import create_app
from service.intake.accept import Intake
from service.settings import Settings
from service.web.public.sent_fields import MOST_SENT
from tests.web import Shared, problem, serving_app

HTML: Final = {"Accept": "text/html,application/xhtml+xml"}
TYPED: Final = "my own words, written once"


class Broken(Intake):
    """An intake with a fault that nobody foresaw."""

    async def accept(self, *args: Any, **named: Any) -> NoReturn:
        raise RuntimeError("unforeseen")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/no/such/page", 404), ("DELETE", "/care", 405), ("GET", "/pl/none", 404)],
)
async def test_a_browser_gets_a_page_and_a_program_a_problem(
    shared: Shared, method: str, path: str, status: int
) -> None:
    page = await shared.http.request(method, path, headers=HTML)
    program = await shared.http.request(method, path, headers={"Accept": "application/json"})

    assert (page.status_code, program.status_code) == (status, status)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "tel:999" in page.text
    assert problem(program)["status"] == status


async def test_the_page_of_an_error_is_in_the_language_of_the_address(shared: Shared) -> None:
    page = await shared.http.get("/ur/none", headers=HTML)

    assert '<html lang="ur" dir="rtl"' in page.text
    assert page.headers["content-language"] == "ur"


async def test_the_interface_for_programs_never_answers_with_a_page(shared: Shared) -> None:
    answer = await shared.http.get("/v1/nothing", headers=HTML)

    assert problem(answer)["status"] == 404


async def test_too_much_at_once_is_said_in_words(shared: Shared) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await shared.http.post("/care", content=b"x" * (MOST_SENT + 1), headers={**HTML, **kind})

    assert answer.status_code == 413
    assert "This is too much at once" in answer.text


async def test_a_fault_of_ours_loses_nothing_that_was_typed(web_settings: Settings) -> None:
    async with serving_app(create_app(web_settings, intake_type=Broken)) as http:
        answer = await _send(http, HTML)
        again = await _send(http, {"Accept": "application/json"})

    assert answer.status_code == 500
    assert TYPED in answer.text
    assert 'value="papers" checked' in answer.text
    assert "Nothing you wrote is lost" in answer.text
    assert answer.headers["content-security-policy"]
    assert problem(again)["status"] == 500


async def _send(http: httpx.AsyncClient, headers: dict[str, str]) -> httpx.Response:
    fields = {"ask_what": "papers", "description": TYPED, "_do": "send", "_key": "a-key-of-this-form-1"}
    return await http.post("/care", data=fields, headers=headers)
