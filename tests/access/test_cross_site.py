"""Requests that another site made a browser send are refused, with and without what a browser says of them."""

import pytest

from service.access.site import Site, site_of
from service.settings import load_settings
from tests.access.visiting import Console, token_of


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_is_refused_even_with_the_right_token(
    console: Console, headers: dict[str, str]
) -> None:
    visitor = await console.signed_in()
    token = token_of(await visitor.get("/desk/me"))
    answer = await visitor.post("/desk/sign-out", {"_token": token}, **headers)
    assert answer.status_code == 403
    assert await visitor.is_in()
    assert (
        await visitor.post("/desk/sign-out", {"_token": token}, Origin="http://evenlode.test")
    ).status_code == 200
    assert not await visitor.is_in()


@pytest.mark.parametrize("fields", [{}, {"_token": ""}, {"_token": "0" * 32}])
async def test_a_form_without_the_pages_token_is_refused(console: Console, fields: dict[str, str]) -> None:
    visitor = await console.signed_in()
    assert (await visitor.post("/desk/sign-out", fields)).status_code == 403
    assert await visitor.is_in()


async def test_the_token_of_one_session_is_no_good_in_another(console: Console) -> None:
    one, other = await console.signed_in(), await console.signed_in()
    token = token_of(await one.get("/desk/me"))
    assert (await other.post("/desk/sign-out", {"_token": token})).status_code == 403
    assert await other.is_in()


async def test_a_script_has_to_send_the_token_as_a_header(console: Console) -> None:
    visitor = await console.signed_in()
    token = token_of(await visitor.get("/desk/me"))
    asked = {"Accept": "application/json"}
    refused = await visitor.http.post("/desk/me/passkeys/options", json={"_token": token}, headers=asked)
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/cross-site"
    answer = await visitor.http.post(
        "/desk/me/passkeys/options", json={}, headers={**asked, "X-Evenlode-Token": token}
    )
    assert answer.status_code == 200


async def test_nobody_is_signed_in_to_an_account_of_somebody_elses_choice(console: Console) -> None:
    person = await console.somebody()
    visitor = console.visitor()
    answer = await visitor.post(
        "/desk/sign-in", {"email": person.email, "password": person.password}, Origin="https://evil.example"
    )
    assert answer.status_code == 403
    assert "too old" in answer.text


def site(public_url: str) -> Site:
    return site_of(load_settings({"EVENLODE_PUBLIC_URL": public_url}))


def test_cookies_are_bound_to_this_host_and_to_https_but_on_the_machine_itself() -> None:
    header = site("https://evenlode.example.org").cookie("session", "x").to_header(header="")
    assert header.startswith("__Host-evenlode=x")
    assert {part.strip() for part in header.split(";")} >= {"HttpOnly", "Secure", "Path=/", "SameSite=lax"}
    assert "Domain" not in header
    plain = site("http://127.0.0.1:8000").cookie("session", "x").to_header(header="")
    assert plain.startswith("evenlode=x")
    assert "Secure" not in plain
    assert site("http://evenlode.example.org").cookie_name("session") == "__Host-evenlode"


@pytest.mark.parametrize(
    ("public_url", "may"),
    [
        ("https://evenlode.example.org", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://203.0.113.7", False),
        ("http://evenlode.example.org", False),
    ],
)
def test_passkeys_are_offered_where_a_browser_makes_them(public_url: str, may: bool) -> None:
    assert site(public_url).passkeys is may
