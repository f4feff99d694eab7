"""Whatever an address, a cookie, a form or a body holds, it is answered, and a refusal is on the record."""

from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import httpx

from service.access.cross_site import TOKEN_FIELD, TOKEN_HEADER, page_token
from service.keys import load_key_ring
from service.settings import Settings
from service.triage.acknowledgement import new_link
from tests.triage.console import Console
from tests.triage.desk import ASB, TriageDesk
from tests.web_pages.console_browser import HTML

_ODD = (
    "a\0b",
    "-1",
    "9" * 30,
    "9" * 5000,
    "0001-01-01",
    "9999-12-31",
    "²",
    "\u202e\u200b",
    "<script>",
    "' OR 1=1 --",
)
_ASKED = {
    "lead": {
        "/desk": ("text", "place", "tag", "concern", "kind", "age", "team", "after"),
        "/desk/shift": ("since", "team"),
        "/desk/books": ("to", "day"),
        "/v1/queue": ("text", "place", "after", "older_than_hours"),
    },
    "auditor": {"/desk/audit": ("who", "kind", "reference", "since", "until", "before")},
}


async def test_no_value_in_an_address_is_a_fault_of_ours(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    people = {"lead": await desk.person(asb_team="lead"), "auditor": await desk.person("auditor")}
    faults = []
    for who, addresses in _ASKED.items():
        cookie = Console(client, web_settings, people[who]).cookie
        for path, names in addresses.items():
            for name in names:
                for value in _ODD:
                    answer = await client.get(path, params={name: value}, headers={**HTML, "Cookie": cookie})
                    if answer.status_code >= 500:
                        faults.append((path, name, value[:12]))
                    assert "<script>" not in answer.text
    assert faults == []


async def test_a_character_that_cannot_be_kept_is_refused_wherever_it_is_written(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="lead")
    token = page_token(load_key_ring(web_settings.key_file), actor.token.reveal())
    headers = {**HTML, "Cookie": Console(client, web_settings, actor).cookie}
    for path, fields in (
        ("/desk/views", {"name": "a\0b", "filters": ""}),
        ("/desk/views", {"name": "View", "filters": "text=%00"}),
        (f"/desk/reports/{reference}/note", {"version": "0", "text": "a\0b"}),
        (f"/desk/reports/{reference}/close", {"version": "0", "outcome": "malicious", "why": "a\0b"}),
        (f"/desk/reports/{reference}/package", {"to": "tvp", "team": "a\0b"}),
    ):
        refused = await client.post(path, data={TOKEN_FIELD: token, **fields}, headers=headers)
        assert 400 <= refused.status_code < 500, path
    unknown = await client.get("/desk/reports/WO-7F3K-9MPX", headers=headers)
    over = await client.post(
        f"/desk/reports/{reference}/note",
        data={TOKEN_FIELD: token, "text": "Typed"},
        headers={**HTML, "Sec-Fetch-Site": "same-origin"},
    )
    # A page that refuses can be framed as little as any other.
    for page in (unknown, over):
        assert page.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for path, fields in (
        ("/desk/reveals/seen", {"notice": "9" * 30}),
        ("/desk/shift/notices", {"ids": f"{'9' * 30},²,-1"}),
    ):
        passed_over = await client.post(path, data={TOKEN_FIELD: token, **fields}, headers=headers)
        assert passed_over.status_code == 303, path
    # What turns the direction of what follows would have a page say something else.
    turned = {TOKEN_FIELD: token, "version": "0", "text": "Seen \u202eyadot"}
    said = await client.post(f"/desk/reports/{reference}/ask", data=turned, headers=headers)
    assert (said.status_code, "U+202E" in said.text) == (422, True)
    assert await desk.version(reference) == 0
    assert (await client.get("/desk", headers={"Cookie": "evenlode=%00"})).status_code == 401
    # JSON that is nested deeper than anything reads.
    await client.get("/desk/sign-in")
    ring = load_key_ring(web_settings.key_file)
    deep = await client.post(
        "/desk/sign-in/passkey",
        content=b"[" * 100_000,
        headers={
            "Content-Type": "application/json",
            TOKEN_HEADER: page_token(ring, client.cookies["evenlode-sign-in"]),
        },
    )
    assert 400 <= deep.status_code < 500


async def test_what_cannot_be_stored_keeps_no_refusal_off_the_record(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    reference = await desk.reported(ASB)
    administrator = await desk.person("administrator")
    refused = await client.get(
        f"/desk/reports/{quote(reference + chr(0))}",
        headers={"Cookie": Console(client, web_settings, administrator).cookie},
    )
    assert refused.status_code == 403
    (entry,) = await desk.record("request.refused")
    assert (entry["actor"], entry["detail"]["why"]) == (administrator.on_record, "not_allowed")
    assert reference in entry["detail"]["path"]
    delivery = await desk.owner.fetchval("SELECT id FROM delivery LIMIT 1")
    good = await new_link(desk.owner, delivery, datetime.now(UTC))
    for path in (f"/acknowledge/{delivery}", f"/acknowledge/{uuid4()}"):
        forged = await client.post(path, data={"token": f"{good}\0", "verdict": "accepted"}, headers=HTML)
        assert forged.status_code == 403
    assert len(await desk.record("delivery.acknowledgement_refused")) == 2
    turned = {"token": good, "verdict": "outcome", "note": "Seen \u202eyadot"}
    said = await client.post(f"/acknowledge/{delivery}", data=turned, headers=HTML)
    assert (said.status_code, "cannot be kept" in said.text) == (422, True)
    assert await desk.record("delivery.outcome") == []
    assert await desk.record("delivery.accepted") == []
