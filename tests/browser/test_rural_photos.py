"""The resident's photos: without their metadata, in pieces over a line that breaks, with a report that waits."""

import asyncio
import re
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Page, Request, Response, expect

from tests.browser.conftest import PATIENCE_MS, Site
from tests.browser.reports import bodies, kept
from tests.browser.resident import begun, choose, onward, stored, to_the_end
from tests.followup.returning import photo

FARM: Final = {"latitude": 51.8102, "longitude": -1.5903, "accuracy": 14.0}
TELLING: Final = (b"Exif\0\0", b"Example Maker", b"Telling Phone", b"2026:11:20")
UPLOAD: Final = "/v1/follow-up/files"
WAITS: Final = "Photos that wait on this phone"


async def test_a_photo_leaves_the_phone_without_its_metadata(phone: Page, site: Site, tmp_path: Path) -> None:
    sent: list[bytes] = []
    phone.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    original = photo(size=(2400, 1800), quality=60)
    assert all(one in original for one in TELLING)
    await begun(phone, site)
    await onward(phone, "photos")
    await choose(phone, tmp_path, original)
    await expect(phone.locator("[data-photo-said]")).to_contain_text("Photos: 1.")
    await to_the_end(phone)
    await expect(phone.get_by_text("The photos have arrived.")).to_be_visible()

    assert not any(one in body for body in sent for one in TELLING)
    [content] = await stored(site)
    assert not any(one in content for one in TELLING)
    with Image.open(BytesIO(content)) as shown:
        assert shown.size == (1200, 1600)  # the camera was held upright
        assert not shown.getexif()
    assert (await kept(phone))["databases"] == []


async def test_photos_are_listed_with_their_size_and_taken_out_again(
    phone: Page, site: Site, tmp_path: Path
) -> None:
    await begun(phone, site)
    await onward(phone, "photos")
    await choose(phone, tmp_path, *(photo() for _ in range(6)))
    lines = phone.locator("[data-photo-list] li")
    await expect(lines).to_have_count(5)
    await expect(phone.locator("[data-photo-said]")).to_contain_text("A report takes 5 photos.")
    await expect(lines.first).to_contain_text(re.compile(r"\d+ kB"))
    for left in (4, 3):
        await phone.get_by_role("button", name="Remove").first.click()
        await expect(lines).to_have_count(left)
    (tmp_path / "notes.jpg").write_bytes(b"no picture")
    await phone.locator("#photos").set_input_files(tmp_path / "notes.jpg")
    await expect(phone.locator("[data-photo-said]")).to_contain_text("could not be read")
    await expect(lines).to_have_count(3)
    await to_the_end(phone)
    await expect(phone.get_by_text("The photos have arrived.")).to_be_visible()
    assert len(await stored(site)) == 3


async def test_photos_go_on_where_the_line_broke(phone: Page, site: Site, tmp_path: Path) -> None:
    context = phone.context
    broken = asyncio.Event()
    pieces: list[tuple[str, int]] = []

    def note(request: Request) -> None:
        if request.url.endswith(UPLOAD) and "upload-offset" in request.headers:
            pieces.append((request.headers["idempotency-key"], int(request.headers["upload-offset"])))

    async def break_the_line(response: Response) -> None:
        if response.url.endswith(UPLOAD) and not broken.is_set():
            broken.set()
            await context.set_offline(True)

    # The page alone sends, so that all that is sent is seen here.
    await phone.add_init_script("navigator.serviceWorker.register = () => Promise.reject(new Error());")
    phone.on("request", note)
    phone.on("response", break_the_line)
    await begun(phone, site)
    await onward(phone, "photos")
    await choose(phone, tmp_path, photo(size=(1600, 1200)), photo(size=(1500, 1100)))
    await expect(phone.locator("[data-photo-list] li")).to_have_count(2)
    await to_the_end(phone)
    await expect(phone.get_by_text(WAITS)).to_be_visible(timeout=3 * PATIENCE_MS)
    on_device = await kept(phone)
    assert on_device["rows"]["photos"] == 2
    assert "JFIF" not in on_device["text"]
    assert await stored(site) == []
    arrived = await site.database.fetchval("SELECT max(start + size) FROM upload_piece")
    assert arrived > 0

    before = len(pieces)
    await context.set_offline(False)
    await expect(phone.get_by_text("The photos have arrived.")).to_be_visible(timeout=3 * PATIENCE_MS)
    assert pieces[before][1] >= arrived
    assert len({key for key, _ in pieces}) == 2
    assert len(await stored(site)) == 2
    assert (await kept(phone))["databases"] == []


async def test_photos_wait_with_a_report_that_was_written_without_a_line(
    phone: Page, site: Site, tmp_path: Path
) -> None:
    before = len(await bodies(site))
    await begun(phone, site)
    await onward(phone, "photos")
    await choose(phone, tmp_path, photo())
    await expect(phone.locator("[data-photo-list] li")).to_have_count(1)
    await phone.context.set_offline(True)
    while await phone.locator("[data-next]").is_visible():
        await phone.locator("[data-next]").click()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_role("heading", name="Not sent yet")).to_be_visible()
    assert (await kept(phone))["rows"]["photos"] == 1
    await phone.context.set_offline(False)
    await expect(phone.get_by_text("The photos have arrived.")).to_be_visible(timeout=3 * PATIENCE_MS)
    assert len(await bodies(site)) == before + 1
    assert len(await stored(site)) == 1


async def test_a_report_that_comes_back_still_has_its_photos(phone: Page, site: Site, tmp_path: Path) -> None:
    await begun(phone, site)
    await onward(phone, "place")
    await phone.get_by_label("Postcode, if you know it").fill("ZZ99 9ZZ")
    await onward(phone, "photos")
    await choose(phone, tmp_path, photo())
    await expect(phone.locator("[data-photo-list] li")).to_have_count(1)
    while await phone.locator("[data-next]").is_visible():
        await phone.locator("[data-next]").click()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.locator("#location-postcode-error")).to_be_visible()
    await phone.get_by_label("Postcode, if you know it").fill("OX18 4AD")
    await onward(phone, "photos")
    await expect(phone.locator("[data-photo-list] li")).to_have_count(1)
    await to_the_end(phone)
    await expect(phone.get_by_text("The photos have arrived.")).to_be_visible()
    assert len(await stored(site)) == 1
    assert (await kept(phone))["databases"] == []
