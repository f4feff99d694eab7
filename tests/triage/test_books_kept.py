"""The books by day, for those who keep them, and acting on what was given up."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.access.acting import acting
from service.access.actor import Actor
from service.routing.outbox import books as all_books
from service.triage import books
from service.triage.books import Day, Sent
from service.triage.errors import NotPossibleNow, ReasonNeeded
from tests.triage.desk import ASB, KNIFE, SPIKED, UNTOLD, TriageDesk

LONDON = ZoneInfo("Europe/London")


async def week(desk: TriageDesk, actor: Actor, *, everybody: bool = True) -> list[Day]:
    async with acting(desk.pool, actor) as connection:
        return await books.days(
            connection, last=desk.now.astimezone(LONDON).date(), number=7, zone=LONDON, everybody=everybody
        )


async def dead_of(desk: TriageDesk, actor: Actor) -> list[tuple[str, str]]:
    async with acting(desk.pool, actor) as connection:
        return sorted((one.recipient, one.channel) for one in await books.dead(connection))


async def given_up(desk: TriageDesk, recipient: str, channel: str = "email") -> UUID:
    """A notification that could not be delivered."""
    letter: UUID = await desk.owner.fetchval(
        "UPDATE delivery SET state = 'dead', attempts = 3, settled_at = now(), last_fault = '550 5.1.1 no such user'"
        " WHERE recipient = $1 AND channel = $2 RETURNING id",
        recipient,
        channel,
    )
    return letter


async def settle(desk: TriageDesk, actor: Actor, letter: UUID, how: Any, why: str | None = None) -> None:
    async with acting(desk.pool, actor) as connection:
        await books.settle(connection, letter, how, why)


async def test_the_books_of_a_day_add_up_and_tell_each_what_is_theirs(desk: TriageDesk) -> None:
    for facts in (KNIFE, SPIKED, ASB, UNTOLD):
        await desk.reported(facts)
    await given_up(desk, "nightsafe")
    await desk.owner.execute("UPDATE delivery SET state = 'delivered' WHERE recipient = 'tvp'")
    desk_lead = await desk.person(coordination="lead")
    keeper = await desk.person("administrator")
    counted = await all_books(desk.owner)
    for whole in (await week(desk, desk_lead), await week(desk, keeper)):
        today = whole[0]
        assert today.reports is not None
        assert (today.reports.reports, today.reports.routed, today.reports.untold) == (4, 3, 1)
        assert (today.reports.decided, today.reports.routes) == (counted.decided, counted.routes)
        assert (today.sent.made, today.sent.delivered, today.sent.dead) == (
            counted.made,
            counted.delivered,
            1,
        )
        assert all(day.balanced for day in whole)
        assert [day.sent.made for day in whole[1:]] == [0] * 6
    # A lead sees their own team's, a coordinator and an auditor nobody's.
    own = await week(desk, await desk.person(nightsafe="lead"), everybody=False)
    assert {line.recipient for day in own for line in day.lines} == {"nightsafe"}
    assert own[0].reports is None
    async with acting(desk.pool, await desk.person(nightsafe="lead")) as connection:
        assert (
            await connection.fetch(
                "SELECT * FROM reports_by_day($1, $2, 'UTC')", UUID(int=0), UUID(int=2**128 - 1)
            )
            == []
        )
    for other in (await desk.person(coordination="coordinator"), await desk.person("auditor")):
        assert all(day.lines == [] for day in await week(desk, other))
        assert await dead_of(desk, other) == []
    # An administrator has the numbers, and no item.
    assert await dead_of(desk, keeper) == []
    assert await dead_of(desk, desk_lead) == [("nightsafe", "email")]


async def test_days_are_those_of_the_partnership_on_either_side_of_a_change_of_the_clocks(
    desk: TriageDesk,
) -> None:
    # The clocks go forward in the night between: the second day has 23 hours.
    moments = ("2026-03-28T23:59:00+00:00", "2026-03-29T00:30:00+00:00", "2026-03-29T23:30:00+01:00")
    for moment in moments:
        desk.now = datetime.fromisoformat(moment)
        await desk.reported(ASB)
    lead = await desk.person(coordination="lead")
    desk.now = datetime.fromisoformat("2026-03-30T12:00:00+01:00")
    async with acting(desk.pool, lead) as connection:
        found = await books.days(connection, last=desk.now.date(), number=3, zone=LONDON, everybody=True)
    assert [day.reports and day.reports.reports for day in found] == [0, 2, 1]
    assert all(day.balanced for day in found)


async def test_what_was_given_up_is_sent_again_or_told_by_telephone(desk: TriageDesk) -> None:
    await desk.reported(SPIKED)
    again, called = await given_up(desk, "nightsafe"), await given_up(desk, "tvp")
    lead, other = await desk.person(nightsafe="lead"), await desk.person(asb_team="lead")
    desk_lead = await desk.person(coordination="lead")
    for actor, letter in (
        (lead, called),
        (other, again),
        (other, called),
        (await desk.person("administrator"), again),
    ):
        with pytest.raises(NotPossibleNow):
            await settle(desk, actor, letter, "retry")
    await settle(desk, lead, again, "retry")
    with pytest.raises(NotPossibleNow):
        await settle(desk, lead, again, "retry")
    for short in (None, "", "  a "):
        with pytest.raises(ReasonNeeded):
            await settle(desk, desk_lead, called, "phoned", short)
    await settle(desk, desk_lead, called, "phoned", "Control room, log 311")
    states = dict(
        await desk.owner.fetch("SELECT id, state FROM delivery WHERE id = any($1::uuid[])", [again, called])
    )
    assert states == {again: "waiting", called: "phoned"}
    counted = await all_books(desk.owner)
    assert counted.balanced
    assert counted.phoned == 1
    recorded = [(await desk.record(f"delivery.{how}"))[0] for how in ("retried", "phoned")]
    assert [row["actor"] for row in recorded] == [lead.on_record, desk_lead.on_record]
    assert recorded[1]["detail"] == {"recipient": "tvp", "why": "Control room, log 311"}
    event = await desk.owner.fetchrow("SELECT team, actor, detail FROM case_event WHERE kind = 'phoned'")
    assert (event["team"], event["actor"], event["detail"]["why"]) == (
        "tvp",
        desk_lead.account,
        "Control room, log 311",
    )


async def test_a_missing_notification_would_be_noticed(desk: TriageDesk) -> None:
    await desk.reported(ASB)
    await desk.owner.execute("DELETE FROM delivery")
    today = (await week(desk, await desk.person(coordination="lead")))[0]
    assert today.reports is not None
    assert today.reports.unserved == 1
    assert not today.balanced
    assert not Sent(made=3, delivered=1, waiting=1).balanced


async def test_the_desk_lead_finds_what_has_nobody_to_be_told(desk: TriageDesk) -> None:
    untold = await desk.reported(UNTOLD)
    await desk.reported(KNIFE)
    async with acting(desk.pool, await desk.person(coordination="lead")) as connection:
        assert [one.reference for one in await books.untold(connection)] == [untold]
    async with acting(desk.pool, await desk.person(tvp="lead")) as connection:
        assert await books.untold(connection) == []
