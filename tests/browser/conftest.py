"""A real browser on a real server: the system's Chromium, and the application as production runs it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from service.web.public.leave import LEAVE_TO
from tests.conftest import Urls, coverage_environ
from tests.web import a_database, of_a_web_process, served_by_granian

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: Final = {"width": 360, "height": 740}
DESK: Final = {"width": 1280, "height": 900}
PATIENCE_MS: Final = 60_000
"""How long a condition may take on a machine with other work, before it counts as not met."""
expect.set_options(timeout=PATIENCE_MS)


class Site(msgspec.Struct, frozen=True):
    """The served application: its address, and its database to look at."""

    url: str
    database: asyncpg.Connection
    log: Path


def chromium() -> str:
    """Where the system's Chromium is."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "These tests need Chromium. Install it: `apt-get install chromium` (Debian, Ubuntu),"
            " `dnf install chromium` (Fedora) or `apk add chromium` (Alpine).",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the run; each test has a context of its own."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield started
        await started.close()


@pytest.fixture(scope="module")
async def site(services: Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The application with a database of its own, for the tests of one module."""
    folder = tmp_path_factory.mktemp("site")
    async with a_database(services) as url:
        environ = of_a_web_process(
            {
                **coverage_environ(),
                "DATABASE_URL": url,
                "REDIS_URL": services.redis,
                "EVENLODE_STATE": str(folder / "state"),
            }
        )
        connection = await asyncpg.connect(url)
        async with served_by_granian(environ, folder / "log") as http:
            yield Site(str(http.base_url).rstrip("/"), connection, folder / "log")
        await connection.close()


async def stand_in(route: Route) -> None:
    """Answer for the page that people leave to, since no test goes out."""
    await route.fulfill(content_type="text/html", body="<title>Weather</title><h1>Sunny spells</h1>")


async def opened(
    browser: Browser, *, script: bool = True, size: dict[str, int] = PHONE, worker: bool = True
) -> BrowserContext:
    """A fresh context, with nothing kept from before; one without a service worker sends nothing behind a page."""
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        java_script_enabled=script,
        service_workers="allow" if worker else "block",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(PATIENCE_MS)
    await context.route(f"{LEAVE_TO}**", stand_in)
    return context


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """A page on a phone."""
    context = await opened(browser)
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def plain_phone(browser: Browser) -> AsyncIterator[Page]:
    """A page on a phone that runs no scripts."""
    context = await opened(browser, script=False)
    yield await context.new_page()
    await context.close()
