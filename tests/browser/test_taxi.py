"""The taxi driver's form: by taps, by keyboard, without a script; and a moment marked before it."""

from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site, opened
from tests.browser.reports import NOTHING_KEPT, bodies, kept, until

WITNEY: Final = {"latitude": 51.7855, "longitude": -1.4852, "accuracy": 12.0}
COUNT: Final = """() => {
  window.taps = 0;
  window.keys = 0;
  addEventListener("pointerdown", () => { window.taps += 1; }, true);
  addEventListener("keydown", () => { window.keys += 1; }, true);
}"""


async def test_the_commonest_report_takes_few_taps_and_no_typing(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/taxi")
    await phone.evaluate(COUNT)
    await phone.get_by_label("A child or young person with an adult who worried me").click()
    await phone.get_by_label("13 to 15").click()
    await phone.get_by_label("On the journey I have just done").click()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_text("Your reference")).to_be_visible()

    assert await phone.evaluate("[window.taps, window.keys]") == [4, 0]
    report = (await bodies(site))[-1]
    assert (report["concern"], report["child"], report["happening"]) == ("cse", "yes", "last_24h")
    assert report["passengers"] == {"ages": [14], "child_with_unrelated_adult": "maybe"}
    assert report["occurred_precision"] == "about"


@pytest.mark.parametrize("language", ["", "/ur"])
async def test_without_a_script_the_form_is_sent_as_a_page(
    plain_phone: Page, site: Site, language: str
) -> None:
    await plain_phone.goto(f"{site.url}{language}/taxi")
    await plain_phone.locator("input[name=ask_what][value=weapon]").check()
    await plain_phone.locator("input[name=weapon_kind][value=blade]").check()
    await plain_phone.locator("input[name=happening][value=now]").check()
    await plain_phone.locator("button[name=_do][value=send]").click()
    await expect(plain_phone.locator(".govuk-panel")).to_be_visible()

    report = (await bodies(site))[-1]
    assert (report["concern"], report["weapon"], report["weapon_kind"]) == ("weapons", "seen", "blade")


async def test_the_enter_key_in_a_field_changes_no_language_and_sends_nothing(
    phone: Page, plain_phone: Page, site: Site
) -> None:
    before = len(await bodies(site))
    for page in (phone, plain_phone):
        await page.goto(f"{site.url}/taxi")
        await page.locator("input[name=ask_what][value=other]").check()
        await page.locator("input[name='location.description']").press("Enter")
        await page.wait_for_load_state()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(plain_phone.get_by_role("heading", name="Check your answers")).to_be_visible()
    assert len(await bodies(site)) == before


async def test_the_keyboard_alone_sends_a_report(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/taxi")

    async def tab_to(selector: str) -> None:
        for _ in range(60):
            await phone.keyboard.press("Tab")
            if await phone.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"the Tab key does not reach {selector}")

    await tab_to("input[value=child_alone]")
    await phone.keyboard.press("Space")
    await tab_to("input[name=happening]")
    await phone.keyboard.press("Space")
    await phone.keyboard.press("ArrowDown")
    await tab_to("button[value=send]:not([hidden])")
    await phone.keyboard.press("Enter")
    await expect(phone.get_by_text("Your reference")).to_be_visible()

    assert await phone.evaluate("document.getElementById('main').contains(document.activeElement)")
    report = (await bodies(site))[-1]
    assert (report["concern"], report["happening"]) == ("cce", "last_24h")


async def test_questions_come_by_need_and_what_was_not_asked_is_not_sent(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/taxi")
    age = phone.get_by_label("13 to 15")
    await expect(age).to_be_hidden()
    await phone.locator("input[value=child_alone]").check()
    await age.check()
    await phone.locator("input[value=child_alone]").uncheck()
    await expect(age).to_be_hidden()
    await phone.locator("input[value=load]").check()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_text("Your reference")).to_be_visible()

    report = (await bodies(site))[-1]
    assert report["concern"] == "suspicious_rural"
    assert "passengers" not in report


async def test_nothing_told_is_said_at_the_question_and_not_sent(phone: Page, site: Site) -> None:
    before = len(await bodies(site))
    await phone.goto(f"{site.url}/taxi")
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_role("alert")).to_have_text(
        "Tell us what happened, in a few words or by choosing an answer."
    )
    assert await phone.evaluate("document.activeElement.name") == "ask_what"
    assert len(await bodies(site)) == before


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_marked_moment_is_finished_later(browser: Browser, site: Site, allowed: bool) -> None:
    context = await opened(browser)
    if allowed:
        await context.grant_permissions(["geolocation"])
        await context.set_geolocation(WITNEY)
    page = await context.new_page()
    await page.goto(f"{site.url}/taxi/mark")
    await page.get_by_role("button").click()
    await expect(page.get_by_role("status")).to_contain_text("Marked")
    if allowed:
        await page.locator("[data-placed]").wait_for()

    driving = await page.evaluate("document.querySelectorAll('a, input, textarea, select, button').length")
    assert driving == 1
    box = await page.get_by_role("button").bounding_box()
    assert box is not None
    assert box["width"] * box["height"] > PHONE["width"] * PHONE["height"] / 2

    await page.goto(f"{site.url}/taxi")
    await page.get_by_role("button", name="Use it").click()
    await page.locator("input[value=child_alone]").check()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Your reference")).to_be_visible()

    marked = (await bodies(site))[-1]["marked"]
    assert marked.keys() == ({"at", "latitude", "longitude"} if allowed else {"at"})
    await until(page, NOTHING_KEPT)
    assert (await kept(page))["databases"] == []
    await context.close()


async def test_the_place_is_the_phones_when_asked_for(browser: Browser, site: Site) -> None:
    context = await opened(browser)
    await context.grant_permissions(["geolocation"])
    await context.set_geolocation(WITNEY)
    page = await context.new_page()
    await page.goto(f"{site.url}/taxi")
    await page.locator("input[value=violence]").check()
    await page.get_by_role("button", name="Use where I am now").click()
    await expect(page.get_by_text("good to about 12 metres")).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Your reference")).to_be_visible()

    assert (await bodies(site))[-1]["location"] == {
        "latitude": 51.7855,
        "longitude": -1.4852,
        "accuracy_m": 12.0,
    }
    await context.close()


async def test_a_code_that_nobody_knows_leads_to_the_form_and_leaves_the_address(
    phone: Page, site: Site
) -> None:
    await phone.goto(f"{site.url}/t/ZZZZZZ")
    await expect(phone.get_by_text("We do not know this code. You can still report.")).to_be_visible()
    await expect(phone).to_have_url(f"{site.url}/taxi")
    await phone.get_by_label("I'm not sure").first.check()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.locator(".govuk-panel")).to_be_visible()
    await expect(phone).to_have_url(f"{site.url}/")
    assert await phone.title() == "Evenlode"
