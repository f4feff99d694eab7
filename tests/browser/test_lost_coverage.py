"""A phone that loses coverage while it sends: exactly one report each, whatever the moment."""

import asyncio
import os
import random
from typing import Final
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Site, opened
from tests.browser.coverage import Line, Moment, line_to
from tests.browser.reports import NOTHING_KEPT, bodies, kept, until

RUNS: Final = int(os.environ.get("COVERAGE_RUNS", "3"))
MOMENTS: Final[tuple[Moment, ...]] = ("before", "within", "after", "never")
SEED: Final = os.environ.get("COVERAGE_SEED") or uuid4().hex[:8]


async def outlive(line: Line, chance: random.Random, times: int) -> None:
    """Break the line some times, each at its own moment, and let it come back."""
    for _ in range(times):
        line.broke.clear()
        line.breaks = chance.choice(MOMENTS)
        if line.breaks == "never":
            await asyncio.sleep(chance.uniform(0, 0.6))
            line.cut()
        else:
            await line.broke.wait()
        await asyncio.sleep(chance.uniform(0, 1.2))
        line.restore()


async def see_receipt(page: Page) -> None:
    """The receipt comes by itself, or is offered where another page or the service worker has sent it."""
    panel, offered = page.locator(".govuk-panel"), page.get_by_role("button", name="Show the receipt")
    await expect(panel.or_(offered).first).to_be_visible(timeout=90_000)
    if not await panel.count():
        await offered.click()
    await expect(panel).to_be_visible()
    await expect(page.locator("[data-receipt]")).to_be_visible()


@pytest.mark.parametrize("run", range(RUNS))
async def test_coverage_is_lost_while_sending_and_one_report_arrives(
    browser: Browser, site: Site, run: int
) -> None:
    chance = random.Random(f"{SEED}/{run}")
    mark = f"run {run} of {SEED}"
    async with line_to(site.url) as line:
        context = await opened(browser)
        page = await context.new_page()
        await page.goto(f"{line.url}/taxi")
        await page.locator("input[value=child_alone]").check()
        await page.locator("textarea[name=description]").fill(mark)
        breaking = asyncio.create_task(outlive(line, chance, chance.choice((1, 1, 2, 3))))
        await page.get_by_role("button", name="Send", exact=True).click()
        if chance.random() < 0.4:
            gone = page.locator("[data-kept]").or_(page.locator(".govuk-panel")).first
            await expect(gone).to_be_visible(timeout=90_000)
            if await page.locator("[data-kept]").count():
                await page.close()
                breaking.cancel()
                line.restore()
                page = await context.new_page()
                await page.goto(f"{line.url}/")
        await see_receipt(page)
        # Where all was sent between two breaks, the next waits for a form that does not come.
        breaking.cancel()
        line.restore()
        await until(page, NOTHING_KEPT)
        assert (await kept(page))["databases"] == []
        await context.close()

    arrived = [body for body in await bodies(site) if mark in body["description"]]
    assert len(arrived) == 1, (SEED, run)
