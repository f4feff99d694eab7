"""The care worker's way in a browser: with and without a script, by keyboard alone, right to left."""

from typing import Any, Final

import msgspec
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Site

_SENT: Final = ".govuk-panel"
_MOST_STEPS: Final = 30


def next_of(page: Page) -> Locator:
    return page.locator("[data-next]:visible")


async def stored(site: Site, reference: str) -> dict[str, Any]:
    """What was kept of the report with this reference."""
    body = await site.database.fetchval(
        "SELECT report.body FROM report JOIN report_handle ON report.id = report_id WHERE reference = $1",
        reference,
    )
    kept: dict[str, Any] = msgspec.json.decode(body) if isinstance(body, str | bytes) else body
    return kept


async def reference_on(page: Page) -> str:
    await page.locator(_SENT).wait_for()
    return await page.locator(f"{_SENT} strong").inner_text()


@pytest.mark.parametrize("language", ["", "/ur"])
async def test_one_thing_at_a_time_from_the_door_to_the_receipt(
    phone: Page, site: Site, language: str
) -> None:
    await phone.goto(f"{site.url}{language}/care")
    await phone.locator('[name="on_behalf_of"][value="myself"]').check()
    assert await phone.locator("[data-step]:visible").count() == 1
    asked = []
    while await next_of(phone).count():
        step = phone.locator("[data-step]:visible")
        asked.append(await step.get_attribute("data-step"))
        if asked[-1] == "what":
            await phone.locator('[value="papers"]').check()
            await phone.locator('[value="touched"]').check()
        await next_of(phone).click()
        assert len(asked) < _MOST_STEPS
    await expect(phone.locator("[data-check]")).to_be_visible()
    await phone.locator('button[name="_do"]:visible').last.click()

    kept = await stored(site, await reference_on(phone))
    # Money and contact were not asked for: nothing that leads to them was chosen.
    assert not {"money", "contact"} & set(asked)
    assert asked.index("promise") < asked.index("who")
    assert kept["papers_held"] == "yes"
    assert kept["concern"] == "sexual_assault"
    assert kept["on_behalf_of"] == "myself"
    await expect(phone.locator('.ev-helplines a[href="tel:08085002222"]')).to_be_visible()
    await expect(phone.locator('.ev-helplines a[href="tel:08000121700"]')).to_be_visible()


async def test_how_to_be_reached_is_asked_of_those_alone_who_say_who_they_are(
    phone: Page, site: Site
) -> None:
    await phone.goto(f"{site.url}/care")
    steps = phone.locator("[data-step='contact']")
    while not await phone.locator("[data-step='who']").is_visible():
        if await phone.locator('[value="papers"]').is_visible():
            await phone.locator('[value="papers"]').check()
        await next_of(phone).click()
    await expect(phone.get_by_text("can still show who you are")).to_be_visible()
    await phone.locator('[value="confidential"]').check()
    await next_of(phone).click()

    await expect(steps).to_be_visible()
    await expect(steps.get_by_text("Is it safe to contact you on this number?")).to_be_visible()


async def test_the_keyboard_alone_is_enough(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    for _ in range(_MOST_STEPS * 12):
        if await phone.locator(_SENT).count():
            break
        on: dict[str, Any] = await phone.evaluate(
            """() => {
              const has = document.activeElement;
              return {
                value: has.value ?? "", ticked: Boolean(has.checked), next: "next" in has.dataset,
                send: has.name === "_do" && !has.hidden && has.closest("form") !== null && has.offsetParent !== null,
              };
            }"""
        )
        if on["value"] == "papers" and not on["ticked"]:
            await phone.keyboard.press("Space")
        if on["next"] or on["send"]:
            await phone.keyboard.press("Enter")
            await expect(phone.locator("[data-sending]")).to_have_count(0)
        await phone.keyboard.press("Tab")

    assert (await stored(site, await reference_on(phone)))["papers_held"] == "yes"


async def test_without_a_script_the_page_is_longer_and_checked_on_another(
    plain_phone: Page, site: Site
) -> None:
    page = plain_phone
    await page.goto(f"{site.url}/care")
    await page.get_by_label("Locked in").check()
    await page.get_by_label("What else should we know?").fill("I cannot go out")
    await page.locator('#report button[value="check"]:visible').click()
    await expect(page.get_by_role("heading", name="Check your answers before you send")).to_be_visible()
    await expect(page.get_by_text("I cannot go out")).to_be_visible()
    await page.locator('#report button[value="send"]').click()

    kept = await stored(site, await reference_on(page))
    assert kept["locked_in"] == "yes"
    assert kept["anonymity"] == "anonymous"
    assert await page.context.cookies() == []


async def test_the_language_changes_without_losing_what_was_typed(plain_phone: Page, site: Site) -> None:
    page = plain_phone
    await page.goto(f"{site.url}/care")
    await page.locator('[value="visa"]').check()
    await page.locator('[name="description"]').fill("my words")
    await page.get_by_role("button", name="اردو").click()

    await page.wait_for_url("**/ur/care")
    assert await page.locator("html").get_attribute("dir") == "rtl"
    assert await page.locator('[value="visa"]').is_checked()
    assert await page.locator('[name="description"]').input_value() == "my words"


async def test_the_receipt_can_be_copied_and_kept_as_a_picture(phone: Page, site: Site) -> None:
    await phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await phone.goto(f"{site.url}/taxi")
    await phone.locator('[name="ask_what"]').first.check()
    await phone.locator('button[name="_do"]:visible').last.click()
    receipt = await phone.locator("[data-receipt]").get_attribute("data-receipt")

    await phone.locator("[data-copy]").click()
    await expect(phone.locator("[data-said]")).to_have_text("Copied")
    assert await phone.evaluate("navigator.clipboard.readText()") == receipt
    async with phone.expect_download() as waiting:
        await phone.locator("[data-picture]").click()
    picture = await waiting.value
    # The name, too, must not tell.
    assert picture.suggested_filename == "note.png"
    content = (await picture.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
