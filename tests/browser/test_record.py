"""Handing a report over, and reading the record, in a real browser on a phone and at a desk."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from service.access.actor import Actor
from service.policy.model import Policy
from tests.browser.accessible import violations
from tests.browser.conftest import PATIENCE_MS, PHONE, Site
from tests.browser.console import Consoles, consoles_at
from tests.conftest import Urls
from tests.triage.desk import ASB

WIDE = {"width": 1440, "height": 900}
SAID = (
    "I saw two men with a knife by the Old Mill. I am the manager of The Example Arms."
    " My name is Jan Example, ring me on 07700 900123.\nMiał nóż. Имаше нож. چاقو تھا"
)
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def consoles(site: Site, policy: Policy, services: Urls, browser: Browser) -> AsyncIterator[Consoles]:
    async with consoles_at(site, policy, services, browser) as one:
        yield one


async def _page(consoles: Consoles, actor: Actor) -> Page:
    return await (await consoles.context(actor, size=WIDE)).new_page()


async def _fits(page: Page) -> None:
    """Nothing is wider than the window, and axe finds nothing; a picture of it for whoever wants to look."""
    assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert await violations(page) == []


async def _fits_both(page: Page, looked: str) -> None:
    for size in (WIDE, PHONE):
        await page.set_viewport_size({"width": size["width"], "height": size["height"]})
        if folder := os.environ.get("EVENLODE_PICTURES"):
            await page.screenshot(path=Path(folder) / f"{looked}-{size['width']}.png", full_page=True)
        await _fits(page)


async def test_a_package_is_previewed_struck_out_made_and_downloaded(
    consoles: Consoles, tmp_path: Path
) -> None:
    facts: dict[str, Any] = {
        **ASB,
        "description": SAID,
        "location": {"town": "Witney", "description": "Old Mill"},
    }
    reference = await consoles.desk.reported(facts)
    page = await _page(consoles, await consoles.desk.person(asb_team="coordinator"))
    await page.goto(f"{consoles.site.url}/desk/reports/{reference}")
    await page.get_by_role("link", name="Prepare a hand-over").click()
    await page.get_by_label("For whom").select_option("tvp")
    await page.get_by_role("button", name="Show what they would be given").click()
    await expect(page.locator("del.ec-gone")).to_have_count(3)
    await page.get_by_label("Words to take out as well").fill("Old Mill")
    await page.get_by_role("button", name="Take out and show again").click()
    await expect(page.locator("del.ec-gone")).to_have_count(4)
    await _fits_both(page, "package")

    await page.get_by_role("button", name="Make the package").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Say why")
    await page.get_by_label("Why they are given it").fill("They asked for it")
    await page.get_by_role("button", name="Make the package").click()
    await expect(page.get_by_role("heading", name=f"Hand-over of {reference}")).to_be_visible()
    await _fits_both(page, "package-made")
    async with page.expect_download() as begun:
        await page.get_by_role("button", name="Download the PDF").click()
    await (await begun.value).save_as(tmp_path / "package.pdf")
    if folder := os.environ.get("EVENLODE_PICTURES"):
        (Path(folder) / "package.pdf").write_bytes((tmp_path / "package.pdf").read_bytes())
    kept = await consoles.site.database.fetchval("SELECT content FROM disclosure_file")
    assert (tmp_path / "package.pdf").read_bytes() == kept
    await page.locator("#main").get_by_role("link", name=reference).click()
    await expect(page.locator(".ec-timeline")).to_contain_text("handed it over to Thames Valley Police")
    await _fits_both(page, "report")
    await page.context.close()


async def test_an_auditor_reads_the_record_and_verifies_it(consoles: Consoles) -> None:
    reference = await consoles.desk.reported(ASB)
    coordinator = await _page(consoles, await consoles.desk.person(asb_team="coordinator"))
    await coordinator.goto(f"{consoles.site.url}/desk/reports/{reference}")
    await coordinator.goto(f"{consoles.site.url}/desk/audit")
    await expect(coordinator.get_by_role("heading", name="This did not work")).to_be_visible()
    await coordinator.context.close()

    page = await _page(consoles, await consoles.desk.person(office="auditor"))
    await page.goto(f"{consoles.site.url}/desk")
    await expect(page.get_by_role("heading", name="Record", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Verify from the start").click()
    await expect(page.get_by_role("status")).to_contain_text("Whole.")
    await _fits_both(page, "record-verified")
    await page.get_by_label("Report", exact=True).fill(reference)
    await page.get_by_label("What they did").select_option("Read or searched")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.locator(".ec-record tbody tr")).to_have_count(1)
    await expect(page.locator(".ec-record tbody")).to_contain_text(f"read report {reference}")
    await page.get_by_role("link", name="Show everything").click()
    await expect(page.locator(".ec-record")).to_contain_text("was refused /desk/audit")
    await _fits_both(page, "record")
    await page.context.close()
