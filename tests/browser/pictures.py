"""Take a picture of every page and every step, on a phone and on a desk, to be looked at.

    python -m tests.browser.pictures ADDRESS FOLDER [LANGUAGE ...]

ADDRESS is where the application is served, such as http://127.0.0.1:8000 after `make run`.
"""

import asyncio
import sys
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

from service.web.languages import prefix
from tests.browser.conftest import ARGS, DESK, PHONE, chromium, opened
from tests.browser.walking import PLAIN_PAGES, each_step, fill_and_send, forms

_SIZES: Final = {"phone": PHONE, "desk": DESK}


async def take(address: str, folder: Path, languages: list[str]) -> None:
    """Save the pictures as FOLDER/LANGUAGE-SIZE-PAGE.png."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        for code in languages:
            for size in _SIZES:
                await _take_all(browser, address + prefix(code), folder / f"{code}-{size}")
        await browser.close()


async def _take_all(browser: Browser, address: str, to: Path) -> None:
    context = await opened(browser, size=_SIZES[to.name.rpartition("-")[2]])
    page = await context.new_page()
    for path in PLAIN_PAGES:
        await page.goto(address + path)
        await _save(page, to, path.strip("/").replace("/", "-") or "start")
    for form in forms():
        name = form.door.strip("/").replace("/", "-")
        await page.goto(address + form.door)
        async for step in each_step(page, form):
            await _save(page, to, f"{name}-{step}")
        await page.goto(address + form.door)
        await fill_and_send(page, form)
        await _save(page, to, f"{name}-zz-sent")
    await context.close()


async def _save(page: Page, to: Path, name: str) -> None:
    await page.screenshot(path=f"{to}-{name}.png", full_page=True)


if __name__ == "__main__":
    asyncio.run(take(sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or ["en", "ur"]))
