"""The commands that keep accounts, teams and keys."""

import re
import subprocess
import sys
from collections.abc import Callable

import asyncpg
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(environ: dict[str, str]) -> Run:
    """Run the command as somebody at the machine does."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            env={**environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


async def test_the_first_account_is_made_with_a_password_that_is_printed_once(
    run: Run, database: asyncpg.Connection
) -> None:
    done = run("user", "add", "Robin@Example.org", "Robin Field")
    assert done.returncode == 0, done.stderr
    once = re.search(r"One-time password: +(\S+)", done.stdout)
    assert once is not None
    kept = await database.fetchrow("SELECT * FROM account")
    assert kept["email"] == "robin@example.org"
    assert kept["password_once"]
    assert once[1] not in str(kept)
    rights = await database.fetchrow("SELECT team, role FROM membership")
    assert tuple(rights) == ("coordination", "lead")
    again = run("user", "add", "robin@example.org", "Twin")
    assert again.returncode != 0
    assert "already" in again.stderr
    reset = run("user", "reset", "robin@example.org", "--by", "Sam")
    assert re.search(r": [2-9A-Z-]{19}\n", reset.stdout)
    entry = await database.fetchrow("SELECT actor, action FROM audit_event ORDER BY seq DESC LIMIT 1")
    assert tuple(entry) == ("Sam", "account.reset")
    assert "disabled" in run("user", "disable", "robin@example.org").stdout
    assert "disabled" in run("user", "list").stdout
    assert "no account" in run("user", "disable", "nobody@example.org").stderr


async def test_rights_are_given_by_teams_or_an_office(run: Run, database: asyncpg.Connection) -> None:
    assert (
        run("user", "add", "a@example.org", "A", "--team", "tvp", "--team", "asb_team:lead").returncode == 0
    )
    assert run("user", "add", "b@example.org", "B", "--auditor", "--invite").returncode == 0
    mistaken = run("user", "add", "c@example.org", "C", "--team", "tvp", "--team", "coordination_desk")
    assert "there is no team coordination_desk. Did you mean coordination?" in " ".join(
        mistaken.stderr.split()
    )
    for wrong in (
        ("--team", "nowhere"),
        ("--team", "tvp:chief"),
        ("--auditor", "--team", "tvp"),
    ):
        assert run("user", "add", "c@example.org", "C", *wrong).returncode != 0
    given = await database.fetch(
        "SELECT email, office, team, role FROM account LEFT JOIN membership ON account.id = account_id"
        " ORDER BY email, team"
    )
    assert [tuple(row) for row in given] == [
        ("a@example.org", None, "asb_team", "lead"),
        ("a@example.org", None, "tvp", "coordinator"),
        ("b@example.org", "auditor", None, None),
    ]


async def test_teams_follow_the_policy_and_a_retired_one_keeps_its_past(
    run: Run, database: asyncpg.Connection
) -> None:
    await database.execute("INSERT INTO team (code, name) VALUES ('left_the_policy', 'Left')")
    first = run("team", "sync")
    assert "left_the_policy" in first.stdout
    assert "already" in run("team", "sync").stdout
    listed = run("team", "list").stdout
    assert re.search(r"left_the_policy +Left +\(retired\)", listed)
    assert re.search(r"coordination +Coordination desk\n", listed)


async def test_a_key_is_made_rotated_and_ended(run: Run, database: asyncpg.Connection) -> None:
    made = run("api-key", "add", "Acme Cars", "--may", "reports:send", "--days", "30")
    key = re.search(r"Key: +(evk_\S+)", made.stdout)
    found = re.search(r"Id: +(\S+)", made.stdout)
    assert key is not None
    assert found is not None
    rotated = run("api-key", "rotate", found[1], "--overlap", "3")
    assert "good for 3 days" in rotated.stdout
    left = await database.fetchval("SELECT expires_at - now() FROM api_key WHERE id = $1", found[1])
    assert 2 <= left.days < 4
    assert "worth nothing" in run("api-key", "end", found[1]).stdout
    listed = run("api-key", "list").stdout
    assert key[1] not in listed
    assert "ended" in listed
    assert run("api-key", "end", found[1]).returncode != 0
