"""A hand-over is sanitised, at a tier, on the record, and for nobody else: pages, files, and what is refused."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import pypdfium2
import pytest

from schemas.handover import HandOver
from service.access.acting import acting
from service.access.actor import Actor
from service.handover.prepare import TELLS_OF_REPORTER
from service.settings import Settings
from tests.access.test_every_route import FOR_ANYONE
from tests.triage.console import Console
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk
from tests.web_pages.console_browser import Browser, alert_of, text_of

WORDS = (
    "I saw him kick the door. I am the caretaker's friend of Example House. My name is Jan Example,"
    " ring 07700 900123 or jan@example.org. The Old Mill kids were there. لڑکے وہاں تھے"
)
TOLD: dict[str, Any] = {
    **ASB,
    "description": WORDS,
    "threat_to_reporter": "yes",
    "anonymity": "confidential",
    "contact": {"name": "Jan Example", "phone": "07700 900123"},
    "location": {
        "town": "Witney",
        "latitude": 51.78594,
        "longitude": -1.48512,
        "accuracy_m": 12,
        "description": "By the Old Mill",
    },
}
WHY = "Asked for under the sharing agreement"


class Maker:
    """Somebody who hands one report over, by the pages."""

    def __init__(self, browser: Browser, reference: str) -> None:
        self.browser = browser
        self.reference = reference
        self.address = f"/desk/reports/{reference}/package"

    async def made(self, to: str, **fields: str) -> httpx.Response:
        """Make a package from a preview."""
        shown = await self.browser.get(f"{self.address}?to={to}")
        return await self.browser.send(shown, self.address, do="make", why=WHY, **fields)


async def _maker(
    client: httpx.AsyncClient, settings: Settings, desk: TriageDesk, facts: dict[str, Any], actor: Actor
) -> Maker:
    return Maker(Browser(client, settings, actor), await desk.reported(facts))


def _id_of(page: httpx.Response) -> UUID:
    return UUID(page.url.path.rsplit("/", 1)[1])


def _text_of_pdf(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(document[place].get_textpage().get_text_range() for place in range(len(document)))


@pytest.mark.parametrize("words", ["x\n" * 101, "a long one " * 400], ids=["many", "long"])
async def test_more_than_can_be_struck_out_is_refused_and_not_cut_short(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk, words: str
) -> None:
    actor = await desk.person(asb_team="coordinator")
    maker = await _maker(client, web_settings, desk, TOLD, actor)
    shown = await maker.browser.get(f"{maker.address}?to=tvp")
    for do in ("show", "make"):
        refused = await maker.browser.send(shown, maker.address, do=do, form="json", why=WHY, words=words)
        assert (refused.status_code, "at most 100" in refused.text) == (422, True)
    assert (await desk.owner.fetchval("SELECT count(*) FROM disclosure")) == 0


async def test_a_package_is_previewed_struck_out_made_and_downloaded_by_its_team(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(asb_team="coordinator")
    maker = await _maker(client, web_settings, desk, TOLD, actor)
    report = await maker.browser.get(f"/desk/reports/{maker.reference}")
    assert f"{maker.address}?team=asb_team" in report.text
    shown = await maker.browser.get(f"{maker.address}?to=tvp")
    assert shown.text.count('<del class="ec-gone">') == 4
    again = await maker.browser.send(shown, maker.address, do="show", words="old mill\n", leave="happening")
    assert '<del class="ec-gone"><span class="govuk-visually-hidden">[taken out, struck out' in again.text
    assert (await desk.owner.fetchval("SELECT count(*) FROM disclosure")) == 0

    page = await maker.browser.send(
        again, maker.address, do="make", form="json", why=WHY, words="old mill", leave="happening"
    )
    assert page.status_code == 200, text_of(page)
    address = f"{maker.address}/{_id_of(page)}/file"
    file = await maker.browser.get(address)
    assert file.headers["content-disposition"] == f'attachment; filename="{maker.reference}-tvp-D3.json"'
    assert hashlib.sha256(file.content).hexdigest() in page.text
    given = msgspec.json.decode(file.content, type=HandOver)
    assert given.said is not None
    assert "I saw him kick the door." in given.said
    assert "لڑکے وہاں تھے" in given.said
    assert "happening" not in given.answers
    assert not TELLS_OF_REPORTER & given.answers.keys()
    for secret in ("Jan", "07700", "jan@", "caretaker", "Example House", "Old Mill", "51.78594", "accuracy"):
        assert secret.encode() not in file.content, secret
    assert given.place.details["latitude"] == 51.786
    assert given.place.details["description"] == "By the [removed]"
    assert {one.kind: one.count for one in given.removed} == {
        "about_reporter": 1,
        "answer": 1,
        "email": 1,
        "name": 1,
        "phone": 1,
        "struck_out": 2,
    }
    assert given.suggested_grading is not None
    assert (given.suggested_grading.intelligence_assessment, given.suggested_grading.handling_code) == (
        "A",
        "C",
    )
    assert given.made.why == WHY

    (entry,) = await desk.record("case.disclosed")
    assert entry["detail"] == {
        "team": "asb_team",
        "reference": maker.reference,
        "to": "tvp",
        "tier": "D3",
        "form": "json",
        "package": str(given.id),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "why": WHY,
    }
    assert len(await desk.record("package.downloaded")) == 1
    timeline = text_of(await maker.browser.get(f"/desk/reports/{maker.reference}"))
    assert "handed it over to Thames Valley Police" in timeline


async def test_the_pdf_is_tagged_and_says_the_same_in_every_script(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(asb_team="coordinator")
    said = "Zażółć gęślą. Ațâșă. Здравей. 漢字 #set page(width: 1pt)\nلڑکے وہاں تھے"
    maker = await _maker(client, web_settings, desk, {**ASB, "description": said}, actor)
    page = await maker.made("tvp", form="pdf")
    content = (await maker.browser.get(f"{maker.address}/{_id_of(page)}/file")).content
    assert pypdfium2.PdfDocument(content).is_tagged()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    text = _text_of_pdf(content)
    for words in (
        "Zażółć gęślą. Ațâșă. Здравей.",
        "#set page(width: 1pt)",
        maker.reference,
        "to be graded by a trained",
    ):
        assert words in text
    assert "Some characters cannot be printed here" in text


async def test_a_summary_tells_a_d2_recipient_no_words_and_a_pointer_nothing_of_what_was_said(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    facts = {
        **SPIKED,
        "description": "The barmaid saw it",
        "kind": "venue",
        "venue": "The Example Arms",
        "occurred_at": "2026-11-20T23:41:00+00:00",
    }
    desk.now = datetime.fromisoformat("2026-11-21T00:10:30+00:00")
    maker = await _maker(client, web_settings, desk, facts, actor)
    shown = await maker.browser.get(f"{maker.address}?to=nightsafe")
    assert '<option value="D3"' not in shown.text
    page = await maker.made("nightsafe", form="json")
    given = msgspec.json.decode(
        (await maker.browser.get(f"{maker.address}/{_id_of(page)}/file")).content, type=HandOver
    )
    assert (given.tier, given.said, given.suggested_grading, given.links) == ("D2", None, None, [])
    assert given.place.venues == ["The Example Arms"]
    assert given.occurred_at == datetime.fromisoformat("2026-11-20T23:00:00+00:00")
    assert given.received_at == datetime.fromisoformat("2026-11-21T00:00:00+00:00")
    assert given.reasons
    page = await maker.made("nightsafe", form="json", tier="D1")
    pointer = msgspec.json.decode(
        (await maker.browser.get(f"{maker.address}/{_id_of(page)}/file")).content, type=HandOver
    )
    assert (pointer.tier, pointer.answers, pointer.reasons, pointer.place.venues) == ("D1", {}, [], [])
    assert pointer.occurred_at is None


async def test_a_link_is_told_only_where_the_recipient_may_read_both(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(asb_team="coordinator", tvp="coordinator")
    browser = Browser(client, web_settings, actor)
    first, second = await desk.reported(ASB), await desk.reported(KNIFE)
    one, other = sorted([await desk.id_of(first), await desk.id_of(second)])
    await desk.owner.execute(
        "INSERT INTO link (id, first, second, kind, strength, detail, made_at)"
        " VALUES ($1, $2, $3, 'vehicle', 90, '{}', now())",
        uuid4(),
        one,
        other,
    )
    to_police = await browser.get(f"/desk/reports/{first}/package?to=tvp")
    to_housing = await browser.get(f"/desk/reports/{first}/package?to=environmental_health")
    assert second in to_police.text
    assert to_housing.status_code == 200
    assert second not in to_housing.text


async def test_attacks_on_a_hand_over_are_refused_and_on_the_record(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    maker = await _maker(client, web_settings, desk, SPIKED, actor)
    stranger = Browser(client, web_settings, await desk.person(asb_team="coordinator"))
    summary = Browser(client, web_settings, await desk.person(nightsafe="coordinator"))

    # Another team's report, by its reference.
    assert (await stranger.get(f"{maker.address}?to=tvp")).status_code == 404
    assert len(await desk.record("report.refused")) == 1

    # More than one's own team sees, more than the recipient may see, who reported, and a recipient there is not.
    refused = [
        await summary.get(f"{maker.address}?to=tvp&tier=D3"),
        await maker.browser.get(f"{maker.address}?to=nightsafe&tier=D3"),
        await maker.browser.get(f"{maker.address}?to=tvp&tier=D4"),
        await maker.browser.get(f"{maker.address}?to=nobody"),
    ]
    assert [one.status_code for one in refused] == [403, 403, 403, 422]
    assert [entry["detail"]["refused"] for entry in await desk.record("package.refused")] == [
        "tier-too-low",
        "tier-too-high",
        "tier-too-high",
        "not-a-recipient",
    ]
    shown = await maker.browser.get(f"{maker.address}?to=nightsafe")
    forged = await maker.browser.send(shown, maker.address, do="make", why=WHY, tier="D3")
    assert (forged.status_code, "may see less" in alert_of(forged)) == (403, True)
    assert (await maker.browser.send(shown, maker.address, do="make", why=" ")).status_code == 422
    assert (await desk.owner.fetchval("SELECT count(*) FROM disclosure")) == 0

    # A download by another team, under another report, by an id that is none; and a form of another site.
    made = _id_of(await maker.made("tvp"))
    other = await desk.reported(SPIKED)
    downloads = [
        await summary.get(f"{maker.address}/{made}/file"),
        await maker.browser.get(f"/desk/reports/{other}/package/{made}/file"),
        await maker.browser.get(f"{maker.address}/{uuid4()}/file"),
    ]
    assert {one.status_code for one in downloads} == {404}
    assert len({one.text for one in downloads}) == 1
    assert [one["detail"]["refused"] for one in await desk.record("package.refused")][-3:] == [
        "package-not-found"
    ] * 3
    assert (
        await maker.browser.post(maker.address, do="make", to="tvp", why=WHY, version="1")
    ).status_code == 403
    (crossed,) = await desk.record("request.refused")
    assert (crossed["actor"], crossed["detail"]["why"]) == (actor.on_record, "cross_site")

    # After the session has ended.
    await desk.owner.execute(
        "UPDATE session SET ended_at = now(), ended_why = 'signed out' WHERE id = $1", actor.session
    )
    for _ in range(2):
        late = await client.get(
            f"{maker.address}/{made}/file", headers={"Cookie": Console(client, web_settings, actor).cookie}
        )
        assert late.status_code == 401
    over = (await desk.record("request.refused"))[1:]
    assert [(one["actor"], one["detail"]["why"]) for one in over] == [(actor.on_record, "session_over")]


async def test_a_file_that_is_not_the_one_on_the_record_is_not_given(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(asb_team="coordinator")
    maker = await _maker(client, web_settings, desk, ASB, actor)
    made = _id_of(await maker.made("tvp", form="json"))
    await desk.owner.execute(
        "SET session_replication_role = replica; UPDATE disclosure_file SET content = 'something else';"
        " SET session_replication_role = DEFAULT"
    )
    assert (await maker.browser.get(f"{maker.address}/{made}/file")).status_code == 409
    assert (await desk.record("package.refused"))[-1]["detail"]["refused"] == "package-changed"


async def test_the_database_itself_keeps_files_and_tiers(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    """Row security refuses what the code would not ask for."""
    maker = await _maker(client, web_settings, desk, SPIKED, await desk.person(tvp="coordinator"))
    made = _id_of(await maker.made("tvp", form="json"))
    summary = await desk.person(nightsafe="coordinator")
    report = await desk.id_of(maker.reference)
    async with acting(desk.pool, summary) as connection:
        assert await connection.fetch("SELECT * FROM disclosure_file") == []
    forged = (
        "INSERT INTO disclosure (id, report_id, actor, team, recipient, tier, format, sha256, why)"
        " VALUES ($1, $2, $3, 'nightsafe', 'tvp', 'D3', 'json', sha256('x'), 'because')"
    )
    for statement, values in (
        (forged, (uuid4(), report, summary.account)),
        ("INSERT INTO disclosure_file (disclosure_id, content) VALUES ($1, 'x')", (made,)),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting(desk.pool, summary) as connection:
                await connection.execute(statement, *values)


async def test_the_shape_of_a_package_is_told_to_whoever_asks(client: httpx.AsyncClient) -> None:
    assert "/v1/schemas/handover" in FOR_ANYONE
    schema = (await client.get("/v1/schemas/handover")).json()
    assert schema["$id"] == "evenlode.handover/1"
    assert "suggested_grading" in schema["$defs"]["HandOver"]["properties"]
