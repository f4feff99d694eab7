"""A replay changes nothing and tells the truth: what would be decided otherwise, from what to what, and why."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from service.policy.releases import replay as replay_module
from service.policy.releases.candidate import read_candidate
from service.policy.releases.comparing import Changed, Tally
from service.policy.releases.replay import Job, replay
from service.settings import Settings
from tests.builders import report
from tests.policy.editing import Edited
from tests.policy.releasing import FLY_TIPPING, put_in_force, with_signers
from tests.web import rows, send

LOUD = {"concern": "serious_violence", "description": "He pulled a <b>[red]knife[/]</b> on the doorman."}
KNIFE = report("venue", **LOUD, weapon="used", happening="now")
WORDS_ONLY = report(
    "venue", concern="serious_violence", description="He had a pistol in his waistband last night."
)
FLY = report()
MUSIC = report("venue", concern="asb_nuisance", description="Loud music again.")
ALSO = (
    'may = ["environmental_health", "rural_crime", "tvp"]',
    'may = ["environmental_health", "rural_crime", "tvp"]\nalso = ["environmental_health"]',
)
WEAPONS = ('id = "P1b"\ngrade = "P1"', 'id = "P1b"\ngrade = "P2"')


@pytest.fixture
async def stored(client: httpx.AsyncClient, database: asyncpg.Connection) -> asyncpg.Connection:
    """A database with four reports: two P1 by a weapon, and two nuisances."""
    for body in (MUSIC, FLY, KNIFE, WORDS_ONLY):
        assert (await send(client, body)).status_code == 201
    return database


@pytest.fixture
def replayed(edited: Edited, database_url: str) -> Callable[..., Any]:
    """Replays the last hour under the edited policy."""

    async def run(**options: Any) -> Tally:
        _, files = read_candidate(edited.folder)
        given = {"url": database_url, "candidate": files, "since": datetime.now(UTC) - timedelta(hours=1)}
        return await asyncio.to_thread(replay, Job(**{**given, **options}))

    return run


def change(tally: Tally, concern: str) -> list[Changed]:
    return [changed for changed in tally.changes if changed.concern == concern]


async def contents(database: asyncpg.Connection) -> dict[str, str]:
    """A fingerprint of every row of every table."""
    found = {}
    for table in await rows(database):
        found[table] = await database.fetchval(
            f"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {table} AS t"
        )
    return found


async def test_the_same_policy_decides_the_same(stored: asyncpg.Connection, replayed: Any) -> None:
    tally = await replayed()
    assert (tally.compared, tally.same, tally.altered, tally.changes) == (4, 4, 0, [])
    assert tally.grades == {("P1", "P1"): 2, ("P4", "P4"): 2}


async def test_a_raised_concern_is_told_with_the_rule_that_raised_it(
    stored: asyncpg.Connection, replayed: Any, edited: Edited
) -> None:
    edited.append("rules.toml", FLY_TIPPING)
    tally = await replayed()
    (changed,) = tally.changes
    assert (changed.concern, changed.was, changed.now, changed.falls) == ("fly_tipping", "P4", "P3", False)
    assert (changed.added, changed.removed) == ([], [])
    assert [(one.sign, one.says.partition(":")[0]) for one in changed.because] == [
        ("-", "P4"),
        ("+", "P3-fly-tipping"),
    ]
    assert tally.grades["P4", "P3"] == 1
    assert tally.concerns["fly_tipping"].rise == 1


async def test_a_p1_that_would_fall_comes_first_with_the_words_that_made_it_one(
    stored: asyncpg.Connection, replayed: Any, edited: Edited
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    edited.replace("routes.toml", *ALSO)
    tally = await replayed()
    assert [(one.was, one.now, one.concern) for one in tally.changes[:2]] == [
        ("P1", "P2", "serious_violence")
    ] * 2
    assert tally.changes[2].added == ["environmental_health"]
    assert all(one.falls for one in tally.changes[:2])
    said = " ".join(difference.says for one in tally.changes for difference in one.because)
    assert "P1b: A weapon is used" in said
    assert "read from the text: “" in said
    assert "environmental_health by fly-tipping: Fly-tipping." in said
    assert tally.added == {"environmental_health": 1}


async def test_bodies_no_longer_told_are_named_with_the_row_that_told_them(
    stored: asyncpg.Connection, replayed: Any, edited: Edited
) -> None:
    edited.replace("routes.toml", *ALSO)
    baseline = read_candidate(edited.folder)[1]
    edited.replace("routes.toml", 'also = ["environmental_health"]', "")
    tally = await replayed(baseline=baseline)
    (changed,) = tally.changes
    assert (changed.removed, tally.removed) == (["environmental_health"], {"environmental_health": 1})
    assert [one.sign for one in changed.because] == ["-"]


async def test_only_the_list_of_changes_is_cut_short_and_it_keeps_the_worst(
    stored: asyncpg.Connection, replayed: Any, edited: Edited
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    edited.append("rules.toml", FLY_TIPPING)
    tally = await replayed(most=1)
    assert (tally.altered, len(tally.changes), tally.changes[0].was) == (3, 1, "P1")


async def test_processes_find_what_one_finds(
    stored: asyncpg.Connection, replayed: Any, edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    alone = await replayed()
    monkeypatch.setattr(replay_module, "BATCH", 1)
    shared = await replayed(processes=2)
    assert (shared.grades, shared.concerns, shared.versions) == (alone.grades, alone.concerns, alone.versions)
    assert [(one.reference, one.was, one.now) for one in shared.changes] == [
        (one.reference, one.was, one.now) for one in alone.changes
    ]
    assert (shared.compared, shared.same, shared.altered) == (4, 2, 2)


async def test_a_replay_changes_nothing(
    stored: asyncpg.Connection, replayed: Any, edited: Edited, database_url: str
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    before = await contents(stored)
    await replayed()
    assert await contents(stored) == before
    connection = await replay_module._connect(database_url)
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await connection.execute("UPDATE report SET concern = 'cse'")
    await connection.close()


async def test_reports_before_and_after_the_dates_are_left_alone(
    stored: asyncpg.Connection, replayed: Any
) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert (await replayed(since=later)).reports == 0
    assert (await replayed(until=datetime.now(UTC) - timedelta(minutes=30))).reports == 0
    assert (await replayed(until=later)).reports == 4


async def test_what_cannot_be_replayed_is_counted_and_not_guessed(
    stored: asyncpg.Connection, replayed: Any
) -> None:
    """Of a text that a decision cites, and of a body that this release does not know."""
    await stored.execute("UPDATE report SET body = body - 'description' WHERE body ->> 'weapon' IS NULL")
    await stored.execute("UPDATE report SET body = '{}' WHERE concern = 'fly_tipping'")
    tally = await replayed()
    assert dict(tally.left_out) == {replay_module.TEXT_GONE: 1, replay_module.NOT_READABLE: 1}
    assert (tally.reports, tally.compared, tally.same) == (4, 2, 2)


async def test_only_the_first_decision_counts(stored: asyncpg.Connection, replayed: Any) -> None:
    await stored.execute(
        "INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail)"
        " SELECT gen_random_uuid(), report_id, decided_at + interval '1 hour', 1, due_at, 'later', concerns, 0,"
        ' detail || \'{"grade": "P1"}\' FROM decision'
    )
    tally = await replayed()
    assert (tally.same, "later" in tally.versions) == (4, False)


@pytest.fixture
def command(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    async def invoke(*arguments: str) -> Result:
        since = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%S+00:00}"
        options = ["policy", "replay", "--since", since, *arguments]
        return await asyncio.to_thread(CliRunner().invoke, evenlode, options)

    return invoke


async def test_the_command_tells_it_in_words_and_puts_the_reading_on_the_record(
    stored: asyncpg.Connection, edited: Edited, command: Any
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    edited.replace("routes.toml", *ALSO)
    before = await contents(stored)

    told = await command("--candidate", str(edited.folder), "--by", "ann")

    assert told.exit_code == 0, told.output
    for expected in (
        "4 reports: 4 decided again, 1 the same (25.0%), 3 with another grade",
        "Stored decisions were made under wo-",
        "WARNING: 2 reports that are P1 now would no longer be.",
        "P1 WOULD FALL  WO-",
        "Told in addition: environmental_health (1).",
        "~ P1b: A weapon is used",
    ):
        assert expected in told.stdout
    assert told.stdout.index("P1 WOULD FALL") < told.stdout.index("+environmental_health")
    after = await contents(stored)
    assert {table for table in after if after[table] != before[table]} == {"audit_event"}
    entry = await stored.fetchrow("SELECT * FROM audit_event ORDER BY seq DESC LIMIT 1")
    assert entry is not None
    assert (entry["actor"], entry["action"]) == ("ann", "policy.replayed")
    assert json.loads(entry["detail"])["listed"] == 3


async def test_the_command_gives_a_program_the_same(
    stored: asyncpg.Connection, edited: Edited, command: Any
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    told = await command("--candidate", str(edited.folder), "--json", "--limit", "1")
    document = json.loads(told.stdout)
    assert (document["reports"], document["same"], document["changed"]) == (4, 2, 2)
    assert {"was": "P1", "now": "P2", "reports": 2} in document["grades"]
    assert [one["was"] for one in document["changes"]] == ["P1"]


async def test_nothing_read_is_nothing_on_the_record(
    stored: asyncpg.Connection, edited: Edited, command: Any
) -> None:
    before = await contents(stored)
    told = await command("--candidate", str(edited.folder), "--baseline", str(edited.folder))
    assert "4 the same (100.0%), 0 with another grade" in told.stdout
    assert await contents(stored) == before


async def test_a_proposed_policy_is_replayed_by_its_version(
    stored: asyncpg.Connection, edited: Edited, command: Any
) -> None:
    edited.append("rules.toml", FLY_TIPPING)
    await with_signers(stored)
    version = await put_in_force(stored, edited.folder)
    told = await command("--candidate", version)
    assert f"Candidate {version} against the stored decisions." in told.stdout
    assert "P4 → P3  fly_tipping" in told.stdout


async def test_a_database_that_takes_no_entry_lists_no_single_report(
    stored: asyncpg.Connection, edited: Edited, command: Any, web_settings: Settings
) -> None:
    edited.replace("rules.toml", *WEAPONS)
    name = await stored.fetchval("SELECT current_database()")
    await stored.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    told = await command("--candidate", str(edited.folder))
    assert told.exit_code == 0, told.output
    assert "no single report is listed" in told.stderr
    assert "2 reports that are P1 now" in told.stdout
    assert "P1 WOULD FALL" not in told.stdout


async def test_a_faulty_candidate_or_date_is_refused(edited: Edited, command: Any) -> None:
    edited.replace("rules.toml", 'danger_now = "yes"', 'danger_now = "yse"')
    told = await command("--candidate", str(edited.folder))
    assert (told.exit_code, "'danger_now' is never 'yse'" in told.stderr) == (1, True)
    assert (await command("--candidate", "/nowhere")).exit_code == 1
    told = await command("--candidate", "policy", "--until", "yesterday")
    assert (told.exit_code, "give a date" in told.stderr) == (2, True)


@pytest.mark.parametrize("since", ["1969-01-01", "0001-01-01"])
async def test_reports_of_all_times_are_replayed_since_a_day_before_there_were_any(
    stored: asyncpg.Connection, command: Any, since: str
) -> None:
    told = await command("--candidate", "policy", "--since", since, "--processes", "1")
    assert told.exit_code == 0, told.output
    assert "4 reports" in told.stdout


@pytest.mark.parametrize(
    ("option", "moment", "reason"),
    [
        ("--until", "9999-12-31T23:59:59-10:00", "give a moment in the years 1 to 9999"),
        ("--since", "0001-01-01T00:00:00+10:00", "give a moment in the years 1 to 9999"),
        ("--until", "2020-01-01", "the end must be later than --since"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_in_a_sentence(
    command: Any, option: str, moment: str, reason: str
) -> None:
    told = await command("--candidate", "policy", option, moment)
    assert (told.exit_code, reason in told.stderr) == (2, True), told.output
