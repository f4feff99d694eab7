"""The page of the link in an urgent e-mail, as a browser without script uses it."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx

from service.clock import utc_now
from service.triage.acknowledgement import GOOD_FOR, new_link
from tests.triage.desk import KNIFE, TriageDesk
from tests.web import rows

REFUSED = "This link cannot be used"


async def told(desk: TriageDesk, reference: str) -> tuple[UUID, str]:
    """The notification of a report by e-mail, and the token of its link."""
    delivery = await desk.owner.fetchval(
        "SELECT id FROM delivery WHERE report_id = $1 AND channel = 'email'", await desk.id_of(reference)
    )
    return delivery, await new_link(desk.owner, delivery, utc_now())


async def test_looking_at_the_link_tells_nothing_and_changes_nothing(
    client: httpx.AsyncClient, desk: TriageDesk
) -> None:
    reference = await desk.reported(KNIFE)
    delivery, token = await told(desk, reference)
    before = await rows(desk.owner)
    for path in (
        f"/acknowledge/{delivery}",
        f"/acknowledge/{delivery}?token={token}",
        f"/acknowledge/{uuid4()}",
    ):
        shown = await client.get(path)
        assert shown.status_code == 200
        assert "Code from the e-mail" in shown.text
        assert reference not in shown.text
        assert token not in shown.text
        assert shown.headers["cache-control"] == "no-store"
        assert shown.headers["referrer-policy"] == "no-referrer"
    assert await rows(desk.owner) == before


async def test_the_code_shows_a_pointer_and_takes_each_answer(
    client: httpx.AsyncClient, desk: TriageDesk
) -> None:
    reference = await desk.reported({**KNIFE, "description": "A man with a knife by the church."})
    delivery, token = await told(desk, reference)
    path = f"/acknowledge/{delivery}"
    # The whole link, as somebody may paste it.
    shown = await client.post(path, data={"token": f"https://evenlode.test{path}#{token}"})
    assert shown.status_code == 200
    assert reference in shown.text
    assert "We have it</button>" in shown.text
    for kept_back in ("knife", "church", "weapons", "rural"):
        assert kept_back not in shown.text.lower()
    assert (await desk.items(reference))["tvp"]["state"] == "new"
    missing = await client.post(path, data={"token": token, "verdict": "outcome", "their_reference": "43/1"})
    assert missing.status_code == 422
    assert "Say what came of it." in missing.text
    assert "43/1" in missing.text
    too_long = await client.post(
        path, data={"token": token, "verdict": "accepted", "their_reference": "x" * 61}
    )
    assert too_long.status_code == 422
    taken = await client.post(path, data={"token": token, "verdict": "accepted", "their_reference": "43/1"})
    assert "Thank you. It is on the record." in taken.text
    assert (await desk.items(reference))["tvp"]["state"] == "acknowledged"
    again = await client.post(path, data={"token": token})
    assert "Answered so far: we have it." in again.text
    assert "We have it</button>" not in again.text
    ended = await client.post(
        path, data={"token": token, "verdict": "outcome", "note": "Arrested.\r\nCharged."}
    )
    assert ended.status_code == 200
    said = await desk.owner.fetch(
        "SELECT verdict, by, their_reference, note FROM acknowledgement ORDER BY verdict"
    )
    assert [tuple(row) for row in said] == [
        ("accepted", "link", "43/1", None),
        ("outcome", "link", None, "Arrested.\nCharged."),
    ]


async def test_what_is_not_for_them_leaves_their_queue_for_the_coordination_desk(
    client: httpx.AsyncClient, desk: TriageDesk
) -> None:
    reference = await desk.reported(KNIFE)
    delivery, token = await told(desk, reference)
    taken = await client.post(f"/acknowledge/{delivery}", data={"token": token, "verdict": "refused"})
    assert "The coordination desk finds whom it is for." in taken.text
    items = await desk.items(reference)
    assert items["tvp"]["state"] == "passed_on"
    assert (items["coordination"]["state"], items["coordination"]["tier"]) == ("new", "D3")


async def test_a_link_that_is_no_good_is_refused_alike_and_on_the_record(
    client: httpx.AsyncClient, desk: TriageDesk
) -> None:
    one, two = await told(desk, await desk.reported(KNIFE)), await told(desk, await desk.reported(KNIFE))
    ended = await new_link(desk.owner, one[0], utc_now() - GOOD_FOR - timedelta(seconds=1))
    tries = [(one[0], "forged"), (one[0], ended), (one[0], two[1]), (uuid4(), one[1]), (one[0], "")]
    answers = [
        await client.post(f"/acknowledge/{delivery}", data={"token": token, **more})
        for delivery, token in tries
        for more in ({}, {"verdict": "accepted"})
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert REFUSED in answers[0].text
    recorded = await desk.record("delivery.acknowledgement_refused")
    assert [row["subject"] for row in recorded] == [str(delivery) for delivery, _ in tries for _ in range(2)]
    assert await desk.owner.fetchval("SELECT count(*) FROM acknowledgement") == 0
