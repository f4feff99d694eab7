"""What the browser's reports left in the database, and what the browser keeps."""

import asyncio
from typing import Any, Final

import msgspec
from playwright.async_api import Page

from tests.browser.conftest import PATIENCE_MS, Site

NOTHING_KEPT: Final = "async () => !(await indexedDB.databases()).length"
"""Whether this site keeps nothing any more, in the browser's words."""

KEPT: Final = """async () => {
  const kept = { databases: (await indexedDB.databases()).map((one) => one.name), rows: {}, text: "" };
  for (const name of kept.databases) {
    const db = await new Promise((done, failed) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = failed;
    });
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = db.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
      kept.rows[store] = rows.length;
      for (const row of rows) {
        kept.text += row.bytes ? new TextDecoder("latin1").decode(row.bytes) : String(row.extractable);
      }
    }
    db.close();
  }
  return kept;
}"""


async def bodies(site: Site) -> list[dict[str, Any]]:
    """Every report, the oldest first: by its place in the table, since an anonymous id knows only the minute."""
    rows = await site.database.fetch("SELECT body FROM report ORDER BY ctid")
    return [msgspec.json.decode(row["body"]) for row in rows]


async def kept(page: Page) -> dict[str, Any]:
    """The databases of this site in the browser: how many rows in each store, and their bytes as text."""
    found: dict[str, Any] = await page.evaluate(KEPT)
    return found


async def until(page: Page, condition: str) -> None:
    """Wait for something that only a promise tells: Playwright's own waiting takes the promise for a yes."""
    async with asyncio.timeout(3 * PATIENCE_MS / 1000):
        while not await page.evaluate(condition):  # noqa: ASYNC110 - the browser tells of no change by itself
            await asyncio.sleep(0.05)
