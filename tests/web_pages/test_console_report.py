"""A report's page: what it tells, and what its reporter reads of what is done there."""

import asyncio
import re

import httpx

from service.settings import Settings
from service.triage.outcomes import OUTCOMES
from service.web.languages import LANGUAGES, catalogue, prefix
from tests.triage.desk import ASB, SPIKED, TriageDesk
from tests.web_pages.console_browser import Browser, text_of


async def test_how_a_report_ended_is_told_to_its_reporter_in_every_language(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference, other = await desk.reported(ASB), await desk.reported(ASB)
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))

    async def told(of: str, language: str = "en") -> str:
        answer = await client.post(
            f"{prefix(language)}/follow-up", data={"receipt": desk.receipts[of], "_do": "show"}
        )
        assert answer.status_code == 200
        return text_of(answer)

    ended = catalogue("en").gettext(OUTCOMES["no_further_action"].told)
    assert ended not in await told(reference)
    page = await browser.get(f"/desk/reports/{reference}")
    closed = await browser.send(
        page, f"/desk/reports/{reference}/close", outcome="no_further_action", why="He moved to Leeds"
    )
    assert closed.status_code == 200
    for language in LANGUAGES:
        say = catalogue(language.code).gettext
        shown = await told(reference, language.code)
        assert say(OUTCOMES["no_further_action"].told) in shown, language
        assert "Leeds" not in shown
    assert ended not in await told(other)

    # Whoever adds something is looked at again: it would be seen by nobody in a report that is closed.
    await client.post(
        "/v1/follow-up/messages", json={"receipt": desk.receipts[reference], "text": "He is back."}
    )
    assert ended not in await told(reference)
    assert (await desk.items(reference))["asb_team"]["state"] == "new"
    page = await browser.get(f"/desk/reports/{reference}")
    assert "He is back." in text_of(page)

    # Merged into another report, it ends as that one does.
    await desk.owner.execute(
        "UPDATE report_case SET merged_into = $2 WHERE report_id = $1",
        await desk.id_of(reference),
        await desk.id_of(other),
    )
    page = await browser.get(f"/desk/reports/{other}")
    await browser.send(page, f"/desk/reports/{other}/close", outcome="malicious", why="Made up by a rival")
    assert OUTCOMES["malicious"].told in await told(reference)
    assert "malicious" not in (await told(other)).lower()


async def test_the_page_tells_how_far_each_notification_has_come(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(SPIKED)
    report_id = await desk.id_of(reference)
    await desk.owner.execute(
        "UPDATE delivery SET state = 'dead', settled_at = now(), attempts = 2, last_fault = 'no such mailbox'"
        " WHERE report_id = $1 AND recipient = 'nightsafe'",
        report_id,
    )
    delivered = await desk.owner.fetchval(
        "UPDATE delivery SET state = 'delivered', settled_at = now(), attempts = 1"
        " WHERE report_id = $1 AND recipient = 'tvp' AND channel = 'email' RETURNING id",
        report_id,
    )
    await desk.owner.execute(
        "INSERT INTO delivery_attempt VALUES ($1, 1, now(), now(), 'delivered')", delivered
    )
    police = Browser(client, web_settings, await desk.person(tvp="coordinator"))
    summary = Browser(client, web_settings, await desk.person(nightsafe="coordinator"))
    page = text_of(await police.get(f"/desk/reports/{reference}"))
    assert "Oxfordshire Nightsafe not reached" in page
    assert "could not be delivered: no such mailbox" in page
    assert "Thames Valley Police opened" in page
    assert re.search(r"made \S+ .*?, \d\d:\d\d sent .*?, \d\d:\d\d delivered", page)
    await desk.owner.execute(
        "INSERT INTO acknowledgement (delivery_id, at, by, verdict, their_reference, note)"
        " VALUES ($1, now(), 'link', 'refused', 'N-12', 'Not a venue of ours')",
        delivered,
    )
    page = text_of(await police.get(f"/desk/reports/{reference}"))
    assert "Thames Valley Police refused" in page
    assert "refused, not for them (N-12): Not a venue of ours" in page
    # Who sees a summary is told of the own notification alone, and not that the police have it.
    page = text_of(await summary.get(f"/desk/reports/{reference}"))
    assert ("Oxfordshire Nightsafe opened" in page, "Thames Valley" in page) == (True, False)
    page = text_of(await police.get(f"/desk/reports/{reference}"))
    assert "First opened at Oxfordshire Nightsafe" in page


async def test_what_stands_around_a_report_is_told_in_words_and_on_a_map(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    where = {"town": "Witney", "latitude": 51.785, "longitude": -1.485, "accuracy_m": 40}
    spiking = {"cctv_from": "2026-11-20T23:30:00+00:00", "cctv_to": "2026-11-21T00:15:00+00:00"}
    reference = await desk.reported(SPIKED, kind="venue", location=where, spiking=spiking)
    near = await desk.reported(SPIKED, location={"town": "Burford"})
    alike = await desk.reported(SPIKED, location="behind the church")
    await desk.linked(reference, alike, "text", {"alike_percent": 91})
    await desk.at_one_place(reference, near)
    cluster = await desk.owner.fetchval(
        "INSERT INTO cluster VALUES (gen_random_uuid(), 'venue', 'x', 'spiking_drink', 4, 0.52, 0.001, current_date,"
        " current_date) RETURNING id"
    )
    for one in (reference, near):
        await desk.owner.execute("INSERT INTO cluster_report VALUES ($1, $2)", cluster, await desk.id_of(one))
    review = await desk.owner.fetchval(
        "INSERT INTO case_review (id, limb, subject_kind, subject, counted_on, counted, needed)"
        " VALUES (gen_random_uuid(), 'different_people', 'venue', 'x', '2026-11-20', 4, 5) RETURNING id"
    )
    for one, verdict in ((reference, "counted"), (near, "same_incident")):
        await desk.owner.execute(
            "INSERT INTO case_review_report VALUES ($1, $2, $3)", review, await desk.id_of(one), verdict
        )
    browser = Browser(client, web_settings, await desk.person(tvp="coordinator"))
    page = await browser.get(f"/desk/reports/{reference}")
    said = text_of(page)
    for told in (
        "Pictures from Fri 20 Nov, 23:30 to Sat 21 Nov, 00:15",
        "near-identical words, 91 % alike",
        f"{near} (same place): in or near Burford",
        "This report : in or near Witney, exact to about 40 m",
        "4 reports of a drink, vape or food spiked at one venue within three weeks, where its past lets expect 0.5",
        "the same address",
        "4 of 5 needed, 1 short counted 20 Nov 2026",
        "does not count again: the same incident as another",
    ):
        assert told in said, (told, said)
    assert page.text.count('class="ec-map__near"') == 1
    assert 'class="ec-map__here"' in page.text


async def test_a_canned_text_is_put_into_the_form_in_the_reporters_language(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(
        ASB, description="Sąsiad krzyczy co noc i rzuca kamieniami w nasze okna, bardzo się boimy"
    )
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    page = await browser.get(f"/desk/reports/{reference}?write=when")
    assert "seems to be written in Polish" in text_of(page)
    assert "Kiedy to się stało?" in page.text
    assert "In English: When did this happen?" in text_of(page)
    english = await browser.get(f"/desk/reports/{reference}?write=when&in=en")
    assert "When did this happen? The day and about what time is enough.</textarea>" in english.text
    for odd in ("write=x", "write=when&in=xx", "in=pl"):
        assert (await browser.get(f"/desk/reports/{reference}?{odd}")).status_code == 200, odd


async def test_a_coordinator_and_a_reporter_who_write_at_once_never_wait_for_each_other(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    address, asked = f"/desk/reports/{reference}", 0
    for number in range(6):
        page = await browser.get(address)
        message = {"receipt": desk.receipts[reference], "text": f"Again, {number}"}
        asking, said = await asyncio.gather(
            browser.send(page, f"{address}/ask", text=f"When, {number}?"),
            client.post("/v1/follow-up/messages", json=message),
        )
        assert said.status_code == 201
        # Either it was first, or the page is told what the reporter wrote meanwhile.
        assert asking.status_code in {200, 412}
        asked += asking.status_code == 200
    authors = [row["author"] for row in await desk.owner.fetch("SELECT author FROM message ORDER BY place")]
    assert (authors.count("reporter"), authors.count("coordinator")) == (6, asked)
