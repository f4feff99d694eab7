"""Coordinators at open consoles in real browsers, signed in as the database knows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import msgspec
from playwright.async_api import Browser, BrowserContext, Page, expect

from service.access.actor import Actor, TeamRole
from service.db.pool import prepare_connection
from service.keys import load_key_ring
from service.policy.model import Policy
from tests.browser.conftest import DESK, Site, opened
from tests.builders import report
from tests.conftest import Urls
from tests.triage.desk import KNIFE, TriageDesk, a_desk
from tests.web import send

LIVE: Final = "[data-state=live]"
COLUMN: Final = "#list tbody th a"
"""The references of the queue, in its order."""


class Consoles:
    """The served console, its people, and reports that come in over the API."""

    def __init__(self, site: Site, desk: TriageDesk, http: httpx.AsyncClient, browser: Browser) -> None:
        self.site = site
        self.desk = desk
        self._http = http
        self._browser = browser

    async def arrives(self, facts: dict[str, Any] | None = None, **answers: Any) -> str:
        """Send a report as somebody outside does; a P1 unless told otherwise. Returns its reference."""
        body = report(**{"kind": "rural_resident", **(facts or KNIFE), **answers})
        answer = await send(self._http, msgspec.to_builtins(body))
        assert answer.status_code == 201, answer.text
        reference: str = answer.json()["reference"]
        return reference

    async def context(self, actor: Actor, *, url: str = "", **how: Any) -> BrowserContext:
        """A browser in which somebody is signed in."""
        context = await opened(self._browser, **{"size": DESK, "worker": False, **how})
        token = actor.token.reveal()
        await context.add_cookies([{"name": "evenlode", "value": token, "url": url or self.site.url}])
        return context

    @asynccontextmanager
    async def console(
        self, query: str = "", *, actor: Actor | None = None, url: str = "", **teams: TeamRole
    ) -> AsyncIterator[Page]:
        """The queue of somebody of these teams, open and live."""
        who = actor or await self.desk.person(**teams)
        context = await self.context(who, url=url)
        try:
            page = await context.new_page()
            await page.goto(f"{url or self.site.url}/desk{query}")
            await expect(page.locator(LIVE)).to_have_count(1)
            yield page
        finally:
            await context.close()


def row(page: Page, reference: str) -> str:
    return f'#list tr[id="{reference}"]'


@asynccontextmanager
async def consoles_at(
    site: Site, policy: Policy, services: Urls, browser: Browser
) -> AsyncIterator[Consoles]:
    """The consoles of a served application."""
    await prepare_connection(site.database)
    name = await site.database.fetchval("SELECT current_database()")
    url = services.database.replace("/evenlode?", f"/{name}?")
    ring = load_key_ring(site.log.parent / "state" / "keys.json")
    async with (
        a_desk(url, site.database, policy, ring) as desk,
        httpx.AsyncClient(base_url=site.url, timeout=60) as http,
    ):
        yield Consoles(site, desk, http, browser)
