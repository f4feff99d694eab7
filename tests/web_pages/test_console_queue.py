"""The queue and the report's page of the console, as a browser without script uses them."""

import re
from datetime import timedelta
from html import unescape

import httpx

from service.access.cross_site import TOKEN_FIELD
from service.settings import Settings
from service.triage.queue import PAGE
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk
from tests.web_pages.console_browser import HTML, Browser, alert_of, button, text_of


async def test_a_coordinator_sees_the_own_teams_reports_and_not_anothers(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    own, others = await desk.reported(ASB), await desk.reported(SPIKED, description="The barmaid saw it")
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    queue = await browser.get("/desk")
    assert queue.status_code == 200
    assert own in queue.text
    assert others not in queue.text
    assert "P3" in text_of(queue)
    refused = await browser.get(f"/desk/reports/{others}")
    unknown = await browser.get("/desk/reports/WO-7F3K-9MPX")
    assert (refused.status_code, refused.text) == (404, unknown.text)
    assert len(await desk.record("report.refused")) == 1
    assert others not in (await browser.get("/desk?text=barmaid")).text


async def test_the_queue_of_nobody_signed_in_leads_to_the_sign_in_and_an_auditor_has_none(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    for path in ("/desk", f"/desk/reports/{reference}", f"/queue/{reference}"):
        away = await client.get(path, headers=HTML)
        assert away.headers["location"].startswith("/desk/sign-in"), path
    auditor = Browser(client, web_settings, await desk.person(office="auditor"))
    assert (await auditor.get(f"/desk/reports/{reference}")).status_code == 403


async def test_filters_and_the_empty_queue(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    browser = Browser(client, web_settings, actor)
    assert "Nothing is waiting" in text_of(await browser.get("/desk"))
    knife = await desk.reported(KNIFE, description="A man with a machete")
    spiked = await desk.reported(SPIKED, description="The barmaid saw it")

    async def shown(query: str) -> set[str]:
        page = await browser.get(f"/desk?{query}")
        assert page.status_code == 200, text_of(page)
        return {one for one in (knife, spiked) if f'<tr id="{one}"' in page.text}

    assert await shown("") == {knife, spiked}
    assert await shown("grade=P1&state=&whose=&text=") == {knife}
    assert await shown("text=machete") == {knife}
    assert await shown("whose=mine") == set()
    report = await browser.get(f"/desk/reports/{spiked}")
    await browser.send(report, f"/desk/reports/{spiked}/claim")
    assert await shown("whose=mine") == {spiked}
    assert await shown("whose=unassigned") == {knife}
    assert await shown("whose=unassigned&text=machete") == {knife}
    assert await shown("text=barmaid") == {spiked}
    assert await shown("whose=unassigned&text=barmaid") == set()
    assert await shown("state=closed") == set()
    assert "No report fits" in text_of(await browser.get("/desk?state=closed"))
    assert await shown("state=settled") == set()
    assert await shown("kind=rural_resident&due=soon&age=") == {knife}
    assert await shown("place=witney") == set()
    for wrong in ("grade=P9", "state=solved", "after=x", "due=never", "age=x", "team=asb_team"):
        refused = await browser.get(f"/desk?{wrong}")
        assert (refused.status_code, "There is a problem" in refused.text) == (422, True), wrong


async def test_what_is_late_is_said_in_words(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    desk.now -= timedelta(hours=3)
    await desk.reported(KNIFE)
    browser = Browser(client, web_settings, await desk.person(tvp="coordinator"))
    assert re.search(
        r"P1 Critical Late by (2 hours|3 hours|1\d\d minutes)", text_of(await browser.get("/desk"))
    )


async def test_the_next_page_is_a_link_that_keeps_the_filters(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    references = {await desk.reported(ASB) for _ in range(PAGE + 5)}
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    page, seen = await browser.get("/desk?whose=unassigned"), []
    while True:
        seen += re.findall(r'<tr id="([^"]+)"', page.text)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        if following is None:
            break
        assert "whose=unassigned" in following[1]
        page = await browser.get(unescape(following[1]))
    assert (len(seen), set(seen)) == (PAGE + 5, references)


async def test_a_report_is_claimed_from_the_queue_and_a_second_claim_is_refused_in_words(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    first = await desk.person(asb_team="coordinator")
    one = Browser(client, web_settings, first)
    two = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    before = await two.get("/desk")
    claimed = await one.press(await one.get("/desk"), "claim", reference)
    assert f"You are on {reference}." in text_of(claimed)
    late = await two.press(before, "claim", reference)
    assert f"{reference} : {first.name} took it on" in text_of(late)
    assert button(late, "claim", reference) is None
    # Also who does not look again: the newest version is no way past who is on it.
    again = await two.do(late, "claim", [f"{reference}:1:asb_team"])
    assert f"{reference} : {first.name} is on it already" in text_of(again)
    items = await desk.items(reference)
    assert items["asb_team"]["claimed_by"] == first.account


async def test_a_stale_page_is_told_what_changed_and_keeps_what_was_written(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    one = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    two = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    old = await two.get(f"/desk/reports/{reference}")
    await one.send(
        await one.get(f"/desk/reports/{reference}"), f"/desk/reports/{reference}/note", text="Rang the school"
    )
    stale = await two.send(
        old, f"/desk/reports/{reference}/close", outcome="no_further_action", why="<Moved>"
    )
    assert stale.status_code == 412
    assert "changed after you opened it" in alert_of(stale)
    assert "wrote a note: Rang the school" in alert_of(stale)
    assert "&lt;Moved&gt;</textarea>" in stale.text
    assert await desk.version(reference) == 1
    closed = await two.send(
        stale, f"/desk/reports/{reference}/close", outcome="no_further_action", why="Moved"
    )
    assert "closed it: No further action, and why Moved" in text_of(closed)
    assert reference not in (await two.get("/desk")).text
    assert reference in (await two.get("/desk?state=closed")).text


async def test_every_form_of_the_page_does_what_it_says(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    page = await browser.get(f"/queue/{reference}")
    assert page.url.path == f"/desk/reports/{reference}"
    for verb, fields, then in (
        ("acknowledge", {}, "acknowledged it"),
        ("note", {"text": "Known <address>", "shared": "yes"}, "wrote a note: Known <address>"),
        ("ask", {"text": "Which evening was it?"}, "To the reporter"),
        ("regrade", {"grade": "P2", "why": "Again tonight"}, "graded it P2, before it was P3 Again tonight"),
        ("claim", {}, "took it on"),
        ("release", {}, "gave it back to the team"),
    ):
        page = await browser.send(page, f"/desk/reports/{reference}/{verb}", **fields)
        assert (page.status_code, then in text_of(page)) == (200, True), (verb, text_of(page))
    assert await desk.version(reference) == 6
    for verb, fields, status in (
        ("note", {"text": ""}, 422),
        ("regrade", {"grade": "P4"}, 422),
        ("regrade", {"grade": "P9"}, 422),
        ("close", {"outcome": "solved"}, 422),
        ("note", {"text": "x", "version": ""}, 422),
    ):
        refused = await browser.send(page, f"/desk/reports/{reference}/{verb}", **fields)
        assert (refused.status_code, "This was not done" in refused.text) == (status, True), verb
    assert await desk.version(reference) == 6


async def test_a_form_of_another_site_changes_nothing(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    for fields in ({"version": "0"}, {"version": "0", TOKEN_FIELD: "0" * 64}):
        assert (await browser.post(f"/desk/reports/{reference}/claim", **fields)).status_code == 403
    assert await desk.version(reference) == 0


async def test_the_words_that_raised_the_grade_are_marked_and_the_reporters_text_stays_text(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(
        {"concern": "asb_nuisance", "happening": "now"},
        description="<b>He has a knife</b> and he is stabbing somebody right now",
    )
    browser = Browser(client, web_settings, await desk.person(tvp="coordinator"))
    page = await browser.get(f"/desk/reports/{reference}")
    assert page.status_code == 200
    said = re.search(r'<blockquote class="ec-words" dir="auto">(.*?)</blockquote>', page.text, re.DOTALL)
    assert said is not None
    assert "<b>" not in said[1]
    assert "&lt;b&gt;" in said[1]
    assert "<mark>" in said[1]


async def test_a_team_that_sees_a_pointer_reads_nothing_of_what_was_said(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(KNIFE, description="A man with a machete")
    browser = Browser(client, web_settings, await desk.person(coordination="coordinator"))
    page = await browser.get(f"/desk/reports/{reference}")
    assert page.status_code == 200
    assert "machete" not in page.text
    assert "not what was said" in text_of(page)
    assert "/regrade" not in page.text
