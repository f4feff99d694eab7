"""The calls of the console over HTTP, and who is refused what."""

import httpx
import pytest

from service.access.tokens import new_token, token_hash
from service.settings import Settings
from service.triage.acknowledgement import new_link
from service.triage.outcomes import OUTCOMES
from service.triage.verbs import VERBS
from tests.triage.console import Console
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk
from tests.triage.served import desk
from tests.web_pages.console_browser import Browser

__all__ = ["desk"]


async def test_a_report_is_read_claimed_and_closed(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    console = Console(client, web_settings, await desk.person(asb_team="coordinator"))
    page = (await console.get("/v1/queue")).json()
    assert [(one["reference"], one["grade"], one["version"]) for one in page["items"]] == [
        (reference, "P3", 0)
    ]
    seen = await console.get(f"/v1/reports/{reference}")
    assert (seen.status_code, seen.headers["etag"], seen.headers["cache-control"]) == (200, '"0"', "no-store")
    assert seen.json()["report"]["concern"] == "asb_personal"
    claimed = await console.post(f"/v1/reports/{reference}/claim", version=0)
    assert (claimed.status_code, claimed.headers["etag"]) == (200, '"1"')
    closed = await console.post(
        f"/v1/reports/{reference}/close", {"outcome": "no_further_action", "why": "Moved away"}, version=1
    )
    assert closed.json() == {"reference": reference, "version": 2}
    assert (await console.get("/v1/queue")).json()["items"] == []
    assert len((await console.get("/v1/queue", settled="true")).json()["items"]) == 1
    actions = await desk.owner.fetch(
        "SELECT action FROM audit_event WHERE actor LIKE 'account:%' ORDER BY seq"
    )
    assert [row["action"] for row in actions] == ["report.read", "case.claimed", "case.closed"]


async def test_a_stale_change_is_refused_with_what_changed(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    one = Console(client, web_settings, await desk.person(asb_team="coordinator"))
    two = Console(client, web_settings, await desk.person(asb_team="coordinator"))
    assert (await one.post(f"/v1/reports/{reference}/claim", version=0)).status_code == 200
    stale = await two.post(f"/v1/reports/{reference}/claim", version=0)
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    assert stale.headers["content-type"] == "application/problem+json"
    assert [change["kind"] for change in stale.json()["changes"]] == ["claimed"]
    for if_match in (None, "0", "*", '"x"', '"-1"'):
        headers = {} if if_match is None else {"If-Match": if_match}
        refused = await two.post(f"/v1/reports/{reference}/claim", **headers)
        assert (refused.status_code, refused.json()["type"]) == (428, "/problems/version-needed"), if_match


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("regrade", {"grade": "P4"}, 422),
        ("regrade", {"grade": "P9"}, 422),
        ("regrade", {"grade": "P4", "why": "x", "due": 1}, 422),
        ("close", {"outcome": "solved"}, 422),
        ("assign", {"to": "me"}, 422),
        ("unmerge", {}, 409),
        ("note", {"text": ""}, 422),
        ("delete", {}, 404),
        ("claim", {"team": "tvp"}, 404),
    ],
)
async def test_what_a_verb_refuses(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk, verb: str, body: object, status: int
) -> None:
    reference = await desk.reported(ASB)
    console = Console(client, web_settings, await desk.person(asb_team="coordinator"))
    refused = await console.post(f"/v1/reports/{reference}/{verb}", body, version=0)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert await desk.version(reference) == 0


async def test_another_teams_report_is_as_one_that_does_not_exist_and_asking_is_on_the_record(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(SPIKED, description="The barmaid saw it")
    actor = await desk.person(asb_team="lead")
    console = Console(client, web_settings, actor)
    unknown = await console.get("/v1/reports/WO-7F3K-9MPX")
    answers = [await console.get(f"/v1/reports/{reference}")]
    answers += [
        await console.post(f"/v1/reports/{reference}/{verb}", version=0) for verb in ("claim", "undo", "hold")
    ]
    assert {answer.content for answer in answers} == {unknown.content}
    assert {answer.status_code for answer in answers} == {404}
    for query in ({"text": "barmaid"}, {"text": reference}, {"settled": "true"}, {}):
        assert (await console.get("/v1/queue", **query)).json()["items"] == [], query
    assert (await console.get("/v1/queue", team="tvp")).status_code == 422
    many = await console.post("/v1/queue/claim", {"targets": [{"reference": reference, "version": 0}]})
    assert [one["problem"] for one in many.json()] == ["case-not-found"]
    # Nor by what would join it with one's own.
    own = await desk.reported(ASB)
    for verb, body in (("link", {"other": reference, "why": "Same pub"}), ("merge", {"into": reference})):
        answers.append(await console.post(f"/v1/reports/{own}/{verb}", body, version=0))
        assert answers[-1].content == unknown.content
    refused = await desk.record("report.refused")
    assert {(entry["actor"], entry["subject"]) for entry in refused} == {
        (actor.on_record, str(await desk.id_of(reference)))
    }
    assert len(refused) == len(answers) + len(many.json())


@pytest.mark.parametrize("path", ["/v1/queue", "/v1/queue/counts", "/v1/events", "/v1/reports/WO-7F3K-9MPX"])
async def test_nobody_reads_without_a_session_or_a_team(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk, path: str
) -> None:
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers={"Cookie": "evenlode=forged"})).status_code == 401
    for office in ("auditor", "administrator"):
        console = Console(client, web_settings, await desk.person(office))
        assert (await console.get(path)).status_code == 403


async def test_another_sites_page_changes_nothing(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    console = Console(client, web_settings, await desk.person(asb_team="lead"))
    path = f"/v1/reports/{reference}/claim"
    without = await client.post(path, content=b"{}", headers={"Cookie": console.cookie, "If-Match": '"0"'})
    elsewhere = await console.post(path, version=0, **{"Sec-Fetch-Site": "cross-site"})
    assert (without.status_code, elsewhere.status_code) == (403, 403)
    assert await desk.version(reference) == 0


async def test_a_bad_filter_or_page_is_refused_in_a_sentence(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    console = Console(client, web_settings, await desk.person(asb_team="lead"))
    for query in ({"grade": "P7"}, {"colour": "red"}, {"after": "zzz"}, {"older_than_hours": "x"}):
        assert (await console.get("/v1/queue", **query)).status_code == 422, query


async def test_who_reported_is_refused_without_the_record_or_the_lead_and_that_is_on_the_record(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    contact = {"anonymity": "confidential", "contact": {"phone": "07700 900123"}}
    reference = await desk.reported(SPIKED, **contact)
    asker, summary = await desk.person(tvp="coordinator"), await desk.person(nightsafe="lead")
    why = {"why": "She has to be rung back tonight"}
    waiting = await Console(client, web_settings, asker).post(
        f"/v1/reports/{reference}/reveal", why, version=0
    )
    assert waiting.json() == {"waiting": True, "source": None}
    console = Console(client, web_settings, summary)
    page = Browser(client, web_settings, summary)
    asked = await desk.owner.fetchval("SELECT id FROM reveal")
    shown = await page.get(f"/desk/reports/{reference}")
    for refused in (
        await console.post(f"/v1/reports/{reference}/reveal", why, version=1),
        await console.post(f"/v1/reveals/{asked}/approval"),
        await page.do_at(shown, f"/desk/reports/{reference}/reveal", version="1", **why),
        await page.do_at(shown, f"/desk/reveals/{asked}/approve"),
    ):
        assert refused.status_code == 403
        assert "900123" not in refused.text
    entries = await desk.record("source.refused")
    assert [entry["detail"]["refused"] for entry in entries] == ["tier-too-low", "cannot-approve"] * 2
    assert {entry["actor"] for entry in entries} == {summary.on_record}
    assert {entry["subject"] for entry in entries} == {str(await desk.id_of(reference)), str(asked)}
    assert await desk.record("source.revealed") == []


async def test_a_source_is_given_over_the_calls_after_a_lead_approved_and_to_nobody_else(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    contact = {"anonymity": "confidential", "contact": {"phone": "07700 900123"}}
    reference = await desk.reported(ASB, **contact)
    console = Console(client, web_settings, await desk.person(asb_team="coordinator"))
    lead = Console(client, web_settings, await desk.person(asb_team="lead"))
    stranger = Console(client, web_settings, await desk.person(tvp="lead"))
    path, why = f"/v1/reports/{reference}/reveal", {"why": "She has to be rung back"}
    assert (await stranger.post(path, why, version=0)).status_code == 404
    assert (await console.post(path, {}, version=0)).status_code == 422
    assert (await console.post(path, why, version=0)).json() == {"waiting": True, "source": None}
    assert "900123" not in (await console.get(f"/v1/reports/{reference}")).text
    asked = await desk.owner.fetchval("SELECT id FROM reveal")
    for nobody in (console, stranger):
        assert (await nobody.post(f"/v1/reveals/{asked}/approval")).status_code == 403
    assert (await lead.post(f"/v1/reveals/{asked}/approval")).status_code == 204
    given = await console.post(path, why, version=await desk.version(reference))
    assert given.json()["source"]["contact"]["phone"] == "+447700900123"
    assert given.headers["cache-control"] == "no-store"


class TestAcknowledgement:
    async def _delivery(self, desk: TriageDesk, recipient: str, channel: str = "email") -> object:
        return await desk.owner.fetchval(
            "SELECT id FROM delivery WHERE recipient = $1 AND channel = $2", recipient, channel
        )

    async def _link(self, desk: TriageDesk, delivery: object) -> str:
        async with desk.owner.transaction():
            await desk.owner.execute("SET LOCAL ROLE evenlode_worker")
            return await new_link(desk.owner, delivery, desk.now)  # type: ignore[arg-type]

    async def _key(self, desk: TriageDesk, team: str, scopes: list[str]) -> str:
        key = f"evk_{new_token()}"
        await desk.owner.execute("INSERT INTO team (code, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", team)
        await desk.owner.execute(
            "INSERT INTO api_key (id, organisation, team, scopes, key_hash, made_by, expires_at)"
            " VALUES (gen_random_uuid(), 'Example', $1, $2, $3, 'test', now() + interval '1 day')",
            team,
            scopes,
            token_hash(key),
        )
        return key

    async def test_the_link_of_a_notification_acknowledges_it_and_no_other(
        self, client: httpx.AsyncClient, desk: TriageDesk
    ) -> None:
        reference = await desk.reported(KNIFE)
        delivery = await self._delivery(desk, "tvp")
        other = await self._delivery(desk, "tvp", "console")
        token = await self._link(desk, delivery)
        for forged in ("x", "", token[:-1], token.upper()):
            refused = await client.post(
                f"/v1/deliveries/{delivery}/acknowledgement", json={"verdict": "accepted", "token": forged}
            )
            assert refused.status_code == 403
        wrong = await client.post(
            f"/v1/deliveries/{other}/acknowledgement", json={"verdict": "accepted", "token": token}
        )
        assert wrong.status_code == 403
        assert (await desk.items(reference))["tvp"]["state"] == "new"
        assert len(await desk.record("delivery.acknowledgement_refused")) == 5
        for _ in range(2):
            taken = await client.post(
                f"/v1/deliveries/{delivery}/acknowledgement",
                json={"verdict": "accepted", "token": token, "their_reference": "URN 1234"},
            )
            assert taken.status_code == 204
        assert (await desk.items(reference))["tvp"]["state"] == "acknowledged"
        assert await desk.owner.fetchval("SELECT count(*) FROM acknowledgement") == 1
        # The report is anonymous: an answer that comes by itself must not tell the second it was sent.
        at = await desk.owner.fetchval("SELECT at FROM acknowledgement")
        assert (at.second, at.microsecond) == (0, 0)

    async def test_an_ended_link_is_refused(self, client: httpx.AsyncClient, desk: TriageDesk) -> None:
        await desk.reported(KNIFE)
        delivery = await self._delivery(desk, "tvp")
        token = await self._link(desk, delivery)
        await desk.owner.execute("UPDATE acknowledgement_link SET expires_at = now()")
        refused = await client.post(
            f"/v1/deliveries/{delivery}/acknowledgement", json={"verdict": "accepted", "token": token}
        )
        assert refused.status_code == 403

    async def test_a_key_answers_for_its_own_team_and_with_its_scope_only(
        self, client: httpx.AsyncClient, desk: TriageDesk
    ) -> None:
        reference = await desk.reported(SPIKED)
        path = f"/v1/deliveries/{await self._delivery(desk, 'nightsafe')}/acknowledgement"
        for team, scopes in (("tvp", ["deliveries:acknowledge"]), ("nightsafe", ["reports:send"])):
            key = await self._key(desk, team, scopes)
            refused = await client.post(
                path, json={"verdict": "accepted"}, headers={"Authorization": f"Bearer {key}"}
            )
            assert refused.status_code == 403
        key = await self._key(desk, "nightsafe", ["deliveries:acknowledge"])
        taken = await client.post(
            path,
            json={"verdict": "refused", "note": "Not one of our venues"},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert taken.status_code == 204
        # Refused is somebody's to act on.
        assert (await desk.items(reference))["coordination"]["tier"] == "D3"


def test_every_verb_is_a_name_that_an_address_takes() -> None:
    assert all(verb.replace("-", "").isalpha() and verb.islower() for verb in VERBS)


def test_a_reporter_never_reads_that_a_report_was_thought_malicious() -> None:
    assert "malicious" not in OUTCOMES["malicious"].told.lower()
    assert all(outcome.told for outcome in OUTCOMES.values())
