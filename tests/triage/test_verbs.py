"""What coordinators do with a report: each on the case, on the record, and only on the version it was made on."""

import asyncio
from typing import Any

import pytest

from service.triage.acknowledge import acknowledge
from service.triage.case import Case, begin
from service.triage.case_review import open_case_review
from service.triage.claim import assign, claim, release
from service.triage.closing import close, reopen
from service.triage.conversation import ask
from service.triage.duplicates import merge, unmerge
from service.triage.errors import (
    AlreadyClaimed,
    CaseNotFound,
    NotPossibleNow,
    ReasonNeeded,
    StaleCase,
    WrongValue,
)
from service.triage.linking import cut, link
from service.triage.marking import hold, mark
from service.triage.note import note, tag
from service.triage.undo import Target, to_each, undo
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk

ROUNDS = 12


async def test_of_two_who_claim_at_once_exactly_one_is_on_it(desk: TriageDesk) -> None:
    one, two = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")

    async def tries(actor: Any, reference: str) -> str:
        try:
            async with desk.case(actor, reference, 0) as (connection, case):
                await claim(connection, case)
        except (StaleCase, AlreadyClaimed) as refused:
            return refused.code
        return "on it"

    for _ in range(ROUNDS):
        reference = await desk.reported(ASB)
        outcomes = await asyncio.gather(tries(one, reference), tries(two, reference))
        assert sorted(outcomes) == ["on it", "stale-case"]
        item = (await desk.items(reference))["asb_team"]
        assert item["claimed_by"] == (one, two)[outcomes.index("on it")].account


async def test_a_stale_change_writes_nothing_and_tells_what_changed(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB)
    one, two = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")
    async with desk.case(one, reference) as (connection, case):
        assert await claim(connection, case) == 1
    with pytest.raises(StaleCase) as stale:
        async with desk.case(two, reference, 0) as (connection, case):
            await close(connection, case, "not_found")
    assert stale.value.version == 1
    assert [(change.kind, change.by) for change in stale.value.changes] == [("claimed", one.account)]
    assert (await desk.items(reference))["asb_team"]["state"] == "new"
    with pytest.raises(StaleCase):
        async with desk.case(two, reference, 7) as (connection, case):
            await claim(connection, case)


async def test_release_and_assign_are_for_whoever_is_on_it_and_for_leads(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB)
    one, two = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")
    lead, outsider = await desk.person(asb_team="lead"), await desk.person(tvp="lead")
    async with desk.case(one, reference) as (connection, case):
        await claim(connection, case)
    for refused in (release, claim):
        with pytest.raises(AlreadyClaimed):
            async with desk.case(two, reference) as (connection, case):
                await refused(connection, case)
    with pytest.raises(AlreadyClaimed):
        async with desk.case(two, reference) as (connection, case):
            await assign(connection, case, two.account)
    with pytest.raises(WrongValue):
        async with desk.case(lead, reference) as (connection, case):
            await assign(connection, case, outsider.account)
    async with desk.case(lead, reference) as (connection, case):
        await assign(connection, case, two.account)
    assert (await desk.items(reference))["asb_team"]["claimed_by"] == two.account
    async with desk.case(two, reference) as (connection, case):
        await release(connection, case)
    assert (await desk.items(reference))["asb_team"]["claimed_by"] is None
    entries = await desk.record("case.assigned")
    assert [(entry["actor"], entry["subject"]) for entry in entries] == [
        (lead.on_record, str(await desk.id_of(reference)))
    ]


async def test_a_question_reaches_the_conversation_to_the_minute_for_an_anonymous_reporter(
    desk: TriageDesk,
) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    async with desk.case(actor, reference) as (connection, case):
        await ask(connection, case, "Which gate was it?", now=desk.now)
    row = await desk.owner.fetchrow("SELECT author, text, written_at, place FROM message")
    assert row is not None
    assert (row["author"], row["text"], row["place"]) == ("coordinator", "Which gate was it?", 1)
    assert row["written_at"].second == row["written_at"].microsecond == 0
    event = await desk.owner.fetchval("SELECT at FROM case_event WHERE kind = 'asked'")
    assert event.second == event.microsecond == 0


async def test_a_duplicate_is_merged_into_the_other_and_taken_out_again(desk: TriageDesk) -> None:
    first, second = await desk.reported(ASB), await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    with pytest.raises(WrongValue):
        async with desk.case(actor, second) as (connection, case):
            await merge(connection, case, second, actor=actor)
    with pytest.raises(CaseNotFound):
        async with desk.case(actor, second) as (connection, case):
            await merge(connection, case, await desk.reported(KNIFE), actor=actor)
    async with desk.case(actor, second) as (connection, case):
        await merge(connection, case, first, actor=actor)
    assert (await desk.items(second))["asb_team"]["state"] == "merged"
    assert await desk.version(first) == 1
    async with desk.case(actor, second) as (connection, case):
        await unmerge(connection, case)
    assert (await desk.items(second))["asb_team"]["state"] == "new"


async def test_links_of_a_person_and_their_cut(desk: TriageDesk) -> None:
    first, second, elsewhere = await desk.reported(ASB), await desk.reported(ASB), await desk.reported(KNIFE)
    actor = await desk.person(asb_team="coordinator")
    async with desk.case(actor, first) as (connection, case):
        await link(connection, case, second, "Same white van", actor=actor, now=desk.now)
    with pytest.raises(CaseNotFound):
        async with desk.case(actor, first) as (connection, case):
            await link(connection, case, elsewhere, "Same white van", actor=actor, now=desk.now)
    async with desk.case(actor, second) as (connection, case):
        await cut(connection, case, first, "Another van", actor=actor, now=desk.now)
    row = await desk.owner.fetchrow("SELECT kind, cut_by, cut_why FROM link")
    assert row is not None
    assert tuple(row) == ("person", actor.on_record, "Another van")
    with pytest.raises(NotPossibleNow):
        async with desk.case(actor, second) as (connection, case):
            await cut(connection, case, first, "Another van", actor=actor, now=desk.now)


async def test_a_case_is_closed_once_no_team_has_it_open_and_reopened_with_a_reason(desk: TriageDesk) -> None:
    reference = await desk.reported({"concern": "cuckooing", "happening": "ongoing"})
    teams = set(await desk.items(reference)) - {"coordination"}
    actor = await desk.person(**dict.fromkeys(teams, "coordinator"))
    for place, team in enumerate(sorted(teams)):
        async with desk.case(actor, reference, team=team) as (connection, case):
            await close(connection, case, "action_taken")
        state = await desk.owner.fetchval("SELECT state FROM report_case")
        assert state == ("closed" if place == len(teams) - 1 else "open")
    with pytest.raises(ReasonNeeded):
        async with desk.case(actor, reference) as (connection, case):
            await reopen(connection, case, None)
    async with desk.case(actor, reference) as (connection, case):
        await reopen(connection, case, "He is back")
    assert await desk.owner.fetchval("SELECT state FROM report_case") == "open"


@pytest.mark.parametrize(("outcome", "error"), [("no_further_action", ReasonNeeded), ("solved", WrongValue)])
async def test_an_outcome_is_one_of_the_list_and_some_need_a_why(
    desk: TriageDesk, outcome: str, error: type[Exception]
) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(asb_team="coordinator")
    with pytest.raises(error):
        async with desk.case(actor, reference) as (connection, case):
            await close(connection, case, outcome)


async def test_marks_and_holds_stand_beside_the_grade(desk: TriageDesk) -> None:
    reference = await desk.reported(KNIFE)
    actor = await desk.person(tvp="coordinator")
    for change in (
        lambda connection, case: mark(connection, case, "malicious", "Third in an hour, same words"),
        lambda connection, case: hold(connection, case, "Asked for by a court", held=True),
        lambda connection, case: tag(connection, case, ["Town Centre", "town centre", "school"]),
        lambda connection, case: open_case_review(connection, case, "Asked for"),
        acknowledge,
    ):
        async with desk.case(actor, reference) as (connection, case):
            await change(connection, case)
    item = (await desk.items(reference))["tvp"]
    assert (item["grade"], item["state"], item["tags"]) == (1, "acknowledged", ["town centre", "school"])
    row = await desk.owner.fetchrow("SELECT marked, held, version FROM report_case")
    assert row is not None
    assert tuple(row) == ("malicious", True, 5)


async def test_the_last_change_is_taken_back_by_whoever_made_it(desk: TriageDesk) -> None:
    reference = await desk.reported(ASB)
    one, two = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")
    async with desk.case(one, reference) as (connection, case):
        await close(connection, case, "not_found")
    with pytest.raises(NotPossibleNow):
        async with desk.case(two, reference) as (connection, case):
            await undo(connection, case)
    async with desk.case(one, reference) as (connection, case):
        await undo(connection, case)
    assert (await desk.items(reference))["asb_team"]["state"] == "new"
    row = await desk.owner.fetchrow("SELECT state, outcome FROM report_case")
    assert row is not None
    assert tuple(row) == ("open", None)
    async with desk.case(one, reference) as (connection, case):
        await note(connection, case, "A note stays")
    with pytest.raises(NotPossibleNow):
        async with desk.case(one, reference) as (connection, case):
            await undo(connection, case)


async def test_what_cannot_be_done_to_one_of_many_is_told_and_the_others_are_done(desk: TriageDesk) -> None:
    actor, other = await desk.person(asb_team="coordinator"), await desk.person(asb_team="coordinator")
    references = [await desk.reported(ASB) for _ in range(3)]
    foreign = await desk.reported(KNIFE)
    async with desk.case(other, references[1]) as (connection, case):
        await claim(connection, case)
    targets = [Target(reference, 0) for reference in [*references, foreign]]
    async with desk.of(actor) as connection:
        done = await to_each(connection, actor, targets, None, claim)
    assert [(one.version, one.problem) for one in done] == [
        (1, None),
        (None, "stale-case"),
        (1, None),
        (None, "case-not-found"),
    ]
    async with desk.of(actor) as connection:
        back = [Target(one.reference, one.version) for one in done if one.version is not None]
        undone = await to_each(connection, actor, back, None, undo)
    assert [one.version for one in undone] == [2, 2]
    assert (await desk.items(references[0]))["asb_team"]["claimed_by"] is None


async def test_a_case_is_changed_for_the_team_that_is_named(desk: TriageDesk) -> None:
    reference = await desk.reported(SPIKED)
    actor = await desk.person(tvp="coordinator", nightsafe="coordinator")
    async with desk.of(actor) as connection:
        case: Case = await begin(connection, actor, reference, 0, team="nightsafe")
        assert (case.team, case.tier) == ("nightsafe", "D2")
        await claim(connection, case)
    items = await desk.items(reference)
    assert (items["nightsafe"]["claimed_by"], items["tvp"]["claimed_by"]) == (actor.account, None)
