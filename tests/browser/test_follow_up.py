"""Coming back with the receipt in a real browser: with and without a script, and open to everybody."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page

from service.web.public.sent_fields import MOST_SENT
from tests.browser.conftest import PHONE, Site, opened
from tests.browser.test_promise_10_the_form_is_for_everybody import violations
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


async def test_photos_are_added_up_to_five_and_what_is_no_photo_for_us_is_told(
    page: Page, site: Site, asked: dict[str, Any], tmp_path: Path
) -> None:
    """With a script they are drawn smaller on the phone first, so that five from any camera fit."""
    await page.goto(f"{site.url}/follow-up")
    await page.get_by_label("Your receipt").fill(asked["receipt"])
    await page.get_by_role("button", name="Show my report").click()
    await page.wait_for_load_state()
    scripted = await page.evaluate("document.body.classList.contains('js-enabled')")
    field = page.get_by_label("Add photos")
    heic = {"name": "a.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(64)}
    four = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photo(size=(2000, 240 + 20 * n))}
        for n in range(4)
    ]
    await field.set_input_files([*four, heic])  # type: ignore[arg-type] # a sequence of payloads, in other words
    if scripted:
        await page.get_by_text("We cannot read this kind of photo (HEIC)").wait_for()
        assert await page.locator("[data-photo-list] li").count() == 4
    await page.get_by_role("button", name="Send").click()
    await page.get_by_text("4 photos have arrived.").wait_for()
    assert await page.get_by_text("You can add 1 more.").is_visible()
    if not scripted:
        assert await page.locator("#photos-error").get_by_text("HEIC").is_visible()
        # More than a form may hold, which a script would have drawn smaller.
        too_large = tmp_path / "b.jpg"
        with too_large.open("wb") as file:
            file.truncate(MOST_SENT)
        await field.set_input_files(too_large)
        await page.get_by_role("button", name="Send").click()
        await page.get_by_text("send fewer or smaller photos").wait_for()
        return
    await field.set_input_files([{**four[0], "buffer": photo(size=(900, 900))}, four[1]])  # type: ignore[arg-type]
    await page.get_by_text("The others are left out.").wait_for()
    await page.get_by_role("button", name="Send").click()
    await page.get_by_text("5 photos have arrived.").wait_for()
    assert not await field.count()


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
