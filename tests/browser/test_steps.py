"""One step at a time: going on and back, what is asked by need, the answers checked, all with the keyboard too."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.reports import bodies


async def go_on(page: Page, times: int = 1) -> None:
    for _ in range(times):
        await page.get_by_role("button", name="Continue").click()


async def to_the_check(page: Page) -> None:
    while await page.locator("[data-next]:visible").count():
        await go_on(page)


async def question(page: Page) -> str:
    """What has the focus after a step, as a screen reader would read it."""
    return str(await page.evaluate("document.activeElement.textContent.trim()"))


async def test_each_step_is_read_out_and_can_be_gone_back_to(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    await expect(phone.locator("[data-step]:visible")).to_have_count(1)
    await expect(phone.get_by_role("button", name="Back")).to_be_hidden()
    await expect(phone.locator("[data-count]")).to_have_attribute("aria-live", "polite")
    await phone.get_by_label("Me", exact=True).check()
    await go_on(phone)
    assert await question(phone) == "Is somebody in danger now?"
    await expect(phone.locator("[data-count]")).to_contain_text("Step 2 of")
    await phone.get_by_role("button", name="Back").click()
    assert await question(phone) == "Who is this about?"
    await expect(phone.get_by_label("Me", exact=True)).to_be_checked()


async def test_a_question_is_asked_only_where_its_answer_calls_for_it(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    await go_on(phone, 2)
    fee = phone.locator("input[name=ask_what][value=fee]")
    without = int((await phone.locator("[data-count]").inner_text()).rpartition(" ")[2])
    await fee.check()
    await expect(phone.locator("[data-count]")).to_have_text(f"Step 3 of {without + 1}")
    await go_on(phone)
    assert await question(phone) == "About the money"
    await phone.locator("input[name='debt.paid_for_job_gbp']").fill("3000")
    await phone.get_by_role("button", name="Back").click()
    await fee.uncheck()
    await phone.locator("input[name=ask_what][value=pay]").check()
    await to_the_check(phone)
    await expect(phone.get_by_text("3000")).to_be_hidden()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_text("Your reference")).to_be_visible()

    report = (await bodies(site))[-1]
    assert report["pay_below_contract"] == "yes"
    assert "debt" not in report


async def test_answers_are_checked_and_one_can_be_changed_without_going_through_all(
    phone: Page, site: Site
) -> None:
    await phone.goto(f"{site.url}/care")
    await phone.get_by_label("Me", exact=True).check()
    await go_on(phone, 2)
    await phone.locator("input[name=ask_what][value=papers]").check()
    await to_the_check(phone)
    assert await question(phone) == "Check your answers before you send"
    await expect(phone.locator("dd", has_text="Somebody else keeps the passport")).to_be_visible()

    await phone.get_by_role("button", name="Change Who is this about?").click()
    await phone.get_by_label("Somebody else", exact=True).check()
    await go_on(phone)
    assert await question(phone) == "Check your answers before you send"
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_text("Your reference")).to_be_visible()
    assert (await bodies(site))[-1]["on_behalf_of"] == "somebody_else"


async def test_the_keyboard_alone_goes_through_a_form(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/venue/other")
    await phone.locator("input[name=ask_what]").first.focus()
    await phone.keyboard.press("Space")
    for _ in range(40):
        if await phone.locator("[data-check]").is_visible():
            break
        # After each step the focus is on its question, so what can be pressed comes next.
        for _ in range(60):
            await phone.keyboard.press("Tab")
            if await phone.evaluate("document.activeElement.matches('[data-next], [data-send]')"):
                break
        await phone.keyboard.press("Enter")
    await expect(phone.locator("[data-check]")).to_be_visible()
    for _ in range(60):
        await phone.keyboard.press("Tab")
        if await phone.evaluate("document.activeElement.matches('[data-send]')"):
            break
    await phone.keyboard.press("Enter")
    await expect(phone.get_by_text("Your reference")).to_be_visible()


async def test_the_enter_key_in_a_field_goes_one_step_on(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    await go_on(phone, 2)
    await phone.locator("input[name=ask_what][value=owes]").check()
    await go_on(phone)
    await phone.locator("input[name='debt.owed_to']").press("Enter")
    await expect(phone.locator("[data-count]")).to_contain_text("Step 5 of")


async def test_a_fault_is_shown_at_its_step_and_its_link_leads_there(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    await go_on(phone, 2)
    await phone.locator("input[name=ask_what][value=fee]").check()
    await go_on(phone)
    await phone.locator("input[name='debt.paid_for_job_gbp']").fill("a lot")
    await to_the_check(phone)
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.locator(".govuk-error-summary")).to_be_focused()
    field = phone.locator("input[name='debt.paid_for_job_gbp']")
    await expect(field).to_be_visible()

    await phone.get_by_role("button", name="Back").click()
    await expect(field).to_be_hidden()
    await phone.locator(".govuk-error-summary a").click()
    await expect(field).to_be_focused()
    await field.fill("3000")
    await to_the_check(phone)
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_text("Your reference")).to_be_visible()
    assert (await bodies(site))[-1]["debt"] == {"paid_for_job_gbp": 3000}


async def test_another_language_keeps_what_was_typed_and_the_step(phone: Page, site: Site) -> None:
    await phone.goto(f"{site.url}/care")
    await phone.locator("input[name=on_behalf_of][value=myself]").check()
    await go_on(phone, 2)
    await phone.locator("input[name=ask_what][value=papers]").check()
    await phone.get_by_role("button", name="Polski").click()
    await phone.wait_for_url("**/pl/care")
    await expect(phone.locator("input[name=ask_what][value=papers]")).to_be_visible()
    await expect(phone.locator("input[name=ask_what][value=papers]")).to_be_checked()
