"""The shift, the books and the page of an e-mail's link, in a real browser on a phone and at a desk."""

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from service.access.actor import Actor
from service.policy.directory import load_directory
from service.policy.model import Policy
from service.routing.escalation import escalate_late
from service.routing.reminders import remind
from service.settings import default_policy_folder
from service.triage.acknowledgement import new_link
from service.triage.claim import claim
from tests.browser.accessible import violations
from tests.browser.conftest import DESK, PATIENCE_MS, PHONE, Site, opened
from tests.browser.console import Consoles, consoles_at
from tests.conftest import Urls
from tests.triage.desk import ASB, KNIFE, SPIKED, UNTOLD, TriageDesk

SIZES = {"phone": PHONE, "desk": {**DESK, "width": 1440}}
expect.set_options(timeout=PATIENCE_MS)


class Shift(msgspec.Struct, frozen=True):
    """An evening at the desk: who leads it, and one of the reports that came."""

    consoles: Consoles
    lead: Actor
    critical: str

    @property
    def site(self) -> Site:
        """The served application."""
        return self.consoles.site

    @property
    def desk(self) -> TriageDesk:
        """The desk behind it."""
        return self.consoles.desk


@pytest.fixture(scope="module")
async def shift(site: Site, policy: Policy, services: Urls, browser: Browser) -> AsyncIterator[Shift]:
    async with consoles_at(site, policy, services, browser) as consoles:
        lead = await consoles.desk.person(coordination="lead", tvp="lead")
        yield Shift(consoles, lead, await an_evening(consoles.desk, lead))


async def an_evening(desk: TriageDesk, lead: Actor) -> str:
    """Reports of every kind, some late, one given up, one taken on; returns the first P1."""
    now = desk.now
    desk.now = now - timedelta(minutes=20)
    critical, second = await desk.reported(KNIFE), await desk.reported(KNIFE)
    for facts in (SPIKED, ASB, UNTOLD, UNTOLD):
        await desk.reported(facts)
    desk.now = now
    async with desk.case(lead, second, team="tvp") as (connection, case):
        await claim(connection, case)
    directory = load_directory(default_policy_folder())
    await escalate_late(desk.owner, directory, now)
    await remind(desk.owner, directory, now)
    await desk.owner.execute(
        "UPDATE delivery SET state = 'delivered', settled_at = now() WHERE channel = 'console'"
    )
    for reference in (critical, second):
        await given_up(desk, reference)
    return critical


async def given_up(desk: TriageDesk, reference: str) -> None:
    """What was decided of a report could not be told by e-mail."""
    await desk.owner.execute(
        "UPDATE delivery SET state = 'dead', attempts = 1, settled_at = now(), last_fault = '550 5.1.1 no such user'"
        " WHERE channel = 'email' AND about = 'decision' AND report_id = $1",
        await desk.id_of(reference),
    )


async def looked_at(page: Page, name: str) -> list[str]:
    """What axe finds, and whether the page is wider than the screen. Kept as a picture where a folder is named."""
    if folder := os.environ.get("EVENLODE_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*(await violations(page)), *([f"{name} is {wider} pixels too wide"] if wider > 0 else [])]


@pytest.mark.parametrize("size", SIZES)
async def test_a_lead_hands_over_and_looks_at_the_books(shift: Shift, size: str) -> None:
    page = await (await shift.consoles.context(shift.lead, size=SIZES[size])).new_page()
    await page.goto(f"{shift.site.url}/desk/shift")
    await expect(page.get_by_role("heading", name="Shift of Coordination desk")).to_be_visible()
    await expect(page.get_by_role("heading", name="Notices to you")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"did not acknowledge \S+ P1s? in time")).first).to_be_visible()
    found = await looked_at(page, f"{size}-handover")
    assert f"P1 {shift.critical}" in await page.get_by_role("textbox", name="As plain text").input_value()
    await page.get_by_label("Team").select_option("tvp")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("heading", name="Shift of Thames Valley Police")).to_be_visible()
    await expect(page.get_by_role("link", name=shift.critical).last).to_be_visible()
    found += await looked_at(page, f"{size}-handover-team")
    await page.get_by_role("link", name="Books").click()
    await expect(page.get_by_text("✓ adds up").first).to_be_visible()
    await expect(page.get_by_text("does not add up")).to_have_count(0)
    await page.get_by_text("Told by telephone " + shift.critical).first.click()
    found += await looked_at(page, f"{size}-books")
    await page.context.close()
    assert not found


async def test_what_was_given_up_is_settled_without_a_script(shift: Shift) -> None:
    called, again = [await shift.desk.reported(KNIFE) for _ in range(2)]
    for reference in (called, again):
        await given_up(shift.desk, reference)
    page = await (await shift.consoles.context(shift.lead, size=PHONE, script=False)).new_page()
    await page.goto(f"{shift.site.url}/desk/books")
    one, other = (page.get_by_role("listitem").filter(has_text=reference) for reference in (called, again))
    await one.get_by_text("Told by telephone").click()
    await one.get_by_label("Whom you spoke to").fill("Control room, log 311")
    await one.get_by_role("button", name="Keep", exact=True).click()
    await expect(one).to_have_count(0)
    await other.get_by_role("button", name="Send again").click()
    await expect(other).to_have_count(0)
    states = "SELECT state FROM delivery WHERE report_id = $1 AND channel = 'email'"
    for reference, state in ((called, "phoned"), (again, "waiting")):
        assert await shift.site.database.fetchval(states, await shift.desk.id_of(reference)) == state
    await page.context.close()


async def test_a_receiver_answers_from_the_mail_on_a_phone(browser: Browser, shift: Shift) -> None:
    reference = await shift.desk.reported(KNIFE)
    delivery = await shift.site.database.fetchval(
        "SELECT id FROM delivery WHERE report_id = $1 AND channel = 'email'",
        await shift.desk.id_of(reference),
    )
    token = await new_link(shift.desk.owner, delivery, shift.desk.now)
    address, found = f"{shift.site.url}/acknowledge/{delivery}", []
    for size, screen in SIZES.items():
        context = await opened(browser, size=screen)
        page = await context.new_page()
        await page.goto(address)
        found += await looked_at(page, f"{size}-acknowledge-code")
        await page.goto("about:blank")
        await page.goto(f"{address}#{token}")
        await expect(page.get_by_role("heading", name=f"Acknowledge {reference}")).to_be_visible()
        # The code is gone from the address, and so from what the browser keeps of it.
        assert page.url == address
        found += await looked_at(page, f"{size}-acknowledge")
        if size == "desk":
            await expect(page.get_by_text("Answered so far: we have it.")).to_be_visible()
            await page.get_by_text("Say what came of it").click()
            await page.get_by_label("What came of it").fill("Two people were arrested.")
            found += await looked_at(page, f"{size}-acknowledge-outcome")
            await page.get_by_role("button", name="Send").click()
        else:
            await page.get_by_role("button", name="We have it").click()
        await expect(page.get_by_role("heading", name="Thank you. It is on the record.")).to_be_visible()
        found += await looked_at(page, f"{size}-acknowledge-done")
        await page.goto("about:blank")
        await page.goto(f"{address}#{token[:-1]}")
        await expect(page.get_by_role("heading", name="This link cannot be used")).to_be_visible()
        found += await looked_at(page, f"{size}-acknowledge-refused")
        await context.close()
    assert not found
    verdicts = "SELECT array_agg(verdict ORDER BY verdict) FROM acknowledgement WHERE delivery_id = $1"
    assert await shift.site.database.fetchval(verdicts, delivery) == ["accepted", "outcome"]


async def test_a_p1_is_told_on_whatever_page_somebody_reads(shift: Shift) -> None:
    police = await shift.desk.person(tvp="coordinator")
    page = await (await shift.consoles.context(police, size=DESK)).new_page()
    await page.clock.install()
    await page.goto(f"{shift.site.url}/desk/shift")
    strip = page.locator(".ec-alarm")
    await expect(strip).to_contain_text(shift.critical)
    before = len((await page.locator("#alarm").get_attribute("data-alarms") or "").split())
    fresh = await shift.desk.reported(KNIFE)
    await page.clock.fast_forward("00:11")
    await expect(page.locator("[data-urgent]")).to_have_text(f"New P1: {fresh}")
    await expect(strip).to_contain_text(f"{before + 1} not acknowledged")
    await expect(page).to_have_title(f"({before + 1} P1) Shift · Evenlode")
    assert not await violations(page)
    await page.context.close()
