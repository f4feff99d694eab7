"""A person decides beside the service: grades anew, tells a further body, adds what was told by telephone."""

import asyncpg
import pytest

from service.triage.claim import claim
from service.triage.conversation import add_information
from service.triage.errors import NotPossibleNow, ReasonNeeded, TierTooLow, WrongValue
from service.triage.regrade import regrade
from service.triage.reroute import reroute
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk

_DECIDE = (
    "SELECT decide_as_person($1, '01a20908-2b20-7b81-8b5e-8def4e98', {grade}::smallint, now(), '', '{{}}', '[]',"
    " '{why}')"
)


async def test_raising_tells_whom_the_policy_tells_at_that_grade_and_asks_everybody_anew(
    desk: TriageDesk,
) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    async with desk.case(actor, reference) as (connection, case):
        await regrade(connection, case, "P1", None, policy=desk.policy, now=desk.now)
    items = await desk.items(reference)
    assert {team: item["grade"] for team, item in items.items()} == {
        "asb_team": 1,
        "tvp": 1,
        "coordination": 1,
    }
    assert (items["asb_team"]["state"], items["tvp"]["state"]) == ("acknowledged", "new")
    # What was decided before stays beside it, and the books balance.
    decisions = await desk.owner.fetch("SELECT grade, cause, recipients FROM decision ORDER BY decided_at")
    assert [(row["grade"], row["cause"]) for row in decisions] == [(3, "report"), (1, "person")]
    assert sum(row["recipients"] for row in decisions) == await desk.owner.fetchval(
        "SELECT count(*) FROM route"
    )
    waiting = await desk.owner.fetch("SELECT recipient FROM delivery WHERE grade = 1 AND channel = 'email'")
    assert {row["recipient"] for row in waiting} >= {"tvp"}


async def test_lowering_needs_a_reason_in_the_code_and_in_the_database(desk: TriageDesk) -> None:
    reference = await desk.reported(KNIFE)
    actor = await desk.person(tvp="coordinator")
    for why in (None, "  "):
        with pytest.raises(ReasonNeeded):
            async with desk.case(actor, reference) as (connection, case):
                await regrade(connection, case, "P3", why, policy=desk.policy, now=desk.now)
    with pytest.raises(asyncpg.CheckViolationError):
        async with desk.of(actor) as connection:
            await connection.execute(
                _DECIDE.format(grade=3, why=" "),
                await desk.id_of(reference),
            )
    async with desk.case(actor, reference) as (connection, case):
        await regrade(
            connection, case, "P3", "Toy knife, seen by an officer", policy=desk.policy, now=desk.now
        )
    assert {item["grade"] for item in (await desk.items(reference)).values()} == {3}
    assert (await desk.record("report.decided"))[0]["actor"] == actor.on_record


async def test_another_body_is_told_beside_or_instead_at_its_own_tier(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    for to, error in (("asb_team", WrongValue), ("crimestoppers", WrongValue)):
        with pytest.raises(error):
            async with desk.case(actor, reference) as (connection, case):
                await reroute(connection, case, to, "theirs", policy=desk.policy, now=desk.now)
    with pytest.raises(ReasonNeeded):
        async with desk.case(actor, reference) as (connection, case):
            await reroute(connection, case, "licensing", "", policy=desk.policy, now=desk.now)
    async with desk.case(actor, reference) as (connection, case):
        await reroute(
            connection, case, "licensing", "It is the pub", instead=True, policy=desk.policy, now=desk.now
        )
    items = await desk.items(reference)
    assert (items["asb_team"]["state"], items["licensing"]["state"]) == ("passed_on", "new")
    assert (items["licensing"]["tier"], items["licensing"]["grade"]) == ("D2", 3)
    sent = await desk.owner.fetch("SELECT channel FROM delivery WHERE recipient = 'licensing'")
    assert {row["channel"] for row in sent} == {"email", "console"}
    with pytest.raises(NotPossibleNow):
        async with desk.case(actor, reference) as (connection, case):
            await claim(connection, case)


async def test_who_sees_a_summary_cannot_decide_on_it(desk: TriageDesk) -> None:
    reference = await desk.reported(SPIKED)
    actor = await desk.person(nightsafe="lead")
    with pytest.raises(TierTooLow):
        async with desk.case(actor, reference) as (connection, case):
            await regrade(connection, case, "P4", "Nothing in it", policy=desk.policy, now=desk.now)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.of(actor) as connection:
            await connection.execute(
                _DECIDE.format(grade=4, why="x"),
                await desk.id_of(reference),
            )


async def test_what_is_told_by_telephone_raises_and_never_undoes_a_persons_grade(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    async with desk.case(actor, reference) as (connection, case):
        await add_information(
            connection, case, "He has a gun and is here now, he shot at us", policy=desk.policy, now=desk.now
        )
    assert (await desk.items(reference))["asb_team"]["grade"] == 1
    lowered = await desk.reported(KNIFE)
    officer = await desk.person(tvp="coordinator")
    async with desk.case(officer, lowered) as (connection, case):
        await regrade(connection, case, "P4", "A prop of the theatre", policy=desk.policy, now=desk.now)
    async with desk.case(officer, lowered) as (connection, case):
        await add_information(connection, case, "The caller says thank you", policy=desk.policy, now=desk.now)
    assert (await desk.items(lowered))["tvp"]["grade"] == 4
    async with desk.case(officer, lowered) as (connection, case):
        await add_information(
            connection, case, "He stabbed my brother with it just now", policy=desk.policy, now=desk.now
        )
    assert (await desk.items(lowered))["tvp"]["grade"] == 1
    newest = await desk.owner.fetchval(
        "SELECT detail FROM decision WHERE report_id = $1 ORDER BY decided_at DESC, id DESC LIMIT 1",
        await desk.id_of(lowered),
    )
    assert newest["reasons"][0]["says"] == "what was added asks for P1, after a person had graded it P4"
