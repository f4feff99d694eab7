"""The count over stored reports: read from what was accepted, kept once, brought up to date, and never twice."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from service.keys import load_key_ring
from service.patterns.counts import count_patterns, listed_clusters
from service.patterns.examine import Examiner
from service.policy.model import Policy
from tests.patterns.counting import COUNTING, counted, summary
from tests.patterns.reporting import Town


async def keep(pattern: asyncpg.Connection, day: str) -> int:
    return await count_patterns(pattern, datetime.fromisoformat(f"{day}T18:00:47+00:00"), COUNTING)


async def everything(database: asyncpg.Connection) -> dict[str, list[Any]]:
    """All that a count keeps, but for the ids of audit entries."""
    tables = ("case_review", "case_review_report", "cluster", "cluster_report")
    return {table: await database.fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


async def recorded(database: asyncpg.Connection) -> list[str]:
    rows = await database.fetch("SELECT action FROM audit_event WHERE actor = 'patterns' ORDER BY seq")
    return [row["action"] for row in rows]


async def test_one_person_is_known_over_their_reports_and_the_sum_is_shown(
    town: Town, pattern: asyncpg.Connection
) -> None:
    await town.tells("2026-05-10", phone="001")
    await town.tells("2026-06-10", phone="001", concern="theft_other", hate="yes")
    await town.tells("2026-07-10", phone="002")
    await town.tells("2026-07-11")
    assert summary(await counted(pattern, "2026-08-01")) == [("one_person", "reporter", 2, False)]
    await town.tells("2026-07-30", phone="001", concern="asb_nuisance")
    await town.tells("2026-07-31", phone="001", concern="cse")
    (review,) = (await counted(pattern, "2026-08-01")).reviews
    assert (review.limb.reached, review.limb.counted, len(review.limb.reports)) == (True, 3, 3)
    assert set(review.ids) == {one.reference for one in review.limb.reports}
    assert "as a hate incident" in review.limb.sentences()[2]


async def test_six_months_end_on_their_day(town: Town, pattern: asyncpg.Connection) -> None:
    for day in ("2026-02-28", "2026-05-01", "2026-06-01"):
        await town.tells(day, phone="001")
    assert summary(await counted(pattern, "2026-08-28")) == [("one_person", "reporter", 3, True)]
    assert summary(await counted(pattern, "2026-08-29")) == [("one_person", "reporter", 2, False)]


async def test_five_people_about_one_street_anonymous_ones_among_them(
    town: Town, pattern: asyncpg.Connection
) -> None:
    for number in range(3):
        await town.tells("2026-07-01", phone=f"00{number}", at="street:mill street")
    first = await town.tells("2026-07-02", at="street:mill street", anonymity="anonymous")
    second = await town.tells("2026-07-03", at="street:mill street", anonymity="anonymous")
    await town.tells("2026-07-03", phone="009", at="street:elsewhere")
    assert summary(await counted(pattern, "2026-08-01")) == [("different_people", "street", 5, True)]
    await town.tells("2026-07-03", phone="000", at="street:mill street")
    by_people = [one for one in summary(await counted(pattern, "2026-08-01")) if one[0] == "different_people"]
    assert by_people == [("different_people", "street", 5, True)]
    link = await town.links(first, second)
    assert ("different_people", "street", 4, False) in summary(await counted(pattern, "2026-08-01"))
    await town.database.execute(
        "UPDATE link SET cut_at = made_at, cut_by = 'somebody', cut_why = 'two people' WHERE id = $1", link
    )
    assert ("different_people", "street", 5, True) in summary(await counted(pattern, "2026-08-01"))


async def test_where_the_same_reports_meet_twice_the_narrowest_place_is_shown(
    town: Town, pattern: asyncpg.Connection
) -> None:
    for number in range(5):
        sent = await town.tells("2026-07-01", phone=f"00{number}", at="address:12 mill street")
        for wider in ("street:mill street", "place_cell:1,2"):
            await town.was_at(sent, wider)
    assert summary(await counted(pattern, "2026-08-01")) == [("different_people", "address", 5, True)]


async def test_one_night_told_twice_by_one_person_counts_once(
    town: Town, pattern: asyncpg.Connection
) -> None:
    night = {"occurred_at": "2026-07-03T23:30:00+01:00", "at": "street:mill street", "phone": "001"}
    await town.tells("2026-07-04", **night)
    await town.tells("2026-07-05", **{**night, "occurred_at": "2026-07-04T02:00:00+01:00"})
    await town.tells("2026-07-06", **{**night, "occurred_at": "2026-07-05T23:00:00+01:00"})
    assert summary(await counted(pattern, "2026-08-01")) == [("one_person", "reporter", 2, False)]


@pytest.mark.parametrize(("happening", "incidents"), [("now", 1), ("last_24h", 1), ("last_7_days", 2)])
async def test_an_evening_told_again_and_again_without_a_time_counts_once(
    town: Town, pattern: asyncpg.Connection, happening: str, incidents: int
) -> None:
    """In other words each time, once at a place and once without one; of a whole week the night is not known."""
    for told, at in (("Shouting.", "address:7 corn street"), ("Banging on the wall.", None)):
        await town.tells("2026-07-04", phone="001", at=at, happening=happening, description=told)
    await town.tells("2026-06-04", phone="001", happening=happening)
    (found,) = summary(await counted(pattern, "2026-08-01"))
    assert found == ("one_person", "reporter", incidents + 1, incidents == 2)


async def test_what_was_told_too_late_does_not_count(town: Town, pattern: asyncpg.Connection) -> None:
    await town.tells("2026-07-10", phone="001", occurred_at="2026-06-09T12:00:00+01:00", happening="older")
    for day in ("2026-07-11", "2026-07-12"):
        await town.tells(day, phone="001")
    (review,) = (await counted(pattern, "2026-08-01")).reviews
    assert [one.verdict for one in review.limb.reports] == ["reported_late", "counted", "counted"]


async def test_counting_again_changes_nothing_and_goes_on_the_record_once(
    town: Town, pattern: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    for day in ("2026-07-10", "2026-07-11", "2026-07-12"):
        await town.tells(day, phone="001")
        await town.tells(day, concern="spiking_drink", at="venue:the example arms")
    assert await keep(pattern, "2026-07-12") == 2
    first = await everything(database)
    assert {table: len(rows) for table, rows in first.items()} == {
        "case_review": 1,
        "case_review_report": 3,
        "cluster": 1,
        "cluster_report": 3,
    }
    for _ in range(2):
        await keep(pattern, "2026-07-12")
        assert await everything(database) == first
    assert await recorded(database) == ["case_review.reached", "cluster.found"]


async def test_a_count_cut_short_leaves_nothing_behind(
    town: Town, pattern: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    for day in ("2026-07-10", "2026-07-11", "2026-07-12"):
        await town.tells(day, phone="001")
        await town.tells(day, concern="spiking_drink", at="venue:the example arms")
    await database.execute("ALTER TABLE cluster ADD CONSTRAINT never CHECK (reports < 0)")
    with pytest.raises(asyncpg.CheckViolationError):
        await keep(pattern, "2026-07-12")
    assert not any((await everything(database)).values())
    assert await recorded(database) == []


async def test_a_threshold_no_longer_near_is_forgotten_and_reached_anew_recorded_anew(
    town: Town, pattern: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    for day in ("2026-03-10", "2026-04-11", "2026-05-12"):
        await town.tells(day, phone="001")
    await keep(pattern, "2026-09-10")
    await keep(pattern, "2026-09-11")
    assert await database.fetchval("SELECT reached_on IS NULL AND counted = 2 FROM case_review")
    await town.tells("2026-09-12", phone="001")
    await keep(pattern, "2026-09-12")
    assert await database.fetchval("SELECT reached_on FROM case_review") == date(2026, 9, 12)
    await keep(pattern, "2027-04-01")
    assert await database.fetchval("SELECT count(*) FROM case_review") == 0
    assert await recorded(database) == ["case_review.reached"] * 2


async def test_a_cluster_found_again_is_brought_up_to_date_and_ends_when_it_is_quiet(
    town: Town, pattern: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    for day in ("2026-07-01", "2026-07-08", "2026-07-15"):
        await town.tells(day, concern="spiking_drink", at="venue:the example arms")
    await keep(pattern, "2026-07-15")
    (found,) = await listed_clusters(pattern, 10)
    assert (found.concern, found.place_kind, found.reports, len(found.told)) == ("spiking", "venue", 3, 3)
    await town.tells("2026-07-18", concern="spiking_needle", at="venue:the example arms")
    await keep(pattern, "2026-07-18")
    (again,) = await listed_clusters(pattern, 10)
    assert (again.id, again.reports, again.found_on) == (found.id, 4, found.found_on)
    await keep(pattern, "2026-08-05")
    assert [one.id for one in await listed_clusters(pattern, 10)] == [found.id]
    await keep(pattern, "2026-09-01")
    assert await listed_clusters(pattern, 10) == []
    assert await database.fetchval("SELECT ended_on FROM cluster") == date(2026, 9, 1)
    # What it had in summer is its past by now: it takes more to stand out.
    for day in range(1, 13):
        await town.tells(f"2026-10-{day:02}", concern="spiking_drink", at="venue:the example arms")
    await keep(pattern, "2026-10-12")
    assert await database.fetchval("SELECT count(*) FROM cluster") == 2
    assert await recorded(database) == ["cluster.found"] * 2


async def test_one_text_sent_three_times_is_no_cluster(town: Town, pattern: asyncpg.Connection) -> None:
    sent = [
        await town.tells(day, concern="spiking_drink", at="venue:the example arms")
        for day in ("2026-07-01", "2026-07-08", "2026-07-15")
    ]
    await town.links(sent[0], sent[1])
    await town.links(sent[1], sent[2])
    assert (await counted(pattern, "2026-07-15")).clusters == []


async def test_an_old_story_told_now_is_no_news(town: Town, pattern: asyncpg.Connection) -> None:
    for day in ("2026-07-13", "2026-07-14", "2026-07-15"):
        await town.tells(
            day,
            concern="spiking_drink",
            at="venue:the example arms",
            happening="older",
            occurred_at="2026-01-05T23:00:00+00:00",
        )
        await town.tells(day, concern="spiking_drink", at="venue:the example arms", happening="older")
    assert (await counted(pattern, "2026-07-15")).clusters == []


async def test_nothing_kept_tells_more_of_an_anonymous_report_than_the_minute(
    town: Town, pattern: asyncpg.Connection, database: asyncpg.Connection
) -> None:
    for number, day in enumerate(("2026-07-01", "2026-07-08", "2026-07-15")):
        await town.tells(day, concern="spiking_drink", at="venue:the example arms", anonymity="anonymous")
        await town.tells(day, phone="001", at=f"street:{number}")
    now = datetime(2026, 7, 15, 18, 0, 47, 123456, tzinfo=UTC)
    await count_patterns(pattern, now, COUNTING)
    minute = int(now.replace(second=0, microsecond=0).timestamp() * 1000)
    for table in ("case_review", "cluster"):
        for row in await database.fetch(f"SELECT id FROM {table}"):
            assert row["id"].int >> 80 == minute
    entries = await database.fetch("SELECT at, detail::text FROM audit_event WHERE actor = 'patterns'")
    assert len(entries) == 2
    assert all(row["at"] == now - timedelta(seconds=47, microseconds=123456) for row in entries)


async def test_from_the_words_of_the_reports_to_the_cluster_and_the_case_review(
    town: Town, pattern: asyncpg.Connection, policy: Policy, tmp_path: Path
) -> None:
    """Nothing is put in by hand: the reports are examined as the workers do it."""
    pubs = ("The Example Arms", "the example arms ", "Example Arms")
    for day, pub in zip(("2026-07-01", "2026-07-08", "2026-07-15"), pubs, strict=True):
        await town.tells(day, reporter="venue", concern="spiking_drink", venue=pub)
    for number in range(5):
        where = {"address": "12 Mill Street", "town": "Witney"}
        await town.tells(
            "2026-07-10", phone=f"00{number}", location=where, description=f"Shouting, night {number}."
        )
    ring = load_key_ring(tmp_path / "keys.json")
    await Examiner(pattern, policy=policy, ring=ring, now=town.now).run()
    reckoned = await counted(pattern, "2026-07-15")
    assert [(one.tally.place_kind, one.tally.concern) for one in reckoned.clusters][:1] == [
        ("venue", "spiking")
    ]
    assert ("different_people", "address", 5, True) in summary(reckoned)
