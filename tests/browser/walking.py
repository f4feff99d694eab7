"""Walking through a form as somebody would, whatever its questions are: by what the page shows."""

from collections.abc import AsyncIterator
from typing import Final

from playwright.async_api import Page

from service.web.public.forms import FORMS
from service.web.public.questions import Form

PLAIN_PAGES: Final = ("/", "/privacy", "/accessibility", "/follow-up", "/no/such/page")
_NEXT: Final = "[data-next]:visible, .ev-next:visible"


def forms() -> tuple[Form, ...]:
    """Every door's form."""
    return FORMS


async def each_step(page: Page, form: Form) -> AsyncIterator[str]:
    """Stop at each step that shows, answering what must be answered; where all show at once, once."""
    await answer(page, form)
    number = 1
    yield f"{number:02}"
    while await page.locator(_NEXT).count():
        await page.locator(_NEXT).first.click()
        await answer(page, form)
        number += 1
        yield f"{number:02}"


async def answer(page: Page, form: Form) -> None:
    """Take the first choice of what the form cannot be sent without, where it shows."""
    for question in form.questions():
        if not (question.required or question.name == "ask_what"):
            continue
        field = page.locator(f'input[name="{question.name}"], textarea[name="{question.name}"]').first
        if await field.is_visible() and question.choices:
            await field.check()
        elif await field.is_visible():
            await field.fill("Somebody needs to look at this")


async def fill_and_send(page: Page, form: Form) -> None:
    """From the empty form to the page after sending."""
    async for _ in each_step(page, form):
        pass
    while not await page.locator(".govuk-panel").count():
        before = page.url
        await page.locator('#report button[name="_do"]:visible').last.click()
        await page.wait_for_load_state()
        await page.locator('.govuk-panel, #report button[name="_do"]:visible:enabled').first.wait_for()
        assert not await page.locator(".govuk-error-summary").count(), (form.door, before)
