"""Who reported is given to nobody without a reason, a team that sees the record, and a lead where the team asks one."""

from uuid import UUID

import asyncpg
import pytest

from service.access.actor import Actor
from service.triage.errors import CaseNotFound, ReasonNeeded, TierTooLow
from service.triage.reveal import CannotApprove, NoSource, Revealed, approve, reveal
from service.triage.views import notices
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk

CONTACT = {"anonymity": "confidential", "contact": {"name": "Example Person", "phone": "07700 900123"}}
WHY = "Life at risk: she has to be rung back"


async def _reveal(desk: TriageDesk, actor: Actor, reference: str, why: str | None = WHY) -> Revealed:
    async with desk.case(actor, reference) as (connection, case):
        return await reveal(connection, case, why, ring=desk.ring)


async def test_a_coordinator_waits_for_a_leads_approval_which_holds_for_one_reveal(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB, **CONTACT)
    actor, lead = await desk.person(asb_team="coordinator"), await desk.person(asb_team="lead")
    assert await _reveal(desk, actor, reference) == Revealed(waiting=True)
    # Asked again it still waits, and the lead is not asked twice.
    assert await _reveal(desk, actor, reference) == Revealed(waiting=True)
    async with desk.of(lead) as connection:
        (notice,) = await notices(connection)
        assert (notice["kind"], notice["reference"]) == ("reveal_asked", reference)
        await approve(connection, UUID(notice["detail"]["reveal"]))
    given = await _reveal(desk, actor, reference)
    assert given.source is not None
    assert given.source["contact"]["phone"] == "+447700900123"
    async with desk.of(lead) as connection:
        assert [one["kind"] for one in await notices(connection)] == ["reveal_asked", "revealed"]
    assert await _reveal(desk, actor, reference) == Revealed(waiting=True)
    for action, by in (("source.asked", actor), ("source.approved", lead), ("source.revealed", actor)):
        entries = await desk.record(action)
        assert {entry["actor"] for entry in entries} == {by.on_record}, action
    assert (await desk.record("source.revealed"))[0]["detail"]["reason"] == WHY


async def test_a_lead_and_a_team_that_needs_no_approval_are_given_it_at_once(desk: TriageDesk) -> None:
    reference = await desk.reported(KNIFE, **CONTACT)
    lead, actor = await desk.person(tvp="lead"), await desk.person(tvp="coordinator")
    assert (await _reveal(desk, lead, reference)).source
    assert (await _reveal(desk, actor, reference)).waiting
    await desk.owner.execute("INSERT INTO reveal_without_approval VALUES ('tvp')")
    assert (await _reveal(desk, actor, reference)).source
    async with desk.of(lead) as connection:
        assert [one["kind"] for one in await notices(connection)] == ["reveal_asked", "revealed"]


@pytest.mark.parametrize("why", [None, "", "because", " " * 40])
async def test_no_reveal_without_a_reason(desk: TriageDesk, why: str | None) -> None:
    reference = await desk.reported(ASB, **CONTACT)
    lead = await desk.person(asb_team="lead")
    with pytest.raises(ReasonNeeded):
        await _reveal(desk, lead, reference, why)
    assert await desk.record("source.revealed") == []


async def test_neither_a_summary_nor_another_teams_report_can_be_revealed(desk: TriageDesk) -> None:
    reference = await desk.reported(SPIKED, **CONTACT)
    summary, stranger = await desk.person(nightsafe="lead"), await desk.person(asb_team="lead")
    with pytest.raises(TierTooLow):
        await _reveal(desk, summary, reference)
    with pytest.raises(CaseNotFound):
        await _reveal(desk, stranger, reference)
    report_id = await desk.id_of(reference)
    for actor in (summary, stranger, await desk.person("auditor"), await desk.person("administrator")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with desk.of(actor) as connection:
                await connection.fetch("SELECT * FROM reveal_source($1, $2)", report_id, WHY)


async def test_nobody_approves_their_own_request_another_teams_or_an_old_one(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB, **CONTACT)
    actor, other = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")
    stranger, lead = await desk.person(tvp="lead"), await desk.person(asb_team="lead")
    await _reveal(desk, actor, reference)
    request = await desk.owner.fetchval("SELECT id FROM reveal")
    for nobody in (actor, other, stranger):
        with pytest.raises(CannotApprove):
            async with desk.of(nobody) as connection:
                await approve(connection, request)
    await desk.owner.execute("UPDATE membership SET role = 'lead' WHERE account_id = $1", actor.account)
    with pytest.raises(CannotApprove):
        async with desk.of(actor) as connection:
            await approve(connection, request)
    await desk.owner.execute("UPDATE reveal SET asked_at = now() - interval '25 hours'")
    with pytest.raises(CannotApprove):
        async with desk.of(lead) as connection:
            await approve(connection, request)


async def test_an_anonymous_report_has_no_source_to_give(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB)
    lead = await desk.person(asb_team="lead")
    with pytest.raises(NoSource):
        await _reveal(desk, lead, reference)
