"""The shift and the books as pages: who may, and what is refused."""

from datetime import timedelta

import httpx

from service.policy.directory import load_directory
from service.routing.escalation import escalate_late
from service.routing.reminders import remind
from service.settings import Settings, default_policy_folder
from tests.triage.desk import KNIFE, UNTOLD, TriageDesk
from tests.web_pages.console_browser import Browser


async def test_each_page_is_for_those_whose_work_it_is(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(KNIFE)
    await desk.reported(UNTOLD)
    await desk.owner.execute("UPDATE delivery SET state = 'dead', settled_at = now()")
    people = {
        "coordinator": (await desk.person(tvp="coordinator"), 200, 403),
        "lead": (await desk.person(tvp="lead"), 200, 200),
        "desk": (await desk.person(coordination="lead"), 200, 200),
        "auditor": (await desk.person("auditor"), 403, 403),
        "administrator": (await desk.person("administrator"), 403, 200),
    }
    shown = {}
    for name, (actor, handover, books) in people.items():
        browser = Browser(client, web_settings, actor)
        assert (await browser.get("/desk/shift")).status_code == handover, name
        shown[name] = await browser.get("/desk/books")
        assert shown[name].status_code == books, name
    # The numbers of all, and no item of any.
    assert "Recipients decided" in shown["administrator"].text
    assert reference not in shown["administrator"].text
    assert "Recipients decided" not in shown["lead"].text
    assert reference in shown["lead"].text
    assert "Reports that no recipient is told of" in shown["desk"].text
    lead = Browser(client, web_settings, people["lead"][0])
    assert (await lead.get("/desk/shift?team=asb_team")).status_code == 422
    for since in ("yesterday", "1999-01-01T00:00", "2999-01-01T00:00"):
        assert (await lead.get(f"/desk/shift?since={since}")).status_code == 422
    assert (await lead.get("/desk/books?to=never&day=x")).status_code == 200


async def test_what_was_given_up_is_settled_from_the_page(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    await desk.reported(KNIFE)
    letter = await desk.owner.fetchval(
        "UPDATE delivery SET state = 'dead', settled_at = now() WHERE channel = 'email' RETURNING id"
    )
    lead = Browser(client, web_settings, await desk.person(tvp="lead"))
    books = await lead.get("/desk/books")
    refused = await lead.send(books, f"/desk/books/{letter}/phoned", why=" ")
    assert refused.status_code == 422
    assert "Say whom you spoke to" in refused.text
    told = await lead.send(books, f"/desk/books/{letter}/phoned", why="Sgt Hill")
    assert (told.status_code, told.url.path) == (200, "/desk/books")
    gone = await lead.send(books, f"/desk/books/{letter}/retry")
    assert gone.status_code == 409
    assert await desk.owner.fetchval("SELECT state FROM delivery WHERE id = $1", letter) == "phoned"


async def test_notices_stay_until_they_are_read(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(KNIFE)
    lead = Browser(client, web_settings, await desk.person(tvp="lead", coordination="coordinator"))
    directory, late = load_directory(default_policy_folder()), desk.now + timedelta(minutes=16)
    await remind(desk.owner, directory, late)
    await escalate_late(desk.owner, directory, late)
    # Of several teams, the one that they lead.
    shown = (await lead.get("/desk/shift")).text
    assert "Shift of Thames Valley Police" in shown
    assert "Thames Valley Police: 1 late, and nobody has acknowledged" in shown
    assert "Thames Valley Police did not acknowledge a P1 in time, so it came to Coordination desk" in shown
    assert f'href="/desk/reports/{reference}"' in shown
    await desk.reported(KNIFE)
    await escalate_late(desk.owner, directory, late)
    page = await lead.get("/desk/shift?team=tvp")
    shown = page.text
    assert shown.count("did not acknowledge") == 1
    assert (
        "Thames Valley Police did not acknowledge 2 P1s in time, so they came to Coordination desk" in shown
    )
    read = await lead.send(page, "/desk/shift/notices")
    assert "Notices to you" not in read.text
