"""What a shift hands over: all of its team's, and nothing of another's."""

from datetime import timedelta

import msgspec

from service.access.acting import acting
from service.access.actor import Actor
from service.policy.directory import load_directory
from service.routing.escalation import escalate_late
from service.settings import default_policy_folder
from service.triage.acknowledge import acknowledge
from service.triage.claim import claim
from service.triage.closing import close
from service.triage.marking import hold
from service.triage.shift import ShiftSummary, shift_summary
from service.web.console.shift import as_text
from service.web.console.told import Telling
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk


async def handed_over(
    desk: TriageDesk, actor: Actor, team: str, *, later: timedelta = timedelta()
) -> ShiftSummary:
    now = desk.now + later
    async with acting(desk.pool, actor) as connection:
        return await shift_summary(
            connection, team, since=desk.now - timedelta(hours=12), now=now, until=now + timedelta(hours=12)
        )


async def test_a_shift_hands_over_what_came_what_was_done_and_what_is_left(desk: TriageDesk) -> None:
    now = desk.now
    desk.now = now - timedelta(hours=20)
    earlier = await desk.reported(SPIKED)
    desk.now = now
    critical, closed, claimed = [await desk.reported(KNIFE) for _ in range(3)]
    other = await desk.reported(ASB)
    officer = await desk.person(tvp="coordinator")
    async with desk.case(officer, closed, team="tvp") as (connection, case):
        await acknowledge(connection, case)
    async with desk.case(officer, closed, team="tvp") as (connection, case):
        await close(connection, case, "action_taken")
    async with desk.case(officer, claimed, team="tvp") as (connection, case):
        await claim(connection, case)
    async with desk.case(officer, critical, team="tvp") as (connection, case):
        await hold(connection, case, "Court", held=True)
    report = await desk.id_of(critical)
    await desk.owner.execute(
        "INSERT INTO message (id, report_id, place, author, text, written_at)"
        " VALUES (gen_random_uuid(), $1, 1, 'reporter', 'He is back', now())",
        report,
    )
    await desk.owner.execute(
        "UPDATE delivery SET state = 'dead', settled_at = now(), last_fault = '550 no such user'"
        " WHERE report_id = $1 AND channel = 'email'",
        report,
    )
    directory = load_directory(default_policy_folder())
    late = timedelta(minutes=16)
    assert await escalate_late(desk.owner, directory, desk.now + late) == 2
    found = await handed_over(desk, officer, "tvp", later=late)
    numbers = found.grades["P1"]
    assert (numbers.came, numbers.acknowledged, numbers.closed) == (3, 1, 1)
    assert (numbers.open, numbers.new, numbers.late, numbers.due, numbers.unclaimed) == (2, 2, 2, 0, 1)
    # Of a report that came before, only that it is open and late.
    assert (found.grades["P2"].came, found.grades["P2"].open, found.grades["P2"].late) == (0, 1, 1)
    assert found.total.open == 3
    assert [one.reference for one in found.waiting][-1] == earlier
    assert {one.reference for one in found.waiting} == {critical, claimed, earlier}
    assert [(one.number, one.grade) for one in found.claims] == [(1, "P1")]
    assert [one.reference for one in found.unanswered] == [critical]
    assert [(one.reference, one.fault) for one in found.dead] == [(critical, "550 no such user")]
    assert [one.reference for one in found.holds] == [critical]
    assert {(one.reference, one.to_team) for one in found.escalated} == {
        (critical, "coordination"),
        (claimed, "coordination"),
    }
    text = as_text(found, Telling(desk.policy, found.now, {}))
    assert "P1: 3 came, 1 acknowledged, 1 closed; 2 open" in text
    assert f"P1 {critical}" in text
    for kept_back in ("He is back", "Court", other):
        assert kept_back not in text


async def test_another_teams_reports_are_in_no_number(desk: TriageDesk) -> None:
    await desk.reported(ASB)
    await desk.reported(KNIFE)
    stranger = await desk.person(nightsafe="lead")
    for team in ("tvp", "asb_team", "nightsafe"):
        found = await handed_over(desk, stranger, team, later=timedelta(days=20))
        assert not any(msgspec.structs.astuple(found.total))
        assert found.waiting == found.dead == found.claims == found.escalated == []


async def test_the_coordination_desk_sees_what_was_taken_to_it(desk: TriageDesk) -> None:
    reference = await desk.reported(KNIFE)
    directory = load_directory(default_policy_folder())
    await escalate_late(desk.owner, directory, desk.now + timedelta(minutes=16))
    found = await handed_over(desk, await desk.person(coordination="coordinator"), "coordination")
    assert [(one.reference, one.team) for one in found.escalated] == [(reference, "tvp")]
