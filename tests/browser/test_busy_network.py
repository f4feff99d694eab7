"""While a network is busy: a phone computes and sends by itself; without a script a person waits and presses again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import asyncpg
import httpx
import pytest
import redis
from playwright.async_api import Browser

from service.gate import BUSY
from tests.browser.conftest import Site, opened
from tests.browser.walking import fill_and_send, forms
from tests.web import of_a_web_process, served_by_granian

_NETWORK = {"X-Forwarded-For": "198.51.100.23"}


@pytest.fixture
async def busy_site(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[Site]:
    """The application behind a proxy that it believes, with many reports from one network already."""
    given = of_a_web_process({**environ, "EVENLODE_PROXIES": "127.0.0.0/8"})
    connection = await asyncpg.connect(given["DATABASE_URL"])
    async with served_by_granian(given, tmp_path / "log") as http:
        await _first_report(http)
        with redis.Redis.from_url(given["REDIS_URL"]) as broker:
            (name,) = cast("list[bytes]", broker.keys("evenlode:seen:report:*"))
            broker.set(name, BUSY, keepttl=True)
        yield Site(str(http.base_url).rstrip("/"), connection, tmp_path / "log")
    await connection.close()


async def _first_report(http: httpx.AsyncClient) -> None:
    answer = await http.post("/taxi", data={"ask_what": "load", "_do": "send"}, headers=_NETWORK)
    assert answer.status_code == 201


async def test_a_phone_computes_what_it_is_asked_and_its_report_arrives(
    browser: Browser, busy_site: Site
) -> None:
    (taxi,) = [form for form in forms() if form.door == "/taxi"]
    context = await opened(browser)
    await context.set_extra_http_headers(_NETWORK)
    page = await context.new_page()
    statuses: list[tuple[str, int]] = []
    page.on(
        "response",
        lambda answer: statuses.append((answer.url.removeprefix(busy_site.url), answer.status)),
    )
    await page.goto(f"{busy_site.url}/taxi")
    await fill_and_send(page, taxi)
    await context.close()
    sent = [status for path, status in statuses if path == "/taxi"]
    assert sent == [200, 429, 201]
    assert [path for path, _ in statuses if path.startswith("/static/solve")]
    assert await busy_site.database.fetchval("SELECT count(*) FROM report") == 2


async def test_without_a_script_the_page_asks_to_wait_and_shuts_nobody_out(
    browser: Browser, busy_site: Site
) -> None:
    context = await opened(browser, script=False)
    await context.set_extra_http_headers(_NETWORK)
    page = await context.new_page()
    await page.goto(f"{busy_site.url}/taxi")
    await page.locator('input[name="ask_what"]').first.check()
    await page.locator('button[value="send"]').click()
    await page.get_by_text("Count to 15. Then press Send.").wait_for()
    # Too early it asks again, for the rest of the time; pressing on, it is sent.
    sent = page.locator(".govuk-panel")
    async with asyncio.timeout(120):
        while not await sent.count():
            await page.locator('button[value="send"]').click()
            await page.wait_for_load_state()
    await context.close()
    assert await busy_site.database.fetchval("SELECT count(*) FROM report") == 2
