"""The queue and its reports worked by keyboard alone, in a real browser."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from service.policy.model import Policy
from tests.browser.conftest import Site
from tests.browser.console import COLUMN, Consoles, consoles_at, row
from tests.conftest import Urls
from tests.triage.desk import ASB


@pytest.fixture
async def consoles(site: Site, policy: Policy, services: Urls, browser: Browser) -> AsyncIterator[Consoles]:
    async with consoles_at(site, policy, services, browser) as one:
        yield one


async def test_the_queue_is_worked_by_keyboard_alone_and_the_keys_can_be_switched_off(
    consoles: Consoles,
) -> None:
    for _ in range(3):
        await consoles.arrives(ASB, location={"town": "Bampton"})
    async with consoles.console("?place=Bampton", asb_team="coordinator") as page:
        keys = page.keyboard
        first, second, third = await page.locator(COLUMN).all_inner_texts()
        focused = "document.activeElement.textContent"
        for key, there in (("j", first), ("j", second), ("ArrowDown", third), ("j", third), ("k", second)):
            await keys.press(key)
            assert await page.evaluate(focused) == there, key
        await keys.press("c")
        await expect(page.locator(row(page, second))).to_contain_text("You")
        await keys.press("a")
        await expect(page.locator(row(page, second))).to_contain_text("Acknowledged")
        assert await page.evaluate(focused) == second
        await keys.press("u")
        await expect(page.locator(row(page, second))).to_contain_text("New")
        for key in ("x", "j", "x"):
            await keys.press(key)
        await expect(page.get_by_text("2 reports selected")).to_be_visible()
        await keys.press("a")
        await expect(page.locator(".ec-outcome")).to_contain_text("Acknowledged 2 reports.")
        await keys.press("t")
        await expect(page.locator(".ec-outcome")).to_have_text("Select reports first, with x.")
        for key in ("x", "k", "x", "t"):
            await keys.press(key)
        await expect(page.get_by_label("Tag to add")).to_be_focused()
        await keys.press("Escape")
        assert await page.evaluate(focused) == second
        await keys.press("t")
        await keys.type("canal")
        await keys.press("Control+Enter")
        await expect(page.locator(".ec-outcome")).to_contain_text("2 reports")
        await expect(page.locator(row(page, second))).to_contain_text("canal")
        await keys.press("/")
        await keys.type("cax?j")
        await expect(page.get_by_label("Words in the report")).to_have_value("cax?j")
        await keys.press("Tab")
        await keys.press("?")
        dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
        await expect(dialog).to_contain_text("Claim it, or all that are selected")
        await dialog.get_by_label("Use keyboard shortcuts").uncheck()
        await keys.press("Escape")
        await keys.press("/")
        await keys.press("?")
        await expect(dialog).to_be_hidden()
        assert await page.evaluate("document.activeElement.id") != "text"
        await page.get_by_role("button", name="Shortcuts").click()
        await dialog.get_by_label("Use keyboard shortcuts").check()
        await dialog.get_by_role("button", name="Close").click()
        await keys.press("j")
        await keys.press("Enter")
        await expect(page).to_have_url(re.compile("/desk/reports/"))
        await page.wait_for_load_state()
        await keys.press("g")
        await keys.press("q")
        await expect(page).to_have_url(f"{consoles.site.url}/desk")


async def test_from_a_report_one_goes_on_in_the_list_one_came_from(consoles: Consoles) -> None:
    await consoles.arrives(ASB, location={"town": "Witney"})
    for _ in range(3):
        await consoles.arrives(ASB, location={"town": "Burford"})
    async with consoles.console("?place=Burford&whose=unassigned", asb_team="coordinator") as page:
        first, second, third = await page.locator(COLUMN).all_inner_texts()
        await page.set_viewport_size({"width": 1280, "height": 300})
        for key in "jjac":
            await page.keyboard.press(key)
            if key in "ac":
                await expect(page.locator(".ec-outcome")).to_contain_text(second)
                await expect(page.locator(".ec-outcome")).to_be_in_viewport(ratio=1)
        # The second has left the list, so that the third is where it was.
        await expect(page.locator(COLUMN)).to_have_text([first, third])
        await page.keyboard.press("o")
        shortcuts = page.get_by_role("button", name="Shortcuts")
        for key, there in (("", third), ("k", first), ("c", first), ("j", third)):
            if key:
                await page.keyboard.press(key)
            if key == "c":
                await expect(page.get_by_text("You are on it now.")).to_be_visible()
            await expect(page).to_have_url(re.compile(f"/desk/reports/{there}"))
            await expect(page.locator("h1")).to_contain_text(there)
            await expect(shortcuts).to_be_visible()
        await page.keyboard.press("j")
        await expect(page.get_by_text("This is the last report of the list.")).to_be_visible()
        await page.keyboard.press("u")
        await expect(page).to_have_url(f"{consoles.site.url}/desk?place=Burford&whose=unassigned")
        await expect(page.locator(COLUMN)).to_have_text([third])
        await expect(page.locator(COLUMN)).to_be_focused()
