"""Coming back with the receipt in a real browser: with and without a script, and open to everybody."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import PHONE, Site, opened
from tests.browser.test_everybody import violations
from tests.followup.returning import ask, photo, reported

_CALM = {"concern": "fly_tipping", "happening": "older", "description": "An old sofa in the lay-by."}


@pytest.fixture
async def asked(site: Site) -> dict[str, Any]:
    """A report whose reporter has been asked something."""
    async with httpx.AsyncClient(base_url=site.url, timeout=60) as http:
        accepted = await reported(http, **_CALM)
    await ask(site.database, accepted["reference"], "Was there a van?", datetime.now(UTC))
    return accepted


@pytest.fixture(params=[True, False], ids=["script", "plain"])
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    context = await opened(browser, script=request.param, size=PHONE)
    yield await context.new_page()
    await context.close()


async def test_a_question_is_answered_with_a_photo_and_the_receipt_stands_in_no_address(
    page: Page, site: Site, asked: dict[str, Any]
) -> None:
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    await page.goto(f"{site.url}/follow-up")
    await page.get_by_label("Your receipt").fill(asked["receipt"].lower().replace("-", " "))
    await page.get_by_role("button", name="Show my report").click()
    await page.get_by_label("Your answer").fill("Yes, a white one.")
    await page.get_by_label("Add photos").set_input_files(
        {"name": "van.jpg", "mimeType": "image/jpeg", "buffer": photo(size=(320, 240))}
    )
    await page.get_by_role("button", name="Send").click()
    await page.get_by_text("We have what you added.").wait_for()
    assert await page.get_by_text("Yes, a white one.").is_visible()
    assert await page.get_by_text("1 photo has arrived.").is_visible()
    plain = asked["receipt"].replace("-", "").lower()
    assert not [one for one in addresses if plain in re.sub(r"[^a-z0-9]", "", one.lower())]
    assert await page.title() == "Evenlode"


@pytest.mark.parametrize("language", ["en", "ur"])
async def test_no_page_of_the_follow_up_keeps_anybody_out(
    browser: Browser, site: Site, asked: dict[str, Any], language: str
) -> None:
    context = await opened(browser)
    page = await context.new_page()
    found = []
    await page.goto(f"{site.url}{'/ur' if language == 'ur' else ''}/follow-up")
    await page.locator("#receipt").fill("no receipt")
    await page.locator('button[value="show"]').click()
    await page.locator(".govuk-error-summary").wait_for()
    found += await violations(page)
    await page.locator("#receipt").fill(asked["receipt"])
    await page.locator('button[value="show"]').click()
    await page.locator("#text").wait_for()
    found += await violations(page)
    await page.locator('button[value="say"]').click()
    await page.locator(".govuk-error-summary").wait_for()
    found += await violations(page)
    await context.close()
    assert not found
