"""The resident's form in a browser: the way through, the map, the position, and photos over a bad line."""

import asyncio
import re
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, Request, Response, expect

from tests.browser.conftest import PATIENCE_MS, Site, opened
from tests.browser.reports import bodies, kept
from tests.browser.test_everybody import violations
from tests.followup.returning import photo

FARM: Final = {"latitude": 51.8102, "longitude": -1.5903, "accuracy": 14.0}
TELLING: Final = (b"Exif\0\0", b"Example Maker", b"Telling Phone", b"2026:11:20")
INSIDE: Final = """() => {
  const map = document.querySelector("[data-map-view]").getBoundingClientRect();
  const names = [...document.querySelectorAll("[data-map-view] text")].map((one) => one.getBoundingClientRect());
  return names.length > 0 && names.every((one) => one.left >= map.left - 1 && one.right <= map.right + 8);
}"""
"""Whether every name is within the map: north is up and east is right in every language."""
UPLOAD: Final = "/v1/follow-up/files"
WAITS: Final = "Photos that wait on this phone"


async def onward(page: Page, *steps: str) -> None:
    """Press Continue until each of these questions shows, one after the other."""
    for step in steps:
        section = page.locator(f'[data-step="{step}"]')
        while not await section.is_visible():
            shown = await page.locator("[data-count]").text_content()
            await page.locator("[data-next]").click()
            await expect(page.locator("[data-count]")).not_to_have_text(shown or "")


async def to_the_end(page: Page) -> None:
    """Leave the rest out, check the answers and send."""
    while await page.locator("[data-next]").is_visible():
        await page.locator("[data-next]").click()
    await expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Your reference")).to_be_visible()


async def begun(page: Page, site: Site, about: str = "Hare coursing or poaching") -> None:
    await page.goto(f"{site.url}/rural")
    await page.get_by_label(about).check()


async def sent_report(site: Site) -> dict[str, Any]:
    return (await bodies(site))[-1]


async def test_a_stolen_machine_is_told_with_what_it_is_found_by(phone: Page, site: Site) -> None:
    await begun(phone, site, "A machine or vehicle was stolen")
    await onward(phone, "when")
    await phone.get_by_label("It is happening now").check()
    await onward(phone, "now")
    await phone.locator("input[name=offenders_on_site][value=yes]").check()
    await onward(phone, "taken")
    await phone.get_by_label("What is it?").fill("Quad bike, red")
    await phone.get_by_label("Yes, it is gone").check()
    await phone.get_by_label("Serial, frame or engine number").fill("SN-44")
    await phone.get_by_label("CESAR number").fill("CX12345")
    await phone.get_by_label("About how many pounds").fill("£9,500")
    await onward(phone, "way")
    await phone.get_by_label("Which way did they go?").fill("Towards Burford on the A361")
    await onward(phone, "people")
    await phone.get_by_label("Number plate", exact=True).fill("kx19 ab?")
    await onward(phone, "place")
    await phone.get_by_label("Nearest town or village").select_option("Fulbrook")
    await to_the_end(phone)

    report = await sent_report(site)
    assert (report["concern"], report["happening"]) == ("theft_vehicle_plant", "now")
    assert report["offenders_on_site"] == "yes"
    [item] = report["items"]
    assert (item["what"], item["serial"], item["cesar"]) == ("Quad bike, red", "SN-44", "CX12345")
    assert item["value_gbp"] == 9500.0
    assert report["identifiers"] == [{"kind": "vehicle_registration", "value": "KX19AB?"}]
    assert report["direction_of_travel"] == "Towards Burford on the A361"
    assert report["location"] == {
        "town": "Fulbrook",
        "latitude": 51.815,
        "longitude": -1.629,
        "accuracy_m": 2000.0,
    }


async def test_only_what_belongs_to_the_matter_is_asked(phone: Page, site: Site) -> None:
    await begun(phone, site, "Neighbours, noise or trouble in the street")
    asked = []
    while await phone.locator("[data-next]").is_visible():
        await phone.locator("[data-next]").click()
        shown = phone.locator("[data-step]:visible")
        if await shown.count():
            asked.append(await shown.first.get_attribute("data-step"))
    assert "aimed" in asked
    assert "landlord" in asked
    assert not {"taken", "animals", "drugs", "fraud", "broken"} & set(asked)


async def test_without_a_script_the_whole_way_is_open(plain_phone: Page, site: Site) -> None:
    await begun(plain_phone, site, "Rubbish dumped (fly-tipping)")
    await expect(plain_phone.get_by_role("button", name="Show a map")).to_be_hidden()
    await plain_phone.get_by_label("Nearest town or village").select_option("Asthall")
    await plain_phone.get_by_label("In your own words").fill("Gateway on the lane to Swinbrook")
    await plain_phone.get_by_role("button", name="Continue").click()
    await expect(plain_phone.get_by_text("Gateway on the lane to Swinbrook")).to_be_visible()
    await plain_phone.locator("#photos").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    await plain_phone.get_by_role("button", name="Send", exact=True).click()
    await expect(plain_phone.get_by_text("1 photo has arrived.")).to_be_visible()

    report = await sent_report(site)
    assert report["concern"] == "fly_tipping"
    assert (report["location"]["town"], report["location"]["accuracy_m"]) == ("Asthall", 2000.0)
    [content] = await stored(site)
    assert not any(one in content for one in TELLING)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
async def test_a_postcode_that_is_none_comes_back_at_its_field_and_is_corrected(
    browser: Browser, site: Site, *, script: bool
) -> None:
    context = await opened(browser, script=script)
    page = await context.new_page()
    await begun(page, site)
    if script:
        await onward(page, "place")
    await page.get_by_label("Postcode, if you know it").fill("ZZ99 9ZZ")
    if script:
        while await page.locator("[data-next]").is_visible():
            await page.locator("[data-next]").click()
        await page.get_by_role("button", name="Send", exact=True).click()
    else:
        await page.get_by_role("button", name="Continue").click()
    fault = page.locator("#location-postcode-error")
    await expect(fault).to_contain_text("This is not a UK postcode.")
    field = page.get_by_label("Postcode, if you know it")
    await expect(field).to_have_value("ZZ99 9ZZ")
    await field.fill("ox18 4ad")
    if script:
        await to_the_end(page)
    else:
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text("Your reference")).to_be_visible()
    report = await sent_report(site)
    assert (report["concern"], report["location"]["postcode"]) == ("hare_coursing", "OX18 4AD")
    await context.close()


async def test_a_grid_reference_and_what3words_are_kept_as_given(phone: Page, site: Site) -> None:
    await begun(phone, site)
    await onward(phone, "place_codes")
    await phone.get_by_label("Grid reference").fill("sp 351 097")
    await phone.get_by_label("what3words").fill("///example.words.only")
    await to_the_end(phone)
    location = (await sent_report(site))["location"]
    assert location == {"grid_reference": "SP351097", "what3words": "///example.words.only"}


async def test_the_phone_is_asked_for_its_position_only_on_a_press(browser: Browser, site: Site) -> None:
    context = await opened(browser)
    await context.grant_permissions(["geolocation"])
    await context.set_geolocation(FARM)  # type: ignore[arg-type]
    await context.add_init_script(
        "window.asked = 0; const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);"
        "navigator.geolocation.getCurrentPosition = (...given) => { window.asked += 1; ask(...given); };"
    )
    page = await context.new_page()
    await begun(page, site)
    await onward(page, "place")
    assert await page.evaluate("window.asked") == 0
    await page.get_by_role("button", name="Use my position").click()
    await expect(page.locator("[data-place-said]")).to_contain_text("good to about 14 metres")
    assert await page.evaluate("window.asked") == 1
    await to_the_end(page)
    location = (await sent_report(site))["location"]
    assert location == {"latitude": 51.8102, "longitude": -1.5903, "accuracy_m": 14.0}
    await context.close()


async def test_a_position_is_taken_out_again(browser: Browser, site: Site) -> None:
    context = await opened(browser)
    await context.grant_permissions(["geolocation"])
    await context.set_geolocation(FARM)  # type: ignore[arg-type]
    page = await context.new_page()
    await begun(page, site)
    await onward(page, "place")
    await page.get_by_role("button", name="Use my position").click()
    await page.get_by_role("button", name="Take it out").click()
    await expect(page.locator("[data-place-said]")).to_have_text("Taken out. No position is in the report.")
    await to_the_end(page)
    assert "location" not in await sent_report(site)
    await context.close()


async def test_a_phone_that_does_not_tell_its_position_stops_nobody(phone: Page, site: Site) -> None:
    await begun(phone, site)
    await onward(phone, "place")
    await phone.get_by_role("button", name="Use my position").click()
    await expect(phone.locator("[data-place-said]")).to_contain_text("Your phone did not give its position.")
    await phone.get_by_label("In your own words").fill("Stubble field above the mill")
    await to_the_end(phone)
    assert (await sent_report(site))["location"] == {"description": "Stubble field above the mill"}


async def test_a_tap_on_the_map_is_as_inexact_as_a_finger(phone: Page, site: Site) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    await begun(phone, site)
    await onward(phone, "place")
    assert not [one for one in asked if "place-map" in one or "/map-" in one]
    await phone.get_by_role("button", name="Show a map").click()
    await expect(phone.locator("[data-map-view] text", has_text="Witney")).to_be_visible()
    await phone.locator("[data-map-view]").click(position={"x": 60, "y": 200})
    await expect(phone.locator("[data-place-said]")).to_contain_text("The place on the map is in the report")
    first = await accuracy(phone)
    await phone.get_by_role("button", name="Larger").click()
    assert await accuracy(phone) == first
    await phone.locator("[data-map-view]").click(position={"x": 160, "y": 150})
    second = await accuracy(phone)
    assert 1000 <= second < first <= 3000
    await to_the_end(phone)

    location = (await sent_report(site))["location"]
    assert location["accuracy_m"] == second
    assert 51.65 <= location["latitude"] <= 52.0
    assert -1.74 <= location["longitude"] <= -1.25
    assert all(one.startswith((site.url, "blob:", "data:")) for one in asked), asked


async def accuracy(page: Page) -> float:
    return float(await page.locator("[name='location.accuracy_m']").input_value())


async def test_the_map_is_used_with_the_keyboard_alone(phone: Page, site: Site) -> None:
    await begun(phone, site)
    await onward(phone, "place")
    await phone.get_by_role("button", name="Show a map").press("Enter")
    await expect(phone.locator("[data-map-view] text", has_text="Witney")).to_be_visible()
    await phone.get_by_label("Nearest town or village").select_option("Witney")
    await expect(phone.locator("[data-place-said]")).to_contain_text("Witney")
    latitude = phone.locator("[name='location.latitude']")
    await expect(latitude).to_have_value("51.78400")

    view = phone.get_by_role("application", name="Map of West Oxfordshire")
    await phone.get_by_role("button", name="Close the map").focus()
    await phone.keyboard.press("Tab")
    if not await view.evaluate("(view) => view === document.activeElement"):
        await phone.keyboard.press("Tab")
    await expect(view).to_be_focused()
    await phone.keyboard.press("ArrowUp")
    await phone.keyboard.press("ArrowUp")
    await phone.keyboard.press("ArrowRight")
    north = float(await latitude.input_value())
    east = float(await phone.locator("[name='location.longitude']").input_value())
    assert 51.784 < north < 51.79
    assert -1.485 < east < -1.48
    await phone.keyboard.press("-")
    await phone.keyboard.press("ArrowDown")
    assert float(await latitude.input_value()) < north
    await to_the_end(phone)
    assert (await sent_report(site))["location"]["town"] == "Witney"


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


@pytest.mark.parametrize("language", ["", "/ur"])
async def test_the_open_map_and_the_list_of_photos_keep_nobody_out(
    phone: Page, site: Site, tmp_path: Path, language: str
) -> None:
    await phone.goto(f"{site.url}{language}/rural")
    await phone.locator("input[name=ask_what][value=coursing]").check()
    await onward(phone, "place")
    await phone.locator("[data-open-map]").click()
    await phone.locator("[data-map-view]").click(position={"x": 120, "y": 160})
    assert await phone.locator("[data-place-said]").text_content()
    assert await phone.evaluate(INSIDE)
    found = await violations(phone)
    await onward(phone, "photos")
    await choose(phone, tmp_path, photo())
    await expect(phone.locator("[data-photo-list] li")).to_have_count(1)
    found += await violations(phone)
    assert not found


async def choose(page: Page, folder: Path, *photos: bytes) -> None:
    """Choose photos as somebody does from the album of the phone."""
    paths = []
    for number, content in enumerate(photos):
        path = folder / f"photo-{number}.jpg"
        path.write_bytes(content)
        paths.append(path)
    await page.locator("#photos").set_input_files(paths)


async def stored(site: Site) -> list[bytes]:
    """The photos of the newest report, as they are kept."""
    newest: UUID = await site.database.fetchval("SELECT id FROM report ORDER BY ctid DESC LIMIT 1")
    rows = await site.database.fetch("SELECT content FROM report_file WHERE report_id = $1", newest)
    return [row["content"] for row in rows]
