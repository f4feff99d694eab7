"""The shift and the books as pages: who may, and what is refused."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import httpx
import pytest

from service.access.actor import Actor
from service.access.cross_site import TOKEN_FIELD
from service.db.pool import prepare_connection
from service.keys import load_key_ring
from service.policy.directory import load_directory
from service.policy.model import Policy
from service.routing.escalation import escalate_late
from service.routing.reminders import remind
from service.settings import Settings, default_policy_folder
from tests.triage.console import Console
from tests.triage.desk import KNIFE, UNTOLD, TriageDesk, a_desk


@pytest.fixture
async def desk(
    web_settings: Settings, database: asyncpg.Connection, policy: Policy
) -> AsyncIterator[TriageDesk]:
    await prepare_connection(database)
    ring = load_key_ring(web_settings.key_file)
    async with a_desk(web_settings.require_database(), database, policy, ring) as one:
        yield one


class Browser:
    """Somebody's browser without script."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, actor: Actor) -> None:
        self._http = http
        self._headers = {"Cookie": Console(http, settings, actor).cookie, "Accept": "text/html"}

    async def get(self, path: str) -> httpx.Response:
        return await self._http.get(path, headers=self._headers)

    async def send(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Send a form of a page."""
        found = re.search(rf'name="{TOKEN_FIELD}" value="([0-9a-f]+)"', (await self.get(page)).text)
        assert found is not None
        return await self._http.post(path, headers=self._headers, data={TOKEN_FIELD: found[1], **fields})


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
    refused = await lead.send("/desk/books", f"/desk/books/{letter}/phoned", why=" ")
    assert refused.status_code == 422
    assert "Say whom you spoke to" in refused.text
    assert (await lead.send("/desk/books", f"/desk/books/{letter}/phoned", why="Sgt Hill")).status_code == 303
    gone = await lead.send("/desk/books", f"/desk/books/{letter}/retry")
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
    shown = (await lead.get("/desk/shift?team=tvp")).text
    assert shown.count("did not acknowledge") == 1
    assert (
        "Thames Valley Police did not acknowledge 2 P1s in time, so they came to Coordination desk" in shown
    )
    ids = re.search(r'name="ids" value="([\d,]+)"', shown)
    assert ids is not None
    assert (await lead.send("/desk/shift", "/desk/shift/notices", ids=ids[1])).status_code == 303
    assert "Notices to you" not in (await lead.get("/desk/shift")).text
