"""Leaving at once: where it leads, and what it leaves behind."""

import asyncio
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page

from service.web.public.leave import LEAVE_TO
from tests.browser.conftest import PATIENCE_MS, Site, opened, stand_in

# What other parts of the pages, or an earlier version of them, may have put onto the device.
KEEP: Final = """async () => {
  localStorage.setItem("draft", "words");
  sessionStorage.setItem("step", "3");
  await (await caches.open("pages")).put("/care", new Response("words"));
  await new Promise((done, failed) => {
    const asked = indexedDB.open("reports", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("drafts").put("words", 1);
    asked.onsuccess = () => { asked.result.close(); done(); };
    asked.onerror = failed;
  });
}"""
KEPT: Final = """async () => ({
  local: {...localStorage},
  session: {...sessionStorage},
  caches: await caches.keys(),
  databases: (await indexedDB.databases()).map((one) => one.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING: Final[dict[str, Any]] = {"local": {}, "session": {}, "caches": [], "databases": [], "workers": 0}


async def typed(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/care")
    await page.locator('textarea[name="description"]').evaluate(
        "(field) => { field.value = 'my secret words' }"
    )


async def press(page: Page, how: str) -> None:
    if how == "button":
        await page.get_by_role("button", name="Exit this page").click()
        return
    for _ in range(3):
        await page.keyboard.press("Shift")


@pytest.mark.parametrize("how", ["button", "keyboard"])
async def test_leaving_wipes_the_device_and_back_leads_before_the_site(
    phone: Page, site: Site, how: str
) -> None:
    await phone.goto("about:blank#before")
    await phone.goto(f"{site.url}/")
    await phone.get_by_role("link", name="Care worker").click()
    await phone.wait_for_url("**/care")
    await typed(phone, site)
    await phone.evaluate(KEEP)

    await press(phone, how)
    await phone.wait_for_url(f"{LEAVE_TO}**")

    await phone.go_back()
    assert phone.url == "about:blank#before"
    looking = await phone.context.new_page()
    await looking.goto(f"{site.url}/.well-known/security.txt")
    assert await looking.evaluate(KEPT) == NOTHING
    assert await phone.context.cookies() == []


async def test_the_back_button_never_leads_to_a_page_that_tells(phone: Page, site: Site) -> None:
    """Also after the language was changed, which is a page that the browser itself sent for."""
    await phone.goto("about:blank#before")
    await phone.goto(f"{site.url}/care")
    await phone.get_by_role("button", name="Polski").click()
    await phone.wait_for_url("**/pl/care")
    await phone.locator(".govuk-js-exit-this-page-button").click()
    await phone.wait_for_url(f"{LEAVE_TO}**")

    # What the server answers there has a test of its own (tests/web_pages/test_every_page.py).
    await phone.context.route(f"{site.url}/leave?back", stand_in)
    seen = []
    while phone.url != "about:blank#before":
        await phone.go_back()
        seen.append(phone.url)
        assert len(seen) < 5, seen
    assert seen == [f"{site.url}/leave?back", "about:blank#before"]


async def test_the_words_are_gone_before_the_next_page_is_there(phone: Page, site: Site) -> None:
    await typed(phone, site)
    emptied: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(shown: str) -> None:
        emptied.set_result(shown)

    await phone.expose_function("emptied", note)
    await phone.evaluate(
        """() => new MutationObserver((_, watching) => {
          if (document.body.childElementCount) return;
          watching.disconnect();
          emptied(document.title + document.body.textContent);
        }).observe(document.body, {childList: true})"""
    )
    await press(phone, "keyboard")

    assert await asyncio.wait_for(emptied, PATIENCE_MS / 1000) == ""


async def test_without_a_script_the_way_out_is_a_link(plain_phone: Page, site: Site) -> None:
    await plain_phone.goto(f"{site.url}/ur/care")
    await plain_phone.locator(".govuk-js-exit-this-page-button").click()

    await plain_phone.wait_for_url(f"{LEAVE_TO}**")


async def test_leaving_works_without_a_network(phone: Page, site: Site) -> None:
    await typed(phone, site)
    await phone.evaluate(KEEP)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    await phone.context.set_offline(True)
    await phone.get_by_role("button", name="Exit this page").click()
    await phone.wait_for_url(lambda url: "/care" not in url)

    assert any(url.startswith(LEAVE_TO) for url in asked)
    await phone.context.set_offline(False)
    looking = await phone.context.new_page()
    await looking.goto(f"{site.url}/.well-known/security.txt")
    assert await looking.evaluate(KEPT) == NOTHING


@pytest.mark.parametrize("path", ["/", "/care", "/taxi", "/privacy", "/follow-up", "/no/such/page"])
async def test_the_way_out_stays_in_sight_and_covers_nothing_that_has_the_focus(
    browser: Browser, site: Site, path: str
) -> None:
    context = await opened(browser)
    page = await context.new_page()
    await page.goto(site.url + path)
    out = page.locator(".govuk-js-exit-this-page-button")
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = await out.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["height"] >= 44
    assert box["y"] + box["height"] < 120

    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        covered = await page.evaluate(
            """() => {
              const out = document.querySelector(".govuk-exit-this-page"), has = document.activeElement;
              if (!has || has === document.body || out.contains(has)) return false;
              return has.getBoundingClientRect().bottom <= out.getBoundingClientRect().bottom;
            }"""
        )
        assert not covered
    await context.close()
