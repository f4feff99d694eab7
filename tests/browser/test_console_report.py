"""A report's page in a real browser: all that is done there, and that nothing typed is lost."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from service.access import teams
from service.access.people import Rights
from service.clock import utc_now
from service.db.pool import prepare_connection
from service.keys import load_key_ring
from service.policy.model import Policy
from service.triage.note import note
from tests.browser.accessible import violations
from tests.browser.conftest import DESK, PHONE, Site, opened
from tests.browser.signing_in import PASSWORD, first_sign_in, give_password, somebody
from tests.conftest import Urls
from tests.triage.desk import ASB, TriageDesk, a_desk

CONTACT = {"anonymity": "confidential", "contact": {"name": "Example Person", "phone": "07700 900123"}}
SAID = {
    "description": "Stones at the window again",
    "location": {"town": "Witney", "address": "12 Example Street"},
}


@pytest.fixture
async def desk(site: Site, services: Urls, policy: Policy) -> AsyncIterator[TriageDesk]:
    await prepare_connection(site.database)
    await teams.sync(site.database, policy, by="a test")
    name = await site.database.fetchval("SELECT current_database()")
    url = services.database.replace("/evenlode?", f"/{name}?")
    ring = load_key_ring(site.log.parent / "state" / "keys.json")
    async with a_desk(url, site.database, policy, ring) as one:
        yield one


async def act(page: Page, verb: str, done: str, **fields: str) -> None:
    """Open the form of a verb as somebody does, fill it in, send it, and read that it was done."""
    form = page.locator(f'form[method="post"][action$="/{verb}"]')
    for box in (page.locator("#more").filter(has=form), page.locator(f"#act-{verb}")):
        if await box.count() and await box.get_attribute("open") is None:
            await box.locator("> summary").click()
    for name, value in fields.items():
        field = form.locator(f'[name="{name}"]')
        if await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(value)
        elif await field.get_attribute("type") == "checkbox":
            await field.check()
        else:
            await field.fill(value)
    await form.get_by_role("button").click()
    await expect(page.locator(".ec-done")).to_have_text(done)


async def press(page: Page, key: str) -> None:
    """Press a shortcut, once the page's script listens for it."""
    await expect(page.get_by_role("button", name="Shortcuts")).to_be_visible()
    await page.keyboard.press(key)


async def test_everything_is_done_from_the_page(browser: Browser, site: Site, desk: TriageDesk) -> None:
    reference, other = await desk.reported(ASB, **SAID, **CONTACT), await desk.reported(ASB, **SAID)
    await desk.at_one_place(reference, other)
    lead = await desk.person(asb_team="lead")
    colleague = await desk.person(asb_team="coordinator")
    context = await opened(browser, size=DESK)
    await context.add_cookies([{"name": "evenlode", "value": lead.token.reveal(), "url": site.url}])
    page = await context.new_page()
    await page.goto(f"{site.url}/desk/reports/{reference}")

    done = page.locator(".ec-done")
    await press(page, "a")
    await expect(done).to_have_text("Acknowledged.")
    told = page.locator(".ec-routes summary")
    await expect(told).to_contain_text("acknowledged")
    await press(page, "z")
    await expect(done).to_have_text("The last change is taken back.")
    await expect(told).to_contain_text("opened")
    await press(page, "a")
    await expect(done).to_have_text("Acknowledged.")
    await press(page, "c")
    await expect(done).to_have_text("You are on it now.")
    await press(page, "z")
    await expect(done).to_have_text("The last change is taken back.")
    await expect(page.get_by_text("Nobody is on it")).to_be_visible()
    await press(page, "n")
    await expect(page.get_by_label("Note", exact=True).first).to_be_focused()
    await page.keyboard.type("Rang the school")
    await page.keyboard.press("Escape")
    await expect(page.locator("#act-note > summary")).to_be_focused()
    await press(page, "n")
    await page.keyboard.press("Control+Enter")
    await expect(done).to_have_text("Your note is kept.")
    await expect(page.locator("#notes + div")).to_contain_text("Rang the school")
    for key, field in (
        ("p", "New grade"),
        ("s", "To whom"),
        ("h", "Colleague"),
        ("t", "Tags of your team"),
        ("l", "Its reference"),
        ("m", "Reference of the one"),
        ("r", "Begin with"),
    ):
        await press(page, key)
        await expect(page.get_by_label(field)).to_be_focused()
        await page.locator("h1").click()
    await page.reload()
    await act(page, "tag", "The tags are set.", tags="Stones, witney")
    await act(page, "assign", "It is handed over.", to=str(colleague.account))
    await act(page, "release", "It is back with the team.")
    await act(page, "regrade", "The grade is changed.", grade="P2", why="Again tonight")
    await act(page, "information", "What was told is added.", text="The caller says it stopped")
    await page.get_by_text("Write to the reporter").click()
    await page.get_by_label("Begin with").select_option("again")
    await page.get_by_role("button", name="Put it in the form").click()
    await expect(page.get_by_label("Message", exact=True)).to_have_value(re.compile("Is this still going on"))
    await act(page, "ask", "The reporter reads it when they come back.")
    await act(page, "link", "The reports are linked.", other=other.lower(), why="Same window")
    await expect(page.get_by_text("a person linked them (“Same window”)")).to_be_visible()
    await act(page, "cut", "The link is cut.", other=other, why="Another house")
    await act(page, "mark", "The mark is changed.", mark="test", why="Sent by the school")
    await act(page, "mark", "The mark is changed.", mark="", why="It was none")
    await act(page, "hold", "The report is held against deletion.", why="A court asks for it")
    await act(page, "let-go", "The hold is over.", why="The court has it")
    await act(page, "case-review", "A Case Review is open.", note="The victim asked for it")
    await act(page, "reroute", "A notification is on its way to them.", to="licensing", why="It is the pub")
    await page.locator("#more > summary").click()
    await page.locator("#act-reveal > summary").click()
    await page.get_by_label("Why you need to know").fill("She has to be rung back")
    await page.locator("#act-reveal").get_by_role("button").click()
    await expect(page.get_by_text("+447700900123")).to_be_visible()

    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = await violations(page)
    await page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    found += await violations(page)
    assert found == []
    assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    await page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})

    await page.goto(f"{site.url}/desk/reports/{reference}")
    await act(page, "merge", "The reports are merged.", into=other)
    await expect(page.get_by_text(f"Merged into {other}")).to_be_visible()
    await act(page, "unmerge", "The report stands by itself again.")
    await press(page, "e")
    await expect(page.get_by_label("Outcome")).to_be_focused()
    await act(
        page, "close", "Closed. The reporter can read how it ended.", outcome="passed_to", why="The landlord"
    )
    await act(page, "reopen", "It is open again.", why="He is back")
    timeline = page.locator(".ec-timeline")
    for did in ("closed it: Not for us, passed on", "set the tags: stones, witney", "was told who reported"):
        await expect(timeline).to_contain_text(did)
    # Each once, on the version that the page showed.
    assert await desk.version(reference) == 25

    # In the queue's order: the next, the one before, and back to the queue.
    await page.locator("h1").click()
    await press(page, "j")
    await expect(page).to_have_url(re.compile(f"/desk/reports/(?!{reference})"))
    await press(page, "k")
    await expect(page).to_have_url(re.compile(f"/desk/reports/{reference}"))
    await press(page, "u")
    await expect(page).to_have_url(f"{site.url}/desk")

    await page.goto(f"{site.url}/desk/reports/{reference}")
    await act(
        page, "reroute", "A notification is on its way to them.", to="tvp", why="A crime", instead="yes"
    )
    await expect(page.locator(".ec-facts")).to_contain_text("Passed on at")
    await expect(timeline).to_contain_text("passed it on to Thames Valley Police")
    await context.close()


async def test_nothing_typed_is_lost_when_somebody_else_was_faster_or_the_session_ends(
    browser: Browser, site: Site, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB, **SAID)
    address = f"{site.url}/desk/reports/{reference}"
    once = await somebody(site, "typing@example.org", Rights({"asb_team": "coordinator"}))
    context = await opened(browser, size=DESK)
    page = await context.new_page()
    secret = await first_sign_in(page, site, "typing@example.org", once)

    await page.goto(address)
    async with desk.case(await desk.person(asb_team="coordinator"), reference) as (connection, case):
        await note(connection, case, "The school rang", shared=False)
    await page.get_by_role("button", name="Close", exact=True).first.click()
    await page.get_by_label("Outcome").select_option("no_further_action")
    await page.get_by_label("Why, or who has it now").fill("He moved to Leeds")
    await page.locator("#act-close").get_by_role("button").click()
    alert = page.locator(".ec-said")
    await expect(alert).to_contain_text("changed after you opened it")
    await expect(alert).to_contain_text("wrote a note: The school rang")
    await expect(page.get_by_label("Why, or who has it now")).to_have_value("He moved to Leeds")
    await expect(page.get_by_label("Outcome")).to_have_value("no_further_action")

    await page.get_by_text("Write a note").click()
    await page.get_by_label("Note", exact=True).first.fill("She rang at nine")
    await desk.owner.execute(
        "UPDATE session SET ended_at = now(), ended_why = 'signed out' WHERE ended_at IS NULL"
    )
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    await expect(page.get_by_label("Text")).to_have_value("She rang at nine")
    await expect(page.get_by_text("This window has kept it, too")).to_be_visible()
    await page.get_by_role("button", name="Sign in and go back to the report").click()
    await expect(page.get_by_label("E-mail address")).to_be_visible()
    assert "She rang at nine" not in await page.content()
    await give_password(page, "typing@example.org", PASSWORD)
    # The code of now was used for setting up; the next one is taken a little early.
    await page.get_by_label("Code from your app").fill(
        pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=30))
    )
    await page.get_by_role("button", name="Continue").click()
    await expect(page).to_have_url(address)
    await expect(page.get_by_text("What you had not sent yet is in its form again.")).to_be_visible()
    await expect(page.get_by_label("Note", exact=True).first).to_have_value("She rang at nine")
    await expect(page.get_by_label("Why, or who has it now")).to_have_value("He moved to Leeds")
    await act(page, "note", "Your note is kept.")
    # What was sent is gone; what was not is still there, until one signs out.
    await page.goto(address)
    await expect(page.get_by_label("Why, or who has it now")).to_have_value("He moved to Leeds")
    kept = await page.evaluate("JSON.stringify({...sessionStorage})")
    assert ("Leeds" in kept, "at nine" in kept) == (True, False)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("E-mail address")).to_be_visible()
    assert await page.evaluate("Object.keys(sessionStorage).length") == 0
    await context.close()


async def test_the_page_works_on_a_phone_without_script(
    browser: Browser, site: Site, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB, **SAID)
    actor = await desk.person(asb_team="coordinator")
    context = await opened(browser, script=False)
    await context.add_cookies([{"name": "evenlode", "value": actor.token.reveal(), "url": site.url}])
    page = await context.new_page()
    await page.goto(f"{site.url}/desk/reports/{reference}")
    await act(page, "claim", "You are on it now.")
    await act(page, "note", "Your note is kept.", text="Nobody at home")
    # Its way there, which the browser opens by itself.
    await page.get_by_role("button", name="Close", exact=True).first.click()
    await expect(page.get_by_label("Outcome")).to_be_in_viewport()
    await act(page, "close", "Closed. The reporter can read how it ended.", outcome="not_found")
    await context.close()
