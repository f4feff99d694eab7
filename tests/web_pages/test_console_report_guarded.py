"""A report's page: what it does not offer, and what nobody is given by naming it."""

import re
from html import unescape

import httpx

from service.access.cross_site import TOKEN_FIELD
from service.settings import Settings
from tests.followup.returning import photo, send_whole
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk
from tests.web_pages.console_browser import Browser, alert_of, text_of

CONTACT = {"anonymity": "confidential", "contact": {"name": "Example Person", "phone": "07700 900123"}}
WHY = "Life at risk: she has to be rung back"


def offered_on(page: httpx.Response) -> set[str]:
    """The verbs that a page has a form for."""
    return set(re.findall(r'<form method="post" action="/desk/reports/[^/"]+/([a-z-]+)">', page.text))


async def test_what_may_not_be_done_is_not_offered(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    knife, spiked = await desk.reported(KNIFE, **CONTACT), await desk.reported(SPIKED)
    pointer = Browser(client, web_settings, await desk.person(coordination="coordinator"))
    summary = Browser(client, web_settings, await desk.person(nightsafe="coordinator"))
    record = Browser(client, web_settings, await desk.person(tvp="coordinator"))
    # That the reporter wrote is known to who may read it.
    await client.post(
        "/v1/follow-up/messages", json={"receipt": desk.receipts[knife], "text": "Near the church."}
    )
    assert "The reporter wrote" in text_of(await record.get(f"/desk/reports/{knife}"))
    assert "The reporter wrote" not in text_of(await pointer.get(f"/desk/reports/{knife}"))
    little = {"claim", "acknowledge", "close", "note", "tag", "assign"}
    assert offered_on(await pointer.get(f"/desk/reports/{knife}")) == little
    assert offered_on(await summary.get(f"/desk/reports/{spiked}")) == little
    whole = offered_on(page := await record.get(f"/desk/reports/{knife}"))
    assert whole == {
        *little,
        *(
            "regrade",
            "ask",
            "information",
            "link",
            "merge",
            "mark",
            "hold",
            "case-review",
            "reroute",
            "reveal",
        ),
    }
    # Nobody can know who sent an anonymous report.
    assert "reveal" not in offered_on(await record.get(f"/desk/reports/{spiked}"))
    # What a page does not offer is refused all the same.
    hidden = dict(
        re.findall(
            r'<input type="hidden" name="([^"]+)" value="([^"]*)">',
            (await summary.get(f"/desk/reports/{spiked}")).text,
        )
    )
    refused = await summary.post(f"/desk/reports/{spiked}/regrade", **{**hidden, "grade": "P4", "why": "No"})
    assert (refused.status_code, "the whole record" in alert_of(refused)) == (403, True)
    page = await record.send(page, f"/desk/reports/{knife}/hold", why="A court asked for it")
    page = await record.send(page, f"/desk/reports/{knife}/claim")
    assert "undo" in offered_on(page)
    page = await record.send(page, f"/desk/reports/{knife}/close", outcome="action_taken")
    assert offered_on(page) & {"claim", "close", "merge", "hold", "reroute", "assign"} == set()
    assert offered_on(page) >= {"reopen", "let-go", "undo", "release"}


async def test_who_reported_is_shown_once_after_a_lead_has_approved_it(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB, **CONTACT)
    address = f"/desk/reports/{reference}"
    asker = await desk.person(asb_team="coordinator")
    coordinator, lead = (
        Browser(client, web_settings, asker),
        Browser(client, web_settings, await desk.person(asb_team="lead")),
    )
    stranger = Browser(client, web_settings, await desk.person(tvp="lead"))
    page = await coordinator.get(address)
    refused = await coordinator.send(page, f"{address}/reveal", why="Because")
    assert (refused.status_code, "10 to 1,000 characters" in alert_of(refused)) == (422, True)
    assert "Because</textarea>" in refused.text
    waiting = await coordinator.send(page, f"{address}/reveal", why=WHY)
    assert "It waits for a lead of your team" in text_of(waiting)
    assert "900123" not in waiting.text
    # Without the approval the second try is no better.
    assert "900123" not in (await coordinator.send(waiting, f"{address}/reveal", why=WHY)).text
    assert (await coordinator.get("/desk/reveals")).status_code == 403
    assert WHY not in text_of(await stranger.get("/desk/reveals"))

    asked = await lead.get("/desk/reveals")
    assert (WHY in text_of(asked), asker.name in text_of(asked)) == (True, True)
    (approval,) = re.findall(r'action="(/desk/reveals/[^/]+/approve)"', asked.text)
    hidden = dict(
        re.findall(
            r'<input type="hidden" name="([^"]+)" value="([^"]*)">',
            (await stranger.get("/desk/reveals")).text,
        )
    )
    assert (await stranger.post(approval, **hidden)).status_code == 403
    on_report = await lead.get(address)
    assert f"{asker.name} asks to know who reported" in text_of(on_report)
    assert "asks to know" not in text_of(await coordinator.get(address))
    approved = await lead.send(on_report, approval)
    assert (approved.url.path, "Approved. Your colleague" in text_of(approved)) == (address, True)
    page = await coordinator.get(address)
    # They are led to it, and need not say again why.
    assert 'href="#act-reveal"' in page.text
    assert f"{WHY}</textarea>" in page.text
    assert "Your lead approved this" in text_of(page)
    shown = await coordinator.send(page, f"{address}/reveal", why=WHY)
    assert "+447700900123" in text_of(shown)
    assert "no-store" in shown.headers["cache-control"]
    assert "900123" not in (await coordinator.get(address)).text
    news = await lead.get("/desk/reveals")
    assert f"{asker.name} was told who sent {reference}" in text_of(news)
    assert asker.name not in text_of(await lead.send(news, "/desk/reveals/seen"))


async def test_another_teams_report_photo_link_or_cluster_is_not_had_by_naming_it(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    own, others = await desk.reported(ASB), await desk.reported(SPIKED, description="The barmaid saw it")
    await send_whole(client, desk.receipts[own], photo())
    await send_whole(client, desk.receipts[others], photo())
    await desk.linked(own, others, "venue", {})
    await desk.at_one_place(own, others)
    cluster = await desk.owner.fetchval(
        "INSERT INTO cluster VALUES (gen_random_uuid(), 'street', 'x', 'spiking', 4, 0.5, 0.001, current_date,"
        " current_date) RETURNING id"
    )
    await desk.owner.execute("INSERT INTO cluster_report VALUES ($1, $2)", cluster, await desk.id_of(others))
    files = {
        reference: await desk.owner.fetchval(
            "SELECT id FROM report_file WHERE report_id = $1", await desk.id_of(reference)
        )
        for reference in (own, others)
    }
    actor = await desk.person(asb_team="coordinator")
    browser = Browser(client, web_settings, actor)
    page = await browser.get(f"/desk/reports/{own}")
    for secret in (others, str(files[others]), "Cluster", "Linked reports", "Other reports of this place"):
        assert secret not in page.text, secret
    for address in (
        f"/desk/reports/{others}/photos/{files[others]}",
        f"/desk/reports/{own}/photos/{files[others]}",
        f"/desk/reports/{others}/photos/{files[own]}",
    ):
        assert (await browser.get(address)).status_code == 404, address
    assert await desk.record("file.opened") == []
    for verb, fields in (("link", {"other": others, "why": "Same pub"}), ("merge", {"into": others})):
        refused = await browser.send(page, f"/desk/reports/{own}/{verb}", **fields)
        unknown = await browser.send(
            page,
            f"/desk/reports/{own}/{verb}",
            **{**fields, **dict.fromkeys(set(fields) - {"why"}, "WO-7F3K-9MPX")},
        )
        assert (refused.status_code, alert_of(refused)) == (422, alert_of(unknown))
        assert "not in your team's queue" in alert_of(refused)
    assert "Same pub</textarea>" not in refused.text
    asked = [row["subject"] for row in await desk.record("report.refused")]
    assert asked.count(str(await desk.id_of(others))) >= 4
    async with desk.of(actor) as connection:
        assert await connection.fetch("SELECT * FROM cluster") == []
        assert await connection.fetch("SELECT * FROM same_place($1, 10)", await desk.id_of(others)) == []


async def test_a_photo_is_saved_and_never_shown_as_part_of_the_site(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    await send_whole(client, desk.receipts[reference], photo())
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    page = await browser.get(f"/desk/reports/{reference}")
    (address,) = re.findall(r'href="(/desk/reports/[^"]+/photos/[^"]+)"', page.text)
    answer = await browser.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content.startswith(b"\xff\xd8")
    assert len(await desk.record("file.opened")) == 1


async def test_a_session_that_ended_gives_back_what_was_typed_to_its_own_page_alone(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    browser = Browser(client, web_settings, actor)
    page = await browser.get(f"/desk/reports/{reference}")
    address = f"/desk/reports/{reference}/note"
    await desk.owner.execute(
        "UPDATE session SET ended_at = now(), ended_why = 'signed out' WHERE id = $1", actor.session
    )
    over = await browser.send(page, address, text="She rang & said <he is back>")
    assert over.status_code == 401
    assert "She rang & said <he is back>" in unescape(over.text)
    assert "<he is back>" not in over.text
    assert f'href="/desk/sign-in?next=/desk/reports/{reference}"' in over.text
    assert "no-store" in over.headers["cache-control"]
    sent = {TOKEN_FIELD: "0" * 64, "version": "0", "text": "Typed elsewhere"}
    elsewhere = await client.post(
        address, data=sent, headers={"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    )
    assert elsewhere.headers["location"].startswith("/desk/sign-in")
    assert "Typed elsewhere" not in elsewhere.text
    # Signed in again in another window, the old page's token is of no use, and its text is not lost either.
    again = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    old = await again.post(address, **sent)
    assert (old.status_code, "Typed elsewhere" in old.text) == (403, True)
    assert await desk.version(reference) == 0
