"""Promise 10, for everybody: axe finds nothing on any page or step, in a language of each direction, at two sizes."""

import os
from typing import Final

import pytest
from playwright.async_api import Browser

from service.web.languages import LANGUAGES as SPOKEN
from service.web.languages import prefix
from service.web.public.questions import Form
from tests.browser.accessible import violations
from tests.browser.conftest import DESK, PHONE, Site, opened
from tests.browser.walking import PLAIN_PAGES, each_step, fill_and_send, forms

SIZES: Final = {"phone": PHONE, "desk": DESK}
ALL: Final = os.environ.get("EVERY_LANGUAGE") == "1"
"""Whether every language is looked at in every size (`make accessibility`), or as many as `make test` has time for."""
LANGUAGES: Final = tuple(language.code for language in SPOKEN) if ALL else ("en", "ur")

WAYS: Final = [
    (language, size) for language in LANGUAGES for size in SIZES if ALL or language == "en" or size == "phone"
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_no_page_keeps_anybody_out(browser: Browser, site: Site, language: str, size: str) -> None:
    context = await opened(browser, size=SIZES[size])
    page = await context.new_page()
    found = []
    for path in PLAIN_PAGES:
        await page.goto(site.url + prefix(language) + path)
        found += await violations(page)
    await context.close()

    assert not found


@pytest.mark.parametrize(("language", "size"), WAYS)
@pytest.mark.parametrize("form", forms(), ids=lambda form: form.door.strip("/"))
async def test_no_step_of_a_form_keeps_anybody_out(
    browser: Browser, site: Site, form: Form, language: str, size: str
) -> None:
    context = await opened(browser, size=SIZES[size])
    page = await context.new_page()
    address = site.url + prefix(language) + form.door
    found = []
    await page.goto(address)
    async for step in each_step(page, form):
        found += [f"step {step}: {one}" for one in await violations(page)]
    await page.goto(address)
    await fill_and_send(page, form)
    found += [f"sent: {one}" for one in await violations(page)]
    await context.close()

    assert not found


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.door.strip("/"))
async def test_the_faults_of_a_form_keep_nobody_out(browser: Browser, site: Site, form: Form) -> None:
    """Sent empty, without a script, so that the page with its faults comes from the server."""
    context = await opened(browser, script=False)
    page = await context.new_page()
    await page.goto(site.url + form.door)
    await page.locator('#report button[name="_do"]').last.click()
    summary = page.locator(".govuk-error-summary")
    await summary.wait_for()
    shown = await page.content()
    await context.close()
    context = await opened(browser)
    page = await context.new_page()
    await page.goto(site.url + "/no/such/page")
    await page.evaluate("(html) => { document.documentElement.innerHTML = html }", shown)
    found = await violations(page)
    await context.close()

    assert not found


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.door.strip("/"))
async def test_nothing_is_wider_than_the_smallest_screen(browser: Browser, site: Site, form: Form) -> None:
    """320 pixels are a phone's screen, and a desk's at four times the size (WCAG 2.2, 1.4.10)."""
    context = await opened(browser, size={"width": 320, "height": 640})
    page = await context.new_page()
    for path in (*PLAIN_PAGES, form.door):
        for code in LANGUAGES:
            await page.goto(site.url + prefix(code) + path)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, (path, code, wide)
    await context.close()
