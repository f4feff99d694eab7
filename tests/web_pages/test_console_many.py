"""Many reports at once, and views of the queue, as a browser without script uses them."""

import re

import httpx

from service.settings import Settings
from tests.triage.desk import ASB, SPIKED, TriageDesk
from tests.web_pages.console_browser import Browser, alert_of, text_of


def picks(shown: httpx.Response) -> list[str]:
    """What the boxes of the rows send."""
    return re.findall(r'name="one" value="([^"]+)" form="do"', shown.text)


def undo_of(shown: httpx.Response) -> list[str]:
    """What the Undo of the page sends."""
    return re.findall(r'<input type="hidden" name="one" value="([^"]+)">', shown.text)


async def test_one_thing_is_done_to_many_and_taken_back(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    references = [await desk.reported(ASB) for _ in range(3)]
    me, other = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")
    stranger = await desk.person(tvp="coordinator")
    browser, rival = Browser(client, web_settings, me), Browser(client, web_settings, other)
    page = await browser.get("/desk")
    assert f'<option value="{other.account}"' in page.text
    assert str(stranger.account) not in page.text
    chosen = picks(page)
    await rival.press(await rival.get("/desk"), "claim", references[2])
    claimed = await browser.do(page, "claim", chosen)
    assert "You are on 2 reports." in text_of(claimed)
    assert f"{references[2]} : {other.name} took it on" in text_of(claimed)
    assert (await desk.items(references[0]))["asb_team"]["claimed_by"] == me.account

    async def claimants() -> list[object]:
        return [(await desk.items(one))["asb_team"]["claimed_by"] for one in references]

    undone = await browser.do(claimed, "undo", undo_of(claimed))
    assert "Took back what was done to 2 reports." in text_of(undone)
    assert await claimants() == [None, None, other.account]
    two = (references[0], references[1])
    for verb, fields, column, value in (
        ("acknowledge", {}, "state", "acknowledged"),
        ("assign", {"to": str(other.account)}, "claimed_by", other.account),
        ("tag", {"tag": "School run"}, "tags", ["school run"]),
        ("close", {"outcome": "no_further_action", "why": "Moved away"}, "state", "closed"),
    ):
        before = [(await desk.items(one))["asb_team"][column] for one in two]
        done = await browser.do(undone, verb, [one for one in picks(undone) if one.startswith(two)], **fields)
        assert len(undo_of(done)) == 2, text_of(done)
        assert [(await desk.items(one))["asb_team"][column] for one in two] == [value, value]
        undone = await browser.do(done, "undo", undo_of(done))
        assert [(await desk.items(one))["asb_team"][column] for one in two] == before


async def test_what_cannot_be_done_to_many_is_said_and_nothing_is_written(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference, others = await desk.reported(ASB), await desk.reported(SPIKED)
    browser = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    page = await browser.get("/desk")
    one = f"{reference}:0:asb_team"
    for verb, chosen, fields, said in (
        ("claim", [], {}, "Select reports first"),
        ("delete", [one], {}, "Choose what to do"),
        ("claim", ["x"], {}, "not whole"),
        ("assign", [one], {"to": ""}, "not an account"),
        ("tag", [one], {"tag": " "}, "Write the tag"),
    ):
        refused = await browser.do(page, verb, chosen, **fields)
        assert (refused.status_code, said in alert_of(refused)) == (422, True), (verb, text_of(refused))
    kept = await browser.do(page, "close", [one], outcome="no_further_action", why="")
    assert "Say why" in text_of(kept)
    assert 'value="no_further_action" selected' in kept.text
    for chosen in ([f"{others}:0:tvp"], [f"{others}:0:asb_team"], [f"{reference}:0:tvp"]):
        refused = await browser.do(page, "claim", chosen)
        assert "There is no such report" in text_of(refused), chosen
    assert (await desk.version(reference), await desk.version(others)) == (0, 0)


async def test_filters_are_kept_as_a_view_of_ones_own_or_of_a_team(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB, description="Quad bikes again")
    one = Browser(client, web_settings, await desk.person(asb_team="lead"))
    two = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    address = "/desk?grade=P3&concern=asb_personal&whose=unassigned&age=24&text=quad+bikes"
    page = await one.get(address)
    kept = await one.send(page, "/desk/views", name="Bikes & nobody")
    assert str(kept.url).endswith(address), kept.url
    assert 'aria-current="page">Bikes &amp; nobody</a>' in kept.text
    assert "Bikes" not in (await two.get("/desk")).text
    kept = await one.send(
        await one.get("/desk?grade=P3"), "/desk/views", name="All of P3", **{"for": "asb_team"}
    )
    shown = await two.get("/desk?grade=P3")
    assert "All of P3" in text_of(shown)
    assert "Delete the view" not in shown.text
    assert f'<tr id="{reference}"' in shown.text
    gone = re.search(r'action="(/desk/views/[^"]+/gone)"', kept.text)
    assert gone is not None
    assert (await two.send(kept, gone[1])).status_code == 403
    assert "All of P3" not in text_of(await one.send(kept, gone[1]))
    refused = await one.send(page, "/desk/views", name="")
    assert "1 to 60 characters" in alert_of(refused)
