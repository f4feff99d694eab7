"""The resident's form in a browser: the way through, the map, the position, and photos over a bad line."""

from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Site, opened
from tests.browser.resident import INSIDE, begun, choose, onward, sent_report, stored, to_the_end
from tests.browser.test_promise_10_the_form_is_for_everybody import violations
from tests.followup.returning import photo

FARM: Final = {"latitude": 51.8102, "longitude": -1.5903, "accuracy": 14.0}
TELLING: Final = (b"Exif\0\0", b"Example Maker", b"Telling Phone", b"2026:11:20")
"""Whether every name is within the map: north is up and east is right in every language."""


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
