"""Without a network: pages that open, reports that wait sealed and go by themselves, what the device keeps."""

from typing import Final

from playwright.async_api import Browser, BrowserContext, Page, Request, Route, expect

from service.web.headers import CONTENT_SECURITY_POLICY
from tests.browser.conftest import Site, opened
from tests.browser.coverage import line_to
from tests.browser.reports import NOTHING_KEPT, bodies, kept, until

SECRET: Final = "the boy with the red rucksack"


async def fill(page: Page, words: str = SECRET) -> None:
    await page.locator("input[value=child_alone]").check()
    await page.locator("input[name=happening][value=now]").check()
    await page.locator("textarea[name=description]").fill(words)


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send", exact=True).click()


async def until_kept_for_offline(page: Page) -> None:
    await until(
        page,
        "async () => !!(await caches.match('/kept-pages')) && !!navigator.serviceWorker.controller",
    )


async def test_a_report_written_without_a_network_goes_when_it_is_back(browser: Browser, site: Site) -> None:
    context = await opened(browser)
    page = await context.new_page()
    await page.goto(f"{site.url}/taxi")
    await fill(page)
    await context.set_offline(True)
    await send(page)
    await expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    assert await page.evaluate("document.activeElement.hasAttribute('data-kept')")

    stored = await kept(page)
    assert stored["rows"]["reports"] == 1
    assert "false" in stored["text"]  # the key cannot be read out
    for told in (SECRET, "child_alone", "/taxi", "rucksack"):
        assert told not in stored["text"]

    before = len(await bodies(site))
    await context.set_offline(False)
    # The page sends it or the service worker, whichever the browser wakes first.
    await expect(page.locator(".govuk-panel")).to_be_visible()
    await expect(page.locator("[data-receipt]")).to_be_visible()

    (report,) = (await bodies(site))[before:]
    assert report["description"] == SECRET
    assert report["occurred_precision"] == "about"
    await until(page, NOTHING_KEPT)
    await context.close()


async def test_repeats_have_the_same_key_and_the_same_bytes(browser: Browser, site: Site) -> None:
    context = await opened(browser, worker=False)
    page = await context.new_page()
    before = len(await bodies(site))
    seen: list[tuple[str, str | None]] = []

    async def lose_the_answer(route: Route, request: Request) -> None:
        if request.method != "POST":
            await route.continue_()
            return
        seen.append((request.headers["idempotency-key"], request.post_data))
        if len(seen) < 3:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/taxi", lose_the_answer)
    await page.goto(f"{site.url}/taxi")
    await fill(page)
    await send(page)
    await expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    await page.get_by_role("button", name="Try to send it now").click()
    await expect(page.locator(".govuk-panel")).to_be_visible()

    assert len(seen) >= 3
    assert len(set(seen)) == 1
    assert len(await bodies(site)) == before + 1
    await context.close()


async def test_the_forms_open_without_a_network_and_no_answer_or_follow_up_is_kept(
    browser: Browser, site: Site
) -> None:
    async with line_to(site.url) as line:
        context = await opened(browser)
        page = await context.new_page()
        await page.goto(f"{line.url}/taxi")
        await until_kept_for_offline(page)
        await page.goto(f"{line.url}/follow-up")
        await page.goto(f"{line.url}/taxi")
        await fill(page)
        await send(page)
        await expect(page.locator(".govuk-panel")).to_be_visible()
        cached = await page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
              return found;
            }"""
        )
        assert "/taxi" in cached
        assert "/care" in cached  # all forms or none: what is kept does not tell what was used
        assert not [path for path in cached if "follow" in path or path.startswith("/v1")]

        line.cut()
        for path in ("/taxi", "/venue", "/taxi/mark", "/t/abcdefgh"):
            answer = await page.goto(line.url + path)
            assert answer is not None
            assert answer.from_service_worker
            # What a page may do is as narrow as when it comes by itself.
            assert (await answer.all_headers())["content-security-policy"] == CONTENT_SECURITY_POLICY
        await page.goto(f"{line.url}/taxi")
        await expect(page.get_by_role("heading", name="Taxi or private hire")).to_be_visible()
        await fill(page, "written where there is none")
        await send(page)
        await expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
        await page.close()

        line.restore()
        page = await context.new_page()
        await page.goto(f"{line.url}/")
        shown = page.locator(".govuk-panel").or_(page.get_by_role("button", name="Show the receipt"))
        await expect(shown.first).to_be_visible(timeout=60_000)
        await context.close()
    arrived = [one for one in await bodies(site) if one["description"] == "written where there is none"]
    assert len(arrived) == 1


async def test_two_pages_send_a_waiting_report_once(browser: Browser, site: Site) -> None:
    context = await opened(browser)
    first = await context.new_page()
    await first.goto(f"{site.url}/taxi")
    second = await context.new_page()
    await second.goto(f"{site.url}/taxi")
    posts: list[str] = []
    context.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    await context.set_offline(True)
    await fill(first, "two pages")
    await send(first)
    await expect(first.get_by_role("heading", name="Not sent yet")).to_be_visible()
    posts.clear()
    await context.set_offline(False)
    await expect(first.locator(".govuk-panel")).to_be_visible()

    assert len([one for one in await bodies(site) if one["description"] == "two pages"]) == 1
    await context.close()


async def test_a_refused_report_comes_back_to_be_mended_and_goes_with_a_new_key(
    phone: Page, site: Site
) -> None:
    keys: list[str] = []
    phone.on(
        "request",
        lambda request: keys.append(request.headers["idempotency-key"]) if request.method == "POST" else None,
    )
    await phone.goto(f"{site.url}/taxi")
    await fill(phone, "refused and mended")
    await phone.locator("textarea[name=description]").evaluate(
        "(field) => { field.value = 'a'.repeat(20001) }"
    )
    await send(phone)
    await expect(phone.locator(".govuk-error-summary")).to_be_focused()
    assert await phone.locator("input[value=child_alone]").is_checked()
    assert (await kept(phone))["rows"]["reports"] == 1

    await phone.goto(f"{site.url}/")
    await phone.get_by_role("button", name="Change it and send it").click()
    await expect(phone.locator("#description-error")).to_be_visible()
    await phone.locator("textarea[name=description]").fill("refused and mended")
    await send(phone)
    await expect(phone.locator(".govuk-panel")).to_be_visible()

    assert len(set(keys)) == 2
    assert len([one for one in await bodies(site) if one["description"] == "refused and mended"]) == 1
    await until(phone, NOTHING_KEPT)


async def test_what_is_half_typed_is_kept_only_when_asked_and_wiped_with_one_press(
    phone: Page, site: Site
) -> None:
    await phone.goto(f"{site.url}/taxi")
    await fill(phone)
    await phone.goto(f"{site.url}/taxi")
    assert (await kept(phone))["databases"] == []
    await fill(phone)
    await phone.get_by_role("button", name="Keep on this phone").click()
    await expect(phone.get_by_text("Your answers are kept on this phone")).to_be_visible()
    assert SECRET not in (await kept(phone))["text"]

    await phone.goto(f"{site.url}/taxi")
    await phone.get_by_role("button", name="Go on with them").click()
    await expect(phone.locator("textarea[name=description]")).to_have_value(SECRET)
    assert await phone.locator("input[value=child_alone]").is_checked()

    await phone.goto(f"{site.url}/taxi")
    await phone.get_by_role("button", name="Wipe everything from this phone").click()
    await expect(phone.get_by_role("heading", name="Everything is wiped")).to_be_visible()
    assert (await kept(phone))["databases"] == []
    assert await phone.evaluate("caches.keys()") == []
    assert await phone.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


async def leave(page: Page) -> None:
    await page.get_by_role("button", name="Exit this page").click()
    await page.wait_for_url("**/weather**")


async def looked_at(context: BrowserContext, site: Site) -> Page:
    page = await context.new_page()
    await page.goto(f"{site.url}/.well-known/security.txt")
    return page


async def test_leaving_keeps_a_report_that_waits_and_nothing_else(browser: Browser, site: Site) -> None:
    context = await opened(browser, worker=False)
    page = await context.new_page()
    await page.goto(f"{site.url}/taxi")
    await fill(page)
    await leave(page)
    assert (await kept(await looked_at(context, site)))["databases"] == []

    await page.goto(f"{site.url}/taxi")
    await fill(page, "left before it was sent")
    await page.route(
        "**/taxi", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    await send(page)
    await expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    await leave(page)
    assert (await kept(await looked_at(context, site)))["rows"]["reports"] == 1
    await page.unroute("**/taxi")
    await page.goto(f"{site.url}/")
    shown = page.locator(".govuk-panel").or_(page.get_by_role("button", name="Show the receipt"))
    await expect(shown.first).to_be_visible()
    await context.close()


async def test_on_the_care_workers_pages_not_even_the_pages_are_kept(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    await phone.locator("[data-next]").click()
    assert await phone.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert (await kept(phone))["databases"] == []
