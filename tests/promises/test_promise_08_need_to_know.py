"""Promise 8, need to know: in plain SQL, too, the database keeps a team to its own reports and to its tier."""

import asyncpg
import pytest

from service.triage.case import begin
from service.triage.errors import CaseNotFound
from service.triage.queue import Filters, page
from service.triage.report import read
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk

_OF_A_REPORT = (
    "queue_item",
    "report_case",
    "case_event",
    "disclosure",
    "report",
    "decision",
    "route",
    "delivery",
    "delivery_attempt",
    "acknowledgement",
    "message",
    "report_file",
    "link",
    "notice",
    "reveal",
    "case_review",
    "case_review_report",
    "saved_view",
    "opening",
    "cluster",
    "cluster_report",
)
_NEVER = (
    "SELECT * FROM source",
    "SELECT ciphertext FROM source",
    "SELECT * FROM report_handle",
    "SELECT * FROM report_default",
    "SELECT * FROM reporter_mark",
    "SELECT * FROM identifier",
    "SELECT * FROM search_document",
    "SELECT * FROM search_waiting",
    "SELECT * FROM session",
    "SELECT * FROM account",
    "SELECT * FROM membership",
    "SELECT * FROM api_key",
    "SELECT * FROM audit_event",
    "SELECT * FROM acknowledgement_link",
    "INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), 'somebody', 'x', 'y', '{}')",
    "INSERT INTO queue_item (report_id, team, reference, tier) VALUES (gen_random_uuid(), 'asb_team', 'x', 'D3')",
    "UPDATE queue_item SET team = 'asb_team'",
    "UPDATE queue_item SET tier = 'D4'",
    "UPDATE report SET body = '{}'",
    "DELETE FROM report",
    "UPDATE decision SET grade = 4",
    "INSERT INTO decision (id, report_id, grade) VALUES (gen_random_uuid(), gen_random_uuid(), 4)",
    "UPDATE case_event SET detail = '{}'",
    "DELETE FROM case_event",
    "DELETE FROM disclosure",
    "INSERT INTO reveal (report_id, team, asked_by, reason) VALUES (gen_random_uuid(), 'tvp', gen_random_uuid(), '')",
    "UPDATE reveal SET approved_at = now()",
    "INSERT INTO reveal_without_approval VALUES ('tvp')",
    "INSERT INTO acknowledgement (delivery_id, at, by, verdict) VALUES (gen_random_uuid(), now(), 'x', 'accepted')",
    "SELECT open_session('x')",
    "SELECT * FROM live_session('x')",
    "SELECT actor_case_event(gen_random_uuid(), 'tvp', 'noted', true, '{}')",
    "SELECT acknowledge_delivery(gen_random_uuid(), NULL, 'x', 'accepted', NULL, NULL)",
    "SELECT search_catch_up(10)",
)


async def _counts(connection: asyncpg.Connection) -> dict[str, int]:
    return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in _OF_A_REPORT}


async def test_another_teams_report_is_in_no_table_for_an_actor(desk: TriageDesk) -> None:
    reference = await desk.reported(KNIFE)
    lead = await desk.person(tvp="lead")
    async with desk.case(lead, reference) as (connection, case):
        await connection.execute(
            "INSERT INTO message (id, report_id, place, author, text, written_at)"
            " VALUES (gen_random_uuid(), $1, 1, 'coordinator', 'Where?', now())",
            case.report_id,
        )
        assert (await _counts(connection))["report"] == 1
    stranger = await desk.person(asb_team="lead", licensing="coordinator")
    async with desk.of(stranger) as connection:
        assert set((await _counts(connection)).values()) == {0}


@pytest.mark.parametrize("office", ["auditor", "administrator"])
async def test_who_keeps_the_record_or_the_accounts_reads_no_report(desk: TriageDesk, office: str) -> None:
    await desk.reported(KNIFE)
    async with desk.of(await desk.person(office)) as connection:
        assert set((await _counts(connection)).values()) == {0}


async def test_without_a_session_or_with_somebody_elses_account_named_nothing_is_seen(
    desk: TriageDesk,
) -> None:
    await desk.reported(KNIFE)
    actor = await desk.person(tvp="lead")
    async with desk.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE evenlode_console")
        for named in ("", str(actor.account), str(actor.session), "x' OR true --"):
            await connection.execute("SELECT set_config('evenlode.session', $1, true)", named)
            assert set((await _counts(connection)).values()) == {0}


@pytest.mark.parametrize("statement", _NEVER)
async def test_what_the_consoles_role_may_never_do(desk: TriageDesk, statement: str) -> None:
    actor = await desk.person(tvp="lead")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.of(actor) as connection:
            await connection.execute(statement)


async def test_a_pointer_or_a_summary_is_not_the_record(desk: TriageDesk) -> None:
    told = {"description": "The barmaid Example Person saw him do it", "location": {"town": "Witney"}}
    reference = await desk.reported(SPIKED, **told)
    async with desk.of(await desk.person(nightsafe="lead")) as connection:
        counts = await _counts(connection)
        assert counts["queue_item"] == 1
        assert (counts["report"], counts["decision"], counts["message"], counts["link"]) == (0, 0, 0, 0)
        # Its own notification, and not that the police were told.
        assert [row["recipient"] for row in await connection.fetch("SELECT recipient FROM route")] == [
            "nightsafe"
        ]
        seen = await read(connection, reference)
    assert seen.tier == "D2"
    assert seen.report == {"concern": "spiking_drink", "happening": "last_24h", "town": "Witney"}
    assert seen.reasons
    assert "barmaid" not in repr(seen)
    assert "rural" not in repr(seen)
    urgent = await desk.reported(KNIFE, **told)
    async with desk.of(await desk.person(coordination="lead")) as connection:
        pointer = await read(connection, urgent)
    assert (pointer.tier, pointer.report, pointer.decisions, pointer.reasons) == ("D1", {}, [], [])
    assert "barmaid" not in repr(pointer)
    # That it was told and how that went is what the desk runs after.
    assert [one["recipient"] for one in pointer.routes] == ["tvp"]


async def test_a_report_of_another_team_is_not_found_by_its_reference_and_asking_is_on_the_record(
    desk: TriageDesk,
) -> None:
    reference = await desk.reported(ASB)
    actor = await desk.person(tvp="lead")
    with pytest.raises(CaseNotFound):
        async with desk.of(actor) as connection:
            await read(connection, reference)
    with pytest.raises(CaseNotFound):
        async with desk.of(actor) as connection:
            await begin(connection, actor, reference, 0)
    async with desk.of(actor) as connection:
        await connection.execute("SELECT report_refused($1)", reference)
    entry = (await desk.record("report.refused"))[0]
    assert entry["actor"] == actor.on_record
    assert entry["subject"] == str(await desk.id_of(reference))


async def test_an_event_cannot_be_signed_with_another_name_or_for_another_team(desk: TriageDesk) -> None:
    reference = await desk.reported(SPIKED)
    report_id = await desk.id_of(reference)
    actor, other = await desk.person(tvp="coordinator"), await desk.person(tvp="lead")
    insert = (
        "INSERT INTO case_event (report_id, version, at, actor, team, kind, shared, detail)"
        " VALUES ($1, 1, now() - interval '1 year', $2, $3, 'noted', true, '{}')"
    )
    async with desk.of(actor) as connection:
        await connection.execute(insert, report_id, other.account, "tvp")
    row = await desk.owner.fetchrow("SELECT actor, at > now() - interval '1 hour' AS now FROM case_event")
    assert row is not None
    assert (row["actor"], row["now"]) == (actor.account, True)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.of(actor) as connection:
            await connection.execute(insert, report_id, actor.account, "nightsafe")


async def test_notes_stay_in_the_team_unless_they_are_shared(desk: TriageDesk) -> None:
    from service.triage.note import note

    reference = await desk.reported({"concern": "cuckooing", "happening": "ongoing"})
    assert set(await desk.items(reference)) >= {"tvp", "asb_team"}
    police, council = await desk.person(tvp="coordinator"), await desk.person(asb_team="coordinator")
    async with desk.case(police, reference) as (connection, case):
        await note(connection, case, "An officer lives next door")
    async with desk.case(police, reference) as (connection, case):
        await note(connection, case, "We go there on Friday", shared=True)
    async with desk.of(council) as connection:
        seen = await read(connection, reference)
    assert [one.detail.get("text") for one in seen.events] == ["We go there on Friday"]


class TestSearch:
    async def test_finds_words_references_numbers_and_places_of_ones_own_reports_only(
        self, desk: TriageDesk
    ) -> None:
        own = await desk.reported(
            SPIKED,
            description="A silver Golf waited by the gate, gloves on the seat",
            identifiers=[{"kind": "vehicle_registration", "value": "ab00 cde"}],
            location={"town": "Carterton", "postcode": "OX18 3AE"},
        )
        await desk.reported(ASB, description="A silver Golf waited by the gate")
        actor = await desk.person(tvp="coordinator")
        async with desk.of(actor) as connection:
            for text in (
                "silver golf",
                "glove",
                "waiting",
                own,
                "AB00CDE",
                "ab00 cde",
                "Carterton",
                "OX183AE",
            ):
                found = await page(connection, actor, Filters(text=text), now=desk.now)
                assert [one.reference for one in found.items] == [own], text
            assert (await page(connection, actor, Filters(text="helicopter"), now=desk.now)).items == []

    async def test_a_summary_is_found_by_what_it_shows_and_by_nothing_else(self, desk: TriageDesk) -> None:
        reference = await desk.reported(SPIKED, description="The barmaid saw it", location={"town": "Witney"})
        actor = await desk.person(nightsafe="coordinator")
        async with desk.of(actor) as connection:
            for text, expected in (
                ("witney", [reference]),
                ("barmaid", []),
                ("rural_resident", []),
                (reference, [reference]),
            ):
                found = await page(connection, actor, Filters(text=text), now=desk.now)
                assert [one.reference for one in found.items] == expected, text

    @pytest.mark.parametrize(
        "text", ["tvp", "\x01tvp", "team/tvp", "'tvp'", "tvp | asb_team", "!witney", "-witney"]
    )
    async def test_no_search_reaches_past_the_team(self, desk: TriageDesk, text: str) -> None:
        await desk.reported(SPIKED, description="something", location={"town": "Burford"})
        actor = await desk.person(asb_team="lead")
        async with desk.of(actor) as connection:
            assert (await page(connection, actor, Filters(text=text), now=desk.now)).items == []

    async def test_a_search_is_on_the_record_without_its_words(self, desk: TriageDesk) -> None:
        actor = await desk.person(tvp="coordinator")
        async with desk.of(actor) as connection:
            await page(connection, actor, Filters(text="Example Person"), now=desk.now)
        entry = (await desk.record("queue.searched"))[0]
        assert entry["actor"] == actor.on_record
        assert "Example" not in str(dict(entry))


@pytest.mark.parametrize("role", ["evenlode_web", "evenlode_worker", "evenlode_pattern", "evenlode_access"])
async def test_no_other_process_reads_the_desks_tables(desk: TriageDesk, role: str) -> None:
    for table in (
        "queue_item",
        "report_case",
        "case_event",
        "disclosure",
        "reveal",
        "notice",
        "search_document",
    ):
        await desk.owner.execute(f"SET ROLE {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.owner.execute(f"SELECT * FROM {table}")
        await desk.owner.execute("RESET ROLE")
