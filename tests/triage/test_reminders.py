"""A warning before an item is due and an alarm after: once, as one digest, to those whose work it is."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from service.policy.directory import Directory
from service.routing.outbox import books
from service.routing.reminders import remind
from service.triage.acknowledge import acknowledge
from service.triage.claim import claim
from tests.triage.desk import ASB, KNIFE, SPIKED, UNTOLD, TriageDesk


async def digests(desk: TriageDesk) -> list[tuple[str, str, list[str]]]:
    """Each digest: to whom, by what, and which steps of how many items."""
    rows = await desk.owner.fetch(
        "SELECT recipient, channel,"
        " (SELECT array_agg(step ORDER BY step) FROM reminder WHERE delivery_id = delivery.id) AS steps"
        " FROM delivery WHERE about = 'reminder' ORDER BY id"
    )
    return [(row["recipient"], row["channel"], row["steps"]) for row in rows]


async def notices(desk: TriageDesk) -> list[tuple[Any, dict[str, Any]]]:
    rows = await desk.owner.fetch("SELECT account_id, detail FROM notice WHERE kind = 'due' ORDER BY id")
    return [(row["account_id"], row["detail"]) for row in rows]


async def due(desk: TriageDesk, reference: str, team: str) -> datetime:
    found: datetime = (await desk.items(reference))[team]["due_at"]
    return found


async def test_an_item_is_told_of_once_before_and_once_after_it_is_due(
    desk: TriageDesk, directory: Directory
) -> None:
    reference = await desk.reported(SPIKED)
    moment = await due(desk, reference, "nightsafe")
    assert await remind(desk.owner, directory, moment - timedelta(minutes=16)) == 0
    assert await remind(desk.owner, directory, moment - timedelta(minutes=15)) == 2
    assert await remind(desk.owner, directory, moment - timedelta(minutes=1)) == 0
    assert await remind(desk.owner, directory, moment) == 2
    assert await remind(desk.owner, directory, moment + timedelta(days=3)) == 0
    assert sorted(await digests(desk)) == [
        (team, "email", [step]) for team in ("nightsafe", "tvp") for step in ("late", "soon")
    ]
    counted = await books(desk.owner)
    assert counted.balanced


async def test_a_team_gets_one_digest_and_each_of_its_people_one_notice(
    desk: TriageDesk, directory: Directory
) -> None:
    lead = await desk.person(asb_team="lead")
    claimant = await desk.person(asb_team="coordinator")
    await desk.person(asb_team="coordinator")
    many = [await desk.reported(ASB) for _ in range(12)]
    async with desk.case(claimant, many[3]) as (connection, case):
        await claim(connection, case)
    moment = await due(desk, many[0], "asb_team")
    # Also after a long stand-still: what is found late at first is only late.
    assert await remind(desk.owner, directory, moment + timedelta(hours=1)) == 12
    assert await digests(desk) == [("asb_team", "email", ["late"] * 12)]
    told = dict(await notices(desk))
    assert told.keys() == {lead.account, claimant.account}
    assert (told[lead.account]["late"], len(told[lead.account]["items"])) == (12, 10)
    assert told[claimant.account] == {"team": "asb_team", "late": 1, "soon": 0, "items": [many[3]]}


async def test_what_somebody_acknowledged_needs_no_reminder(desk: TriageDesk, directory: Directory) -> None:
    reference = await desk.reported(ASB)
    person = await desk.person(asb_team="coordinator")
    async with desk.case(person, reference) as (connection, case):
        await acknowledge(connection, case)
    assert await remind(desk.owner, directory, desk.now + timedelta(days=30)) == 0


async def test_the_desk_is_reminded_of_what_has_no_recipient_and_sends_itself_no_mail(
    desk: TriageDesk, directory: Directory
) -> None:
    lead = await desk.person(coordination="lead")
    reference = await desk.reported(UNTOLD)
    assert await remind(desk.owner, directory, desk.now + timedelta(days=30)) == 1
    assert [(one, detail["items"]) for one, detail in await notices(desk)] == [(lead.account, [reference])]
    assert await digests(desk) == []


async def test_two_schedulers_remind_once(
    desk: TriageDesk, directory: Directory, another: asyncpg.Connection
) -> None:
    await desk.person(tvp="lead")
    for _ in range(4):
        await desk.reported(KNIFE)
    late = desk.now + timedelta(minutes=20)
    found = await asyncio.gather(
        remind(desk.owner, directory, late), remind(another, directory, late), return_exceptions=False
    )
    # Four of the police's, and the desk's place for each.
    assert sum(found) == 8
    assert await digests(desk) == [("tvp", "email", ["late"] * 4)]
    assert len(await notices(desk)) == 1


async def test_the_desk_is_not_reminded_of_what_it_only_watches_once_all_have_acknowledged(
    desk: TriageDesk, directory: Directory
) -> None:
    reference = await desk.reported(KNIFE)
    officer = await desk.person(tvp="coordinator")
    async with desk.case(officer, reference) as (connection, case):
        await acknowledge(connection, case)
    assert (await desk.items(reference))["coordination"]["state"] == "new"
    assert await remind(desk.owner, directory, desk.now + timedelta(days=1)) == 0
