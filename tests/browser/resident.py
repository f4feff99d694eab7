"""Going through the resident's form in a browser."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.reports import bodies

INSIDE: Final = """() => {
  const map = document.querySelector("[data-map-view]").getBoundingClientRect();
  const names = [...document.querySelectorAll("[data-map-view] text")].map((one) => one.getBoundingClientRect());
  return names.length > 0 && names.every((one) => one.left >= map.left - 1 && one.right <= map.right + 8);
}"""
"""Whether every name is within the map: north is up and east is right in every language."""


async def onward(page: Page, *steps: str) -> None:
    """Press Continue until each of these questions shows, one after the other."""
    for step in steps:
        section = page.locator(f'[data-step="{step}"]')
        while not await section.is_visible():
            shown = await page.locator("[data-count]").text_content()
            await page.locator("[data-next]").click()
            await expect(page.locator("[data-count]")).not_to_have_text(shown or "")


async def to_the_end(page: Page) -> None:
    """Leave the rest out, check the answers and send."""
    while await page.locator("[data-next]").is_visible():
        await page.locator("[data-next]").click()
    await expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Your reference")).to_be_visible()


async def begun(page: Page, site: Site, about: str = "Hare coursing or poaching") -> None:
    await page.goto(f"{site.url}/rural")
    await page.get_by_label(about).check()


async def sent_report(site: Site) -> dict[str, Any]:
    return (await bodies(site))[-1]


async def choose(page: Page, folder: Path, *photos: bytes) -> None:
    """Choose photos as somebody does from the album of the phone."""
    paths = []
    for number, content in enumerate(photos):
        path = folder / f"photo-{number}.jpg"
        path.write_bytes(content)
        paths.append(path)
    await page.locator("#photos").set_input_files(paths)


async def stored(site: Site) -> list[bytes]:
    """The photos of the newest report, as they are kept."""
    newest: UUID = await site.database.fetchval("SELECT id FROM report ORDER BY ctid DESC LIMIT 1")
    rows = await site.database.fetch("SELECT content FROM report_file WHERE report_id = $1", newest)
    return [row["content"] for row in rows]
