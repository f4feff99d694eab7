"""A report's page: what is done there, and what its reporter reads of it."""

import httpx

from service.settings import Settings
from service.triage.outcomes import OUTCOMES
from service.web.languages import LANGUAGES, catalogue, prefix
from tests.triage.desk import ASB, TriageDesk
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
