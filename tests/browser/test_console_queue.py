"""The open queue in a real browser: live, shared, by keyboard, and when the line or the session is gone."""

import asyncio
import os
import re
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import click
import pytest
from playwright.async_api import Browser, Page, expect

from service.policy.model import Policy
from service.triage.acknowledge import acknowledge
from tests.browser.accessible import violations
from tests.browser.conftest import PATIENCE_MS, PHONE, Site
from tests.browser.console import COLUMN, LIVE, Consoles, consoles_at, row
from tests.browser.coverage import line_to
from tests.conftest import Urls
from tests.triage.desk import ASB, SPIKED

RUNS: Final = int(os.environ.get("LIVE_RUNS", "5"))
"""How often a P1 is timed: `make live-runs` asks for fifty."""
LOOK: Final = os.environ.get("QUEUE_PICTURES", "")
"""A folder for pictures of the page, to be looked at; none by default."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def consoles(site: Site, policy: Policy, services: Urls, browser: Browser) -> AsyncIterator[Consoles]:
    """A queue with nothing in it."""
    await site.database.execute("UPDATE queue_item SET state = 'closed' WHERE NOT settled")
    async with consoles_at(site, policy, services, browser) as one:
        yield one


async def picture(page: Page, name: str) -> None:
    if LOOK:
        await page.screenshot(path=Path(LOOK) / f"{name}.png")


async def test_a_p1_appears_within_a_second_and_alarms_until_it_is_acknowledged(consoles: Consoles) -> None:
    async with consoles.console(tvp="coordinator") as page:
        await page.evaluate(
            "() => { window.told = []; window.Notification = new Proxy(Notification,"
            " { construct: (real, given) => { told.push(given); return new real(...given); } }) }"
        )
        await page.context.grant_permissions(["notifications"])
        played = "document.querySelector('audio').played.length"
        took = []
        for run in range(RUNS):
            if run == 1:
                # Both are off until somebody switches them on.
                assert (await page.evaluate(played), await page.evaluate("told")) == (0, [])
                await page.get_by_role("button", name="Notification for P1").click()
                await page.get_by_role("button", name="Sound for P1").click()
                await expect(page.get_by_role("button", name="Sound for P1: on")).to_be_visible()
                await expect(page.locator("audio")).to_have_js_property("ended", True)
            began = time.perf_counter()
            reference = await consoles.arrives()
            await page.wait_for_selector(row(page, reference))
            took.append(time.perf_counter() - began)
        click.echo(
            f"{RUNS} P1s, sent to shown: median {statistics.median(took):.3f} s, most {max(took):.3f} s"
        )
        assert statistics.median(took) <= 1
        await expect(page.locator("audio")).to_have_js_property("ended", False)
        told = await page.evaluate("told")
        assert told[-1] == [f"P1 {reference}", {"tag": reference, "requireInteraction": True}]
        assert len(told) == RUNS - 1
        await expect(page).to_have_title(re.compile(rf"^\({RUNS} P1\) Queue"))
        strip = page.locator(".ec-alarm li")
        await expect(strip).to_have_count(min(RUNS, 6))
        # Whatever the page is filtered by.
        await page.goto(f"{consoles.site.url}/desk?grade=P4")
        await expect(page.locator(LIVE)).to_have_count(1)
        for left in range(RUNS - 1, max(RUNS - 6, -1), -1):
            await strip.first.get_by_role("button").press("Enter")
            await expect(page).to_have_title(re.compile(rf"^\({left} P1\)" if left else "^Queue"))
            if left:
                await expect(strip.first.get_by_role("button")).to_be_focused()


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(consoles: Consoles) -> None:
    reference = await consoles.arrives(ASB)
    people = [await consoles.desk.person(asb_team="coordinator") for _ in range(2)]
    async with consoles.console(actor=people[0]) as one, consoles.console(actor=people[1]) as two:
        pages = (one, two)
        await asyncio.gather(
            *(page.locator(row(page, reference)).get_by_text("Claim").click() for page in pages)
        )
        for page in pages:
            await expect(page.locator(".ec-outcome")).to_be_visible()
        said = [await page.locator(".ec-outcome").inner_text() for page in pages]
        winner = next(place for place, text in enumerate(said) if "You are on" in text)
        loser = 1 - winner
        assert "You are on" not in said[loser]
        assert re.search(rf"{people[winner].name} (took it on|is on it already)", said[loser]), said
        await expect(pages[loser].locator(row(one, reference))).to_contain_text(people[winner].name)
        await expect(pages[winner].locator(row(one, reference))).to_contain_text("You")
        # Given back, it is free again for everybody, at once.
        await pages[winner].locator("[data-undo]").click()
        await expect(pages[loser].locator(row(one, reference)).get_by_text("Claim")).to_be_visible()
    items = await consoles.desk.items(reference)
    assert items["asb_team"]["claimed_by"] is None


async def test_what_is_selected_and_where_one_is_stays_while_reports_come_in(consoles: Consoles) -> None:
    references = [await consoles.desk.reported(ASB) for _ in range(40)]
    async with consoles.console(asb_team="coordinator", tvp="coordinator") as page:
        place = page.locator(f"{COLUMN}").nth(30)
        here = await place.inner_text()
        await page.locator(row(page, here)).get_by_role("checkbox").check()
        await place.focus()
        top = await place.evaluate("(one) => one.getBoundingClientRect().top")
        urgent = await consoles.arrives()
        await page.wait_for_selector(row(page, urgent))
        assert await page.evaluate("document.activeElement.textContent") == here
        assert (
            abs(
                await place.page.locator(row(page, here))
                .locator("th a")
                .evaluate("(one) => one.getBoundingClientRect().top")
                - top
            )
            <= 2
        )
        # Changed by somebody else: still selected, and acted on as it is now shown.
        other = await consoles.desk.person(asb_team="coordinator")
        async with consoles.desk.case(other, here) as (connection, case):
            await acknowledge(connection, case)
        await expect(page.locator(row(page, here))).to_contain_text("Acknowledged")
        assert await page.evaluate("document.activeElement.textContent") == here
        for reference in [one for one in references if one != here][:2]:
            await page.locator(row(page, reference)).get_by_role("checkbox").check()
        bar = page.get_by_label("With the selected reports")
        await expect(bar).to_contain_text("3 reports selected")
        await bar.get_by_text("Tag", exact=True).click()
        await bar.get_by_label("Tag to add").fill("quad bikes")
        # Enter in a field does nothing to all that is selected: there is a button for it.
        await bar.get_by_label("Tag to add").press("Enter")
        await bar.get_by_role("button", name="Add the tag").click()
        await expect(page.locator(".ec-outcome")).to_contain_text("Tagged 3 reports.")
        await expect(page.get_by_text("quad bikes")).to_have_count(3)
        await expect(page.locator("#list").get_by_text("You", exact=True)).to_have_count(0)
        await expect(bar).to_be_hidden()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("quad bikes")).to_have_count(0)


async def test_a_lost_connection_is_told_and_what_was_missed_is_caught_up_with(consoles: Consoles) -> None:
    async with line_to(consoles.site.url) as line, consoles.console(url=line.url, tvp="lead") as page:
        await page.get_by_label("Words in the report").fill("half a wo")
        line.cut()
        await expect(page.get_by_text("The connection is lost")).to_be_visible()
        await picture(page, "lost")
        missed = await consoles.arrives()
        line.restore()
        await page.wait_for_selector(row(page, missed))
        await expect(page.get_by_text("The connection is lost")).to_be_hidden()
        await expect(page.get_by_label("Words in the report")).to_have_value("half a wo")
        await expect(page.get_by_label("Words in the report")).to_be_focused()


async def test_a_session_that_ended_says_so_and_the_page_goes_on_after_signing_in_again(
    consoles: Consoles,
) -> None:
    reference = await consoles.arrives(SPIKED)
    actor = await consoles.desk.person(tvp="coordinator")
    async with consoles.console(actor=actor) as page:
        await page.get_by_label("Words in the report").fill("half a wo")
        await consoles.desk.owner.execute(
            "UPDATE session SET ended_at = now(), ended_why = 'signed out' WHERE id = $1", actor.session
        )
        await expect(page.get_by_text("Your session has ended.")).to_be_visible()
        await expect(page.locator(row(page, reference))).to_be_hidden()
        await expect(page.get_by_role("link", name="Sign in again")).to_have_attribute("target", "_blank")
        await picture(page, "ended")
        again = await consoles.desk.person(tvp="coordinator")
        await page.context.add_cookies(
            [{"name": "evenlode", "value": again.token.reveal(), "url": consoles.site.url}]
        )
        await page.evaluate("window.dispatchEvent(new Event('focus'))")
        await expect(page.locator(row(page, reference))).to_be_visible()
        await expect(page.get_by_label("Words in the report")).to_have_value("half a wo")
        await page.locator(row(page, reference)).get_by_text("Claim").click()
        await expect(page.locator(".ec-outcome")).to_contain_text(f"You are on {reference}.")


async def test_filters_are_kept_as_a_tab_and_thrown_away(consoles: Consoles) -> None:
    bikes, other = await consoles.arrives(ASB), await consoles.arrives(SPIKED)
    async with consoles.console(asb_team="coordinator", tvp="coordinator") as page:
        await page.get_by_text("More filters").click()
        await page.get_by_label("About").select_option("asb_personal")
        await page.get_by_label("Who is on it").select_option("unassigned")
        await page.get_by_role("button", name="Show", exact=True).click()
        await expect(page.locator(COLUMN)).to_have_text([bikes])
        await expect(page.get_by_role("button", name="Shortcuts")).to_be_visible()
        await page.keyboard.press("v")
        await page.keyboard.type("Nobody on it")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="Nobody on it")).to_be_visible()
        await page.get_by_role("link", name="All open").click()
        await expect(page.locator(row(page, other))).to_be_visible()
        await page.keyboard.press("g")
        await page.keyboard.press("1")
        await expect(page.locator(COLUMN)).to_have_text([bikes])
        # What no longer fits leaves by itself.
        await page.locator(row(page, bikes)).get_by_text("Claim").click()
        await expect(page.get_by_text("No report fits these filters.")).to_be_visible()
        await page.get_by_role("button", name="Delete the view Nobody on it").click()
        await expect(page.get_by_role("link", name="Nobody on it")).to_have_count(0)


@pytest.mark.parametrize("count", [0, 12, 500] if LOOK else [12])
async def test_the_queue_keeps_nobody_out_and_is_never_too_wide(consoles: Consoles, count: int) -> None:
    for number in range(count):
        facts = ({}, SPIKED, ASB, ASB, ASB)[number % 5]
        await consoles.desk.reported(facts or None, location={"town": "Chipping Norton"})
    await consoles.desk.owner.execute(
        "UPDATE queue_item SET due_at = now() - interval '2 hours', tags = '{school run,quad bikes}'"
        " WHERE grade < 4 AND ctid = any(ARRAY(SELECT ctid FROM queue_item WHERE state = 'new' LIMIT 5))"
    )
    if count:
        late = await consoles.arrives()
        await consoles.desk.owner.execute(
            "UPDATE queue_item SET due_at = now() - interval '12 minutes' WHERE reference = $1", late
        )
    async with consoles.console(asb_team="lead", tvp="coordinator", coordination="lead") as page:
        found = []
        for name, width in (("phone", PHONE["width"]), ("desk", 1440)):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.reload()
            await expect(page.locator(LIVE)).to_have_count(1)
            await picture(page, f"queue-{count}-{name}")
            found += await violations(page)
            if name == "phone":
                await page.get_by_text("Filters", exact=True).click()
            await page.get_by_text("More filters").click()
            if count:
                strip = page.locator(".ec-alarm")
                await expect(strip.locator(".ec-due--late").first).to_be_visible()
                # What is late is acknowledged from the strip all the same.
                assert await strip.evaluate("(one) => one.scrollWidth <= one.clientWidth")
                await page.locator("[data-pick]").first.check()
                await page.locator("#do summary").last.click()
            await picture(page, f"queue-{count}-{name}-open")
            found += await violations(page)
            await page.get_by_role("button", name="Shortcuts").evaluate("(one) => one.click()")
            found += await violations(page)
            await page.keyboard.press("Escape")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, wide)
        assert not found
