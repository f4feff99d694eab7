"""Why a report was graded and routed as it was, in words and on the record."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from service.routing.model import Evidence, Reason
from service.routing.telling import evidence_in_words, fact_in_words, reason_in_words
from tests.builders import report
from tests.policy.editing import Edited
from tests.policy.releasing import put_in_force
from tests.web import send

SPIKED = report(
    "venue",
    concern="spiking_needle",
    description="She was spiked with a needle, [bold]he stabbed[/] her friend with a knife.",
    happening="now",
    spiking={"symptoms": ["puncture_mark"], "symptoms_began": "2024-11-19T23:10:00+00:00"},
)


@pytest.fixture
def explain(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    async def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return await asyncio.to_thread(
            CliRunner().invoke, evenlode, ["policy", "explain", *arguments], input=stdin
        )

    return invoke


@pytest.fixture
async def reference(client: httpx.AsyncClient) -> str:
    answer = await send(client, SPIKED)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["reference"]
    return found


async def test_a_stored_report_is_explained_with_every_reason_and_the_words_it_was_read_from(
    explain: Any, reference: str, database: asyncpg.Connection
) -> None:
    told = await explain(reference)
    stored = json.loads(await database.fetchval("SELECT detail FROM decision"))
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(f"{reference}  received ")
    assert "P1, due " in told.stdout
    assert f"under policy {stored['policy']}" in told.stdout
    for reason in stored["reasons"]:
        assert f"  {reason['rule']}: {reason['says']}" in told.stdout
        for evidence in reason["because"]:
            assert evidence["origin"] != "text" or f"read from the text: “{evidence['words']}”" in told.stdout
    for recipient in stored["recipients"]:
        assert f"({recipient['code']}), up to {recipient['tier']}" in told.stdout
        assert all(f"{why['rule']}: {why['says']}" in told.stdout for why in recipient["why"])
    assert all(clock["text"] in told.stdout for clock in stored["clocks"])
    assert "Thames Valley Police (tvp), up to D3" in told.stdout


async def test_reading_it_is_on_the_record_before_it_is_shown(
    explain: Any, reference: str, database: asyncpg.Connection
) -> None:
    await explain(reference, "--by", "Ann Example")
    entry = await database.fetchrow("SELECT * FROM audit_event ORDER BY seq DESC LIMIT 1")
    assert entry is not None
    assert (entry["actor"], entry["action"]) == ("Ann Example", "report.explained")
    assert entry["subject"] == str(await database.fetchval("SELECT id FROM report"))
    assert json.loads(entry["detail"])["reference"] == reference


async def test_a_report_that_cannot_be_put_on_the_record_is_not_shown(
    explain: Any, reference: str, database: asyncpg.Connection
) -> None:
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    told = await explain(reference)
    assert told.exit_code == 1
    assert "P1" not in told.output


async def test_a_later_decision_stands_beside_the_first(
    explain: Any, reference: str, database: asyncpg.Connection
) -> None:
    await database.execute(
        "INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail, cause)"
        " SELECT gen_random_uuid(), report_id, decided_at + interval '1 hour', 2, due_at, policy, concerns, 0,"
        ' detail || \'{"grade": "P2", "recipients": []}\', \'pattern\' FROM decision'
    )
    told = (await explain(reference)).stdout
    lines = [line.split() for line in told.splitlines()]
    assert ["grade", "P1", "P2"] in lines
    assert "other reports bear it out" in told
    assert "Decision 1 of 2, superseded: P1" in told
    assert "Decision 2 of 2, in force: P2" in told
    assert "Nobody is told" in told


async def test_a_reference_is_read_however_it_is_typed(explain: Any, reference: str) -> None:
    assert reference in (await explain(reference.lower())).stdout


@pytest.mark.parametrize("text", ["WO-AAAA-AAAA", "nothing", "WO"])
async def test_a_slip_in_the_reference_is_noticed(explain: Any, text: str) -> None:
    told = await explain(text)
    assert (told.exit_code, "may have a slip in it" in told.stderr) == (1, True)


async def test_an_unknown_reference_leaves_no_trace(explain: Any, database: asyncpg.Connection) -> None:
    told = await explain("WO-2222-2222")
    assert (told.exit_code, "No report has the reference" in told.stderr) == (1, True)
    assert await database.fetchval("SELECT count(*) FROM audit_event") == 0


async def test_names_are_those_of_the_release_in_force(
    explain: Any, reference: str, edited: Edited, database: asyncpg.Connection
) -> None:
    edited.replace(
        "recipients.toml", 'name = "Thames Valley Police"', 'name = "The Police of Another Valley"'
    )
    await put_in_force(database, edited.folder)
    assert "The Police of Another Valley (tvp)" in (await explain(reference)).stdout


async def test_a_body_is_decided_here_and_now_and_stored_nowhere(
    explain: Any, tmp_path: Path, database: asyncpg.Connection
) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(msgspec.json.encode(SPIKED))
    for told in (await explain(str(file)), await explain("-", stdin=file.read_text())):
        assert told.exit_code == 0, told.output
        assert told.stdout.startswith("not stored  received ")
        assert "read from the text: “" in told.stdout
    assert await database.fetchval("SELECT count(*) FROM audit_event") == 0


async def test_a_body_with_faults_is_refused_with_each_of_them(explain: Any) -> None:
    told = await explain("-", stdin='{"reporter":"venue","concern":"nope","childd":"yes"}')
    assert told.exit_code == 1
    assert "/concern: " in told.stderr
    assert "/childd: " in told.stderr


async def test_a_body_can_be_explained_under_another_policy(explain: Any, edited: Edited) -> None:
    edited.replace("partnership.toml", 'label = "', 'label = "other-')
    body = msgspec.json.encode(SPIKED).decode()
    assert "under policy other-" in (await explain("-", "--policy", str(edited.folder), stdin=body)).stdout
    told = await explain("WO-2222-2222", "--policy", str(edited.folder))
    assert (told.exit_code, "a stored one keeps its decision" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence("weapon_kind=blade", "ticked"), "weapon kind: blade, ticked"),
        (Evidence("times_seen>=3", "answer"), "times seen: 3 or more, answered"),
        (Evidence("weapon=used", "text", "cut him"), "weapon: used, read from the text: “cut him”"),
        (
            Evidence("group=exploitation", "derived", "concern=cse, P1b"),
            "group: exploitation, follows from: concern: cse, P1b",
        ),
        (Evidence("group=exploitation", "derived"), "group: exploitation, follows from the rest"),
    ],
)
def test_each_kind_of_evidence_says_where_it_was_read(evidence: Evidence, words: str) -> None:
    assert evidence_in_words(evidence) == words
    assert reason_in_words(Reason("P1", "Why.", [evidence])) == f"P1: Why. [{words}]"


def test_a_word_that_is_no_fact_stays_as_it_is() -> None:
    assert fact_in_words("cse") == "cse"
    assert reason_in_words(Reason("P4", "Else.", [])) == "P4: Else."
