"""Leaving at once: where it leads, and what it leaves behind."""

import asyncio
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

import pytest
from playwright.async_api import Browser, Page, Request

from service.web.public.leave import LEAVE_TO
from tests.browser.conftest import PATIENCE_MS, Site, opened, stand_in
from tests.browser.reports import until

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
SECRET: Final = "the boy with the green rucksack"
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


STORED: Final = """async () => {
  const kept = { local: {...localStorage}, session: {...sessionStorage}, state: history.state, pages: {} };
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys())
      kept.pages[new URL(request.url).pathname] = await (await cache.match(request)).text();
  }
  kept.databases = (await indexedDB.databases()).map((one) => one.name);
  return kept;
}"""
NOT_KEPT: Final = ("/follow-up", "/venue/clocks", "/privacy", "/accessibility", "/t/", "/v1/")


async def test_a_whole_report_leaves_the_forms_on_the_phone_and_nothing_of_itself(
    browser: Browser, site: Site
) -> None:
    """Every page of an anonymous reporter, from a poster to the receipt: what is kept, remembered, sent and logged."""
    context = await opened(browser)
    page = await context.new_page()
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    context.on("request", note)
    for path in ("/", "/venue", "/privacy", "/accessibility", "/venue/clocks", "/t/ZZZZZZ"):
        await page.goto(site.url + path)
        await page.wait_for_selector("body.js-enabled")
    await page.locator("input[value=child_alone]").check()
    await page.locator("textarea[name=description]").fill(SECRET)
    await page.get_by_role("button", name="Send", exact=True).click()
    receipt = "".join((await page.locator("[data-receipt]").inner_text()).split())
    reference = (await page.locator(".govuk-panel strong").first.inner_text()).strip()
    await page.goto(f"{site.url}/follow-up")
    await page.get_by_label("Your receipt").fill(receipt)
    await page.get_by_role("button", name="Show my report").click()
    await page.locator("#text").fill(f"{SECRET} again")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_text("We have what you added.").wait_for()
    await until(page, "async () => !!(await caches.match('/kept-pages'))")
    own = [SECRET, reference, receipt, receipt.replace("-", "")]

    def tells(text: str) -> list[str]:
        return [one for one in own if one.lower() in text.lower()]

    stored = await page.evaluate(STORED)
    pages = stored.pop("pages")
    assert stored == {"local": {}, "session": {}, "state": None, "databases": []}
    assert await context.cookies() == []
    assert not [path for path in pages if path.startswith(NOT_KEPT)]
    assert not tells("".join([*pages, *pages.values()]))

    devtools = await context.new_cdp_session(page)
    history = (await devtools.send("Page.getNavigationHistory"))["entries"]
    assert {one["title"] for one in history if one["url"].startswith(site.url)} == {"Evenlode"}
    assert not [one["url"] for one in history if "/t/" in one["url"] or tells(one["url"])]

    for request in sent:
        headers = await request.all_headers()
        assert request.url.startswith(site.url)
        assert not tells(request.url)
        assert "cookie" not in headers
        assert not headers.get("referer")
    assert {urlsplit(one.url).path for one in sent if tells(unquote_plus(one.post_data or ""))} == {
        "/taxi",
        "/follow-up",
    }

    log = site.log.read_text()
    assert "web.ready" in log
    assert not tells(log)
    assert not [one for one in ("Chrom", "ZZZZZZ", "/taxi", "follow-up") if one in log]
    await context.close()
