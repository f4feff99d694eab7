"""What nobody acknowledged goes to the next contact, once for each step, and stops when somebody acknowledges."""

import asyncio
from datetime import timedelta

import asyncpg
import msgspec
import pytest

from service.clock import to_the_minute
from service.db.pool import prepare_connection
from service.policy.directory import Directory
from service.routing.escalation import escalate_late
from service.routing.outbox import books
from service.triage.acknowledge import acknowledge
from service.triage.acknowledgement import acknowledge_delivery, new_link
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk
from tests.workers.conftest import until

SLAVERY = {"concern": "ms_labour", "danger_now": "yes", "happening": "now"}
"""A P1 of the police, and of a body that has the police for its next contact."""


async def further(desk: TriageDesk, reference: str) -> list[tuple[str, str]]:
    """The further notifications of a report: to whom and by which channel."""
    rows = await desk.owner.fetch(
        "SELECT recipient, channel FROM delivery WHERE report_id = $1 AND about = 'escalation' ORDER BY 1, 2",
        await desk.id_of(reference),
    )
    return [(row["recipient"], row["channel"]) for row in rows]


async def steps(desk: TriageDesk, reference: str) -> list[tuple[str, str]]:
    """Who did not acknowledge, and whom it was taken to, as the case tells."""
    rows = await desk.owner.fetch(
        "SELECT team, detail ->> 'to' AS to_team FROM case_event"
        " WHERE report_id = $1 AND kind = 'escalated' ORDER BY version",
        await desk.id_of(reference),
    )
    return [(row["team"], row["to_team"]) for row in rows]


def without_the_police_route(directory: Directory) -> Directory:
    """The police's chain goes over a body that is not told of a P1 otherwise."""
    tvp = msgspec.structs.replace(directory.recipients["tvp"], next_contact="rural_crime")
    rural = msgspec.structs.replace(directory.recipients["rural_crime"], next_contact=None)
    return msgspec.structs.replace(
        directory, recipients={**directory.recipients, "tvp": tvp, "rural_crime": rural}
    )


async def test_nothing_goes_on_before_its_time_or_below_its_grade(
    desk: TriageDesk, directory: Directory
) -> None:
    critical, high = await desk.reported(KNIFE), await desk.reported(SPIKED)
    standard = await desk.reported(ASB)
    assert await escalate_late(desk.owner, directory, desk.now + timedelta(minutes=14)) == 0
    # What has been late since long before this ran is not taken further all at once.
    assert await escalate_late(desk.owner, directory, desk.now + timedelta(days=30)) == 0
    # A P2 stays with whom it is for, however late: nobody learns of it who had no need to.
    assert await escalate_late(desk.owner, directory, desk.now + timedelta(days=2)) == 1
    assert await steps(desk, critical) == [("tvp", "coordination")]
    assert await steps(desk, high) == await steps(desk, standard) == []


async def test_a_chain_goes_on_until_the_coordination_desk_and_the_books_balance(
    desk: TriageDesk, directory: Directory
) -> None:
    reference = await desk.reported(SLAVERY)
    lead = await desk.person(coordination="lead")
    helper = await desk.person(coordination="coordinator")
    at = desk.now + timedelta(minutes=15, seconds=1)
    told = (await desk.items(reference)).keys()
    assert {"tvp", "anti_slavery_coordinator"} <= told
    assert await escalate_late(desk.owner, directory, at) == 2
    assert sorted(await steps(desk, reference)) == [
        ("anti_slavery_coordinator", "tvp"),
        ("tvp", "coordination"),
    ]
    # The police had a notification of their own, and have a further one.
    assert await further(desk, reference) == [("tvp", "console"), ("tvp", "email")]
    notices = await desk.owner.fetch("SELECT account_id, detail FROM notice WHERE kind = 'escalated'")
    assert {row["account_id"] for row in notices} == {lead.account, helper.account}
    assert notices[0]["detail"] == {"to": "coordination", "grade": "P1", "team": "tvp"}
    assert await escalate_late(desk.owner, directory, at + timedelta(days=1)) == 0
    counted = await books(desk.owner)
    assert counted.balanced
    assert counted.made == counted.waiting
    recorded = await desk.record("case.escalated")
    assert [row["actor"] for row in recorded] == ["watch", "watch"]
    assert {row["detail"]["to"] for row in recorded} == {"tvp", "coordination"}


async def test_a_body_that_hears_of_it_only_then_has_its_own_time_and_route(
    desk: TriageDesk, directory: Directory
) -> None:
    reference, directory = await desk.reported(KNIFE), without_the_police_route(directory)
    first = desk.now + timedelta(minutes=16)
    assert await escalate_late(desk.owner, directory, first) == 1
    item = (await desk.items(reference))["rural_crime"]
    assert (item["state"], item["tier"], item["due_at"]) == (
        "new",
        "D3",
        to_the_minute(first) + timedelta(minutes=15),
    )
    assert await further(desk, reference) == [("rural_crime", "console"), ("rural_crime", "email")]
    assert (await books(desk.owner)).balanced
    assert await escalate_late(desk.owner, directory, first + timedelta(minutes=14)) == 0
    assert await escalate_late(desk.owner, directory, first + timedelta(minutes=15)) == 1
    assert await steps(desk, reference) == [("tvp", "rural_crime"), ("rural_crime", "coordination")]
    # Who was asked to see to it has acknowledged: nobody who was told for that alone is asked any more.
    assert (await desk.items(reference))["tvp"]["due_at"] < first


@pytest.mark.parametrize("way", ["console", "link"])
async def test_it_stops_at_once_when_somebody_acknowledges(
    desk: TriageDesk, directory: Directory, way: str
) -> None:
    reference, directory = await desk.reported(KNIFE), without_the_police_route(directory)
    late = desk.now + timedelta(minutes=16)
    assert await escalate_late(desk.owner, directory, late) == 1
    if way == "console":
        officer = await desk.person(tvp="coordinator")
        async with desk.case(officer, reference) as (connection, case):
            await acknowledge(connection, case)
    else:
        delivery = await desk.owner.fetchval(
            "SELECT id FROM delivery WHERE recipient = 'tvp' AND channel = 'email' AND about = 'decision'"
        )
        token = await new_link(desk.owner, delivery, desk.now)
        await acknowledge_delivery(
            desk.pool,
            delivery,
            api_key=None,
            token=token,
            verdict="accepted",
            their_reference=None,
            note=None,
        )
    assert await escalate_late(desk.owner, directory, late + timedelta(days=1)) == 0
    assert await steps(desk, reference) == [("tvp", "rural_crime")]


async def test_what_the_next_contact_has_acknowledged_does_not_go_to_it_again(
    desk: TriageDesk, directory: Directory
) -> None:
    reference = await desk.reported(SLAVERY)
    officer = await desk.person(tvp="coordinator")
    async with desk.case(officer, reference) as (connection, case):
        await acknowledge(connection, case)
    assert await escalate_late(desk.owner, directory, desk.now + timedelta(hours=1)) == 0


async def test_a_report_that_is_held_or_marked_is_not_taken_further(
    desk: TriageDesk, directory: Directory
) -> None:
    held, marked = await desk.id_of(await desk.reported(KNIFE)), await desk.id_of(await desk.reported(KNIFE))
    await desk.owner.execute(
        "INSERT INTO quarantine (report_id, at, signs, held) VALUES ($1, now(), '{crowd}', true)", held
    )
    await desk.owner.execute("INSERT INTO report_case (report_id, marked) VALUES ($1, 'test')", marked)
    assert await escalate_late(desk.owner, directory, desk.now + timedelta(hours=1)) == 0
    await desk.owner.execute("UPDATE quarantine SET ended = 'released', ended_at = now(), ended_by = 'x'")
    assert await escalate_late(desk.owner, directory, desk.now + timedelta(hours=1)) == 1


async def test_two_processes_and_one_that_is_killed_make_each_step_once(
    desk: TriageDesk, directory: Directory, another: asyncpg.Connection, database_url: str
) -> None:
    references = [await desk.reported(SLAVERY) for _ in range(3)]
    at = desk.now + timedelta(minutes=16)
    doomed, holder = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    await prepare_connection(doomed)
    transaction = holder.transaction()
    await transaction.start()
    last = await desk.id_of(references[-1])
    await holder.execute("INSERT INTO report_case (report_id) VALUES ($1)", last)
    dying = asyncio.create_task(escalate_late(doomed, directory, at))
    stands = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)"
    # It stands before the case that somebody else holds, having done what came before.
    await until(lambda: another.fetchval(stands, doomed.get_server_pid()))
    await another.execute("SELECT pg_terminate_backend($1)", doomed.get_server_pid())
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await dying
    await transaction.rollback()
    await holder.close()
    await asyncio.gather(escalate_late(desk.owner, directory, at), escalate_late(another, directory, at))
    for reference in references:
        assert len(await steps(desk, reference)) == len(set(await steps(desk, reference))) == 2
        assert await further(desk, reference) == [("tvp", "console"), ("tvp", "email")]
    assert (await books(desk.owner)).balanced
