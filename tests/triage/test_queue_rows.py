"""The queue is fed by whatever routes or decides: intake, patterns, messages and people."""

import asyncio
from uuid import uuid4

import pytest

from service.triage.queue import Filters, head, page
from tests.triage.desk import ASB, KNIFE, SPIKED, UNTOLD, TriageDesk


async def test_a_report_is_in_the_queue_of_each_body_told_and_of_no_other(desk: TriageDesk) -> None:
    items = await desk.items(
        await desk.reported(SPIKED, location={"town": "Witney", "address": "1 Mill Street"})
    )
    assert set(items) == {"tvp", "nightsafe"}
    assert {team: item["tier"] for team, item in items.items()} == {"tvp": "D3", "nightsafe": "D2"}
    # The kind of reporter tells who reported, and is for those who see the record.
    assert items["tvp"]["reporter"] == "rural_resident"
    assert items["nightsafe"]["reporter"] is None
    assert items["tvp"]["town"] == "Witney"
    assert items["tvp"]["concerns"] == ["spiking_drink"]


async def test_the_coordination_desk_has_what_nobody_is_told_of_and_a_pointer_to_each_p1(
    desk: TriageDesk,
) -> None:
    untold = await desk.items(await desk.reported(UNTOLD))
    assert {team: item["tier"] for team, item in untold.items()} == {"coordination": "D3"}
    urgent = await desk.items(await desk.reported(KNIFE))
    assert urgent["coordination"]["tier"] == "D1"
    assert urgent["coordination"]["reporter"] is None
    assert "coordination" not in await desk.items(await desk.reported(ASB))


async def test_a_raise_counts_for_every_team_asks_for_acknowledgement_anew_and_makes_open_pages_stale(
    desk: TriageDesk,
) -> None:
    reference = await desk.reported(ASB)
    await desk.owner.execute("UPDATE queue_item SET state = 'closed'")
    await desk.owner.execute(
        "INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail, cause)"
        " SELECT $2, report_id, decided_at + interval '1 minute', 2, due_at - interval '1 hour', policy, concerns, 0,"
        " detail, 'pattern' FROM decision WHERE report_id = $1",
        await desk.id_of(reference),
        uuid4(),
    )
    item = (await desk.items(reference))["asb_team"]
    assert (item["grade"], item["state"]) == (2, "new")
    assert await desk.version(reference) == 1


async def test_the_queue_is_told_in_the_reports_own_transaction_by_a_pointer(desk: TriageDesk) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    await desk.owner.add_listener("evenlode_queue", lambda *told: heard.put_nowait(told[3]))
    reference = await desk.reported(KNIFE, description="He is at 12 Mill Street with a knife")
    told = await asyncio.wait_for(heard.get(), 20)
    assert sorted(told.splitlines()) == [f"coordination {reference} 1 new", f"tvp {reference} 1 new"]


async def test_pages_come_in_the_queues_order_each_report_once(desk: TriageDesk) -> None:
    facts = [ASB, KNIFE, SPIKED, UNTOLD] * 4
    for facts_ in facts:
        await desk.reported(facts_)
    actor = await desk.person(tvp="coordinator", asb_team="coordinator", coordination="coordinator")
    seen, after = [], None
    async with desk.of(actor) as connection:
        while True:
            one = await page(connection, actor, Filters(), now=desk.now, after=after, most=3)
            seen += one.items
            after = one.next
            if after is None:
                break
    assert len(seen) == len({one.reference for one in seen}) == 16
    assert {tuple(sorted(one.teams)) for one in seen if one.grade == "P1"} == {("coordination", "tvp")}
    assert {one.team for one in seen if one.grade == "P1"} == {"tvp"}, "the team that sees most of it"
    assert [(one.grade, one.due_at) for one in seen] == sorted((one.grade, one.due_at) for one in seen)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(grade=["P1"]), {"knife"}),
        (Filters(concern=["spiking_drink"]), {"spiked"}),
        (Filters(place=["WITNEY"]), {"spiked"}),
        (Filters(state=["acknowledged"]), {"seen"}),
        (Filters(breaching=True), set()),
        (Filters(due_soon=True), {"knife"}),
        (Filters(mine=True), {"seen"}),
        (Filters(unassigned=True, kind=["rural_resident"]), {"knife", "spiked"}),
        (Filters(settled=True), {"closed"}),
        (Filters(tag=["school"]), {"seen"}),
        (Filters(older_than_hours=1), set()),
    ],
)
async def test_filters_of_the_queue(desk: TriageDesk, filters: Filters, expected: set[str]) -> None:
    actor = await desk.person(tvp="coordinator")
    named = {
        await desk.reported(KNIFE): "knife",
        await desk.reported(SPIKED, location={"town": "Witney"}): "spiked",
        (seen := await desk.reported(SPIKED | {"concern": "sexual_assault"})): "seen",
        (closed := await desk.reported(SPIKED)): "closed",
    }
    await desk.owner.execute(
        "UPDATE queue_item SET state = 'acknowledged', claimed_by = $2, tags = '{school}' WHERE reference = $1",
        seen,
        actor.account,
    )
    await desk.owner.execute("UPDATE queue_item SET state = 'closed' WHERE reference = $1", closed)
    async with desk.of(actor) as connection:
        got = await page(connection, actor, filters, now=desk.now)
    assert {named[one.reference] for one in got.items} == expected


async def test_words_and_other_filters_together_give_whole_pages_and_every_report_once(
    desk: TriageDesk,
) -> None:
    actor = await desk.person(asb_team="coordinator", coordination="coordinator")
    wanted = set()
    for number in range(14):
        reference = await desk.reported(ASB, description=f"The green quad bike again, time {number}")
        if number % 3:
            await desk.owner.execute(
                "UPDATE queue_item SET claimed_by = $2 WHERE reference = $1", reference, actor.account
            )
        else:
            wanted.add(reference)
    await desk.reported(ASB, description="Something else, and nobody is on it")
    seen, after, sizes = [], None, []
    filters = Filters(text="quad bike", unassigned=True)
    async with desk.of(actor) as connection:
        while True:
            one = await page(connection, actor, filters, now=desk.now, after=after, most=2)
            seen += [item.reference for item in one.items]
            sizes.append(len(one.items))
            after = one.next
            if after is None:
                break
    assert (set(seen), len(seen), sizes) == (wanted, len(wanted), [2, 2, 1])


async def test_the_head_counts_each_report_of_ones_own_teams_once(desk: TriageDesk) -> None:
    actor = await desk.person(tvp="coordinator", coordination="coordinator")
    for facts in (KNIFE, KNIFE, SPIKED, ASB):
        await desk.reported(facts)
    await desk.owner.execute("UPDATE queue_item SET due_at = now() - interval '1 hour' WHERE team = 'tvp'")
    async with desk.of(actor) as connection:
        told = {one.grade: (one.open, one.late) for one in await head(connection, now=desk.now)}
    assert told["P1"] == (2, 2)
    assert sum(open_ for open_, _ in told.values()) == 3
    assert list(told) == ["P1", "P2", "P3", "P4"]


async def test_a_row_says_that_its_reporter_wrote_until_that_is_answered_to_whoever_may_read_it(
    desk: TriageDesk,
) -> None:
    reference = await desk.reported(SPIKED)
    reading, told = await desk.person(tvp="coordinator"), await desk.person(nightsafe="coordinator")

    async def written() -> tuple[bool, bool]:
        found = []
        for actor in (reading, told):
            async with desk.of(actor) as connection:
                rows = await page(connection, actor, Filters(), now=desk.now)
            found.append(next(one.written for one in rows.items if one.reference == reference))
        return found[0], found[1]

    assert await written() == (False, False)
    heard: asyncio.Queue[str] = asyncio.Queue()
    await desk.owner.add_listener("evenlode_queue", lambda *told: heard.put_nowait(told[3]))
    for place, author, seen in ((1, "reporter", True), (2, "coordinator", False), (3, "reporter", True)):
        await desk.owner.execute(
            "INSERT INTO message (id, report_id, place, author, text, written_at)"
            " VALUES ($1, $2, $3, $4, 'It was the blue one', now())",
            uuid4(),
            await desk.id_of(reference),
            place,
            author,
        )
        assert await written() == (seen, False)
        # An open queue is told at once, and no team that may not read what they wrote.
        if seen:
            (line,) = (await asyncio.wait_for(heard.get(), 20)).splitlines()
            assert line.startswith(f"tvp {reference} ")
