"""Spiking in a real browser: from the venue's page to the clocks by taps alone, and the list that adds to it."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import asyncpg
import msgspec
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Locator, Page, expect

from service.db.pool import prepare_connection
from service.organisations.poster import poster
from service.organisations.poster_pdf import pdf
from service.organisations.poster_svg import svg
from service.organisations.store import Organisation, add
from tests.browser.conftest import Site

MOST_TAPS: Final = 12
LEFT: Final = re.compile(r"(\d+) h (\d+) min left")


class Thumb:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    async def tap(self, on: Locator) -> None:
        self.taps += 1
        await on.click()

    async def choose(self, question: str, *answers: str) -> None:
        group = self.page.get_by_role("group", name=question)
        for answer in answers:
            await self.tap(group.get_by_label(answer, exact=True))


async def report_spiking(page: Page, start: str) -> int:
    """Answer everything, as for somebody ill with friends, and send it. Returns how many taps it took."""
    await page.goto(start)
    thumb = Thumb(page)
    await thumb.tap(page.get_by_role("link", name="Somebody may have been spiked"))
    await expect(page.get_by_role("heading", name="Do this now")).to_be_in_viewport()
    await thumb.choose("Is somebody still in danger?", "No")
    await thumb.choose("What do you think it was?", "Something in a drink, a vape or food")
    await thumb.choose("What do you see?", "Confused", "Being sick")
    await thumb.choose("When did it begin?", "Within the last hour")
    await thumb.choose("Who is with them?", "Friends")
    await thumb.choose("Was an ambulance called?", "No")
    await thumb.choose("Did you keep the drink?", "Yes")
    await thumb.choose("Did it happen to somebody else here tonight?", "No")
    await thumb.tap(page.get_by_role("button", name="Continue"))
    await thumb.tap(page.get_by_role("button", name="Send"))
    await expect(page.get_by_text("Sent. Thank you.")).to_be_visible()
    return thumb.taps


async def sent_from(page: Page, database: asyncpg.Connection) -> dict[str, Any]:
    """The report whose reference the page shows."""
    shown = re.search(r"\b[A-Z]{2}-\w{4}-\w{4}\b", await page.locator("main").inner_text())
    assert shown is not None
    body = await database.fetchval(
        "SELECT body::text FROM report JOIN report_handle ON report_id = id WHERE reference = $1", shown[0]
    )
    told: dict[str, Any] = msgspec.json.decode(body)
    return told


@pytest.fixture(params=["with a script", "without a script"])
async def any_phone(request: pytest.FixtureRequest, phone: Page, plain_phone: Page) -> Page:
    return phone if request.param == "with a script" else plain_phone


async def test_spiking_is_told_in_at_most_twelve_taps_and_no_typing(site: Site, any_phone: Page) -> None:
    before = await site.database.fetchval("SELECT count(*) FROM report")
    taps = await report_spiking(any_phone, f"{site.url}/venue")
    assert taps <= MOST_TAPS
    assert await site.database.fetchval("SELECT count(*) FROM report") == before + 1
    spiking = (await sent_from(any_phone, site.database))["spiking"]
    assert spiking["symptoms"] == ["confused", "vomiting"]
    assert (spiking["with_them"], spiking["drink_kept"], spiking["similar_tonight"]) == ("friends", "yes", 0)
    began = datetime.fromisoformat(str(spiking["symptoms_began"]))
    assert 3600 <= (datetime.now(UTC) - began).total_seconds() < 3600 + 300


async def minutes_left(page: Page, code: str) -> int:
    found = LEFT.search(await page.locator(f"[data-clock={code}] [data-act-by]").inner_text())
    assert found is not None
    return int(found[1]) * 60 + int(found[2])


async def test_the_clocks_tick_while_the_page_lies_open(site: Site, phone: Page) -> None:
    await phone.clock.install(time=datetime.now(UTC))
    await report_spiking(phone, f"{site.url}/venue")
    await expect(phone.locator("[data-act-by]")).to_have_count(4)
    before = await minutes_left(phone, "spiking_urine")
    assert 11 * 60 - 5 < before <= 11 * 60
    await phone.clock.fast_forward("02:30:00")
    assert await minutes_left(phone, "spiking_urine") == before - 150
    await phone.clock.fast_forward("09:00:00")
    await expect(phone.locator("[data-clock=spiking_urine] [data-act-by]")).to_have_text("This time is over")
    await expect(phone.locator("[data-clock=spiking_urine] [data-by]")).to_have_text(
        re.compile("Act by .* today:")
    )
    await expect(phone.locator("[data-clock=spiking_police_test] [data-act-by]")).to_have_text(
        re.compile(r"^6 days \d+ h left$")
    )


async def test_a_telephone_whose_clock_is_wrong_still_counts_down_right(site: Site, phone: Page) -> None:
    await phone.clock.install(time=datetime(2026, 1, 1, tzinfo=UTC))
    await report_spiking(phone, f"{site.url}/venue")
    # What was tapped at a time that cannot be is counted from when it arrived.
    assert 11 * 60 < await minutes_left(phone, "spiking_urine") <= 12 * 60
    assert "symptoms_began" not in (await sent_from(phone, site.database))["spiking"]


async def test_what_is_ticked_is_part_of_the_report_and_stays_ticked(site: Site, any_phone: Page) -> None:
    await report_spiking(any_phone, f"{site.url}/venue")
    await any_phone.get_by_label("The camera pictures are saved").check()
    await any_phone.get_by_label("An ambulance was called").check()
    await any_phone.get_by_role("button", name="Save the list").click()
    await expect(any_phone.locator(".ev-saved")).to_contain_text("Saved.")
    await expect(any_phone.get_by_label("The camera pictures are saved")).to_be_checked()
    await expect(any_phone.get_by_label("The police know (999 or 101)")).not_to_be_checked()
    await expect(any_phone.locator("[data-clock=spiking_urine]")).to_contain_text("min left")
    reference = await any_phone.locator("main bdi, main strong").first.inner_text()
    said = await site.database.fetchval(
        "SELECT text FROM message JOIN report_handle USING (report_id) WHERE reference = $1", reference
    )
    assert said.splitlines()[1] == "Done: camera pictures saved; ambulance asked for."


async def _posted(site: Site) -> Organisation:
    await prepare_connection(site.database)
    return await add(site.database, "venue", "The Example Arms", "Witney", now=datetime.now(UTC), by="a test")


async def test_a_scanned_poster_leads_to_the_form_with_the_venue_in_it(site: Site, any_phone: Page) -> None:
    arms = await _posted(site)
    page = pypdfium2.PdfDocument(BytesIO(pdf(poster(arms, site.url), arms.name)))
    scanned = zxingcpp.read_barcodes(page[0].render(scale=2).to_pil())
    page.close()
    posted: list[str] = []
    any_phone.on(
        "request", lambda one: posted.append(f"{one.url} {one.post_data}") if one.method == "POST" else None
    )
    taps = await report_spiking(any_phone, scanned[0].text)
    assert taps <= MOST_TAPS
    told = await sent_from(any_phone, site.database)
    assert (told["venue"], told["location"]) == ("The Example Arms", {"town": "Witney"})
    assert told["anonymity"] == "anonymous"
    assert posted
    assert not [one for one in posted if arms.code in one]
    assert arms.code not in site.log.read_text()


async def test_whoever_is_elsewhere_can_take_the_posters_place_out_of_the_report(
    site: Site, any_phone: Page
) -> None:
    arms = await _posted(site)
    await any_phone.goto(f"{site.url}{arms.path}/spiking")
    await any_phone.get_by_label("A needle", exact=True).check()
    await any_phone.get_by_role("button", name="Remove this place from my report").click()
    await expect(any_phone.get_by_text("The Example Arms")).to_have_count(0)
    await expect(any_phone.get_by_label("A needle", exact=True)).to_be_checked()
    await expect(any_phone.get_by_label("What is the place called?")).to_be_visible()


async def test_the_poster_as_svg_reads_from_a_screen(site: Site, phone: Page) -> None:
    arms = await _posted(site)
    drawn = svg(poster(arms, site.url), arms.name).decode()
    await phone.set_viewport_size({"width": 800, "height": 1130})
    await phone.set_content(drawn[drawn.index("<svg") :])
    seen = await phone.screenshot(full_page=True)
    assert [one.text for one in zxingcpp.read_barcodes(Image.open(BytesIO(seen)))] == [
        f"{site.url}{arms.path}"
    ]
