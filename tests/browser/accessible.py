"""What axe-core finds wrong with a page."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

AXE: Final = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()


async def violations(page: Page) -> list[str]:
    """What axe finds wrong. It is given by evaluation, since the page's own policy lets no other script in."""
    await page.evaluate(AXE)
    found: list[dict[str, Any]] = (await page.evaluate("axe.run(document, {resultTypes: ['violations']})"))[
        "violations"
    ]
    return [f"{page.url} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
