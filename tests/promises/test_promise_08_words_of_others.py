"""Promise 8, need to know: a link tells nothing of another report, and a pointer nothing of what a receiver wrote."""

import asyncpg
import pytest

from service.triage.acknowledgement import new_link
from service.triage.duplicates import merge, unmerge
from service.triage.errors import NotPossibleNow, TierTooLow
from service.triage.linking import link
from service.triage.report import read
from tests.triage.desk import KNIFE, SPIKED, TriageDesk

_SHARED = {"concern": "cuckooing", "happening": "ongoing"}
"""Goes to the police and to the ASB team, both at D3."""


async def test_a_link_or_a_merge_with_another_teams_report_tells_nothing_of_it(desk: TriageDesk) -> None:
    shared, others = await desk.reported(_SHARED), await desk.reported(SPIKED)
    police, council = await desk.person(tvp="lead"), await desk.person(asb_team="lead")
    async with desk.case(police, shared) as (connection, case):
        await link(connection, case, others, "The barmaid named him", actor=police, now=desk.now)
    async with desk.case(police, shared) as (connection, case):
        await merge(connection, case, others, actor=police)
    async with desk.of(police) as connection:
        known = await read(connection, shared)
    assert [one.kind for one in known.events] == ["linked", "merged"]
    assert known.standing["merged_into"] == str(await desk.id_of(others))
    async with desk.of(council) as connection:
        seen = await read(connection, shared)
    assert seen.tier == "D3"
    for secret in (others, "barmaid", str(await desk.id_of(others))):
        assert secret not in repr(seen), secret


async def test_a_merge_is_undone_by_the_team_that_made_it_and_by_nobody_else(desk: TriageDesk) -> None:
    one, other = await desk.reported(_SHARED), await desk.reported(_SHARED)
    summary, second = await desk.reported(SPIKED), await desk.reported(SPIKED)
    police = await desk.person(tvp="lead")
    for merged, into in ((one, other), (summary, second)):
        async with desk.case(police, merged) as (connection, case):
            await merge(connection, case, into, actor=police)
    with pytest.raises(NotPossibleNow):
        async with desk.case(await desk.person(asb_team="lead"), one) as (connection, case):
            await unmerge(connection, case)
    with pytest.raises(TierTooLow):
        async with desk.case(await desk.person(nightsafe="lead"), summary) as (connection, case):
            await unmerge(connection, case)
    async with desk.case(police, one) as (connection, case):
        await unmerge(connection, case)
    assert (await desk.items(one))["tvp"]["state"] == "new"


async def test_what_a_receiver_wrote_is_not_told_to_whoever_sees_a_pointer(desk: TriageDesk) -> None:
    reference = await desk.reported(KNIFE)
    delivery = await desk.owner.fetchval(
        "SELECT id FROM delivery WHERE report_id = $1 LIMIT 1", await desk.id_of(reference)
    )
    token = await new_link(desk.owner, delivery, desk.now)
    await desk.owner.execute(
        "SELECT acknowledge_delivery($1, NULL, $2, 'outcome', 'TVP 1234', 'The barmaid named him')",
        delivery,
        token,
    )
    async with desk.of(await desk.person(tvp="coordinator")) as connection:
        assert "barmaid" in repr((await read(connection, reference)).routes)
    async with desk.of(await desk.person(coordination="lead")) as connection:
        pointer = await read(connection, reference)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT note FROM acknowledgement")
    said = [one for sent in pointer.routes[0]["deliveries"] for one in sent["acknowledgements"]]
    assert [one["verdict"] for one in said] == ["outcome"]
    assert "barmaid" not in repr(pointer)
    assert "TVP 1234" not in repr(pointer)
