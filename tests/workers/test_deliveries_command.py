"""`evenlode deliveries`, as a person at a terminal uses it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli.deliveries import deliveries
from service.routing.outbox import Books
from tests.workers.outbox_rows import queue, states

Call = Callable[..., Any]


@pytest.fixture
def call(database_url: str, tmp_path: Path) -> Call:
    """Run the command in a thread of its own, since it brings its own event loop."""

    async def run(*arguments: str, **environ: str) -> Result:
        given = {"DATABASE_URL": database_url, "EVENLODE_STATE": str(tmp_path), "COLUMNS": "100", **environ}
        return await asyncio.to_thread(CliRunner().invoke, deliveries, arguments, env=given)

    return run


@pytest.fixture
async def dead(database: asyncpg.Connection) -> list[UUID]:
    """Two dead notifications, one waiting, one delivered."""
    ids = await queue(database, 4, grade=2)
    await database.execute(
        "UPDATE delivery SET state = 'dead', attempts = 1, settled_at = now(), last_fault = $2 WHERE id = any($1)",
        ids[:2],
        "550 5.1.1 [bold]no such user[/bold]",
    )
    await database.execute(
        "UPDATE delivery SET state = 'delivered', settled_at = now() WHERE id = $1", ids[3]
    )
    return ids


async def test_the_dead_are_shown_with_their_fault_and_the_books(call: Call, dead: list[UUID]) -> None:
    shown = await call("--dead")
    assert shown.exit_code == 0
    for told in (str(dead[0]), str(dead[1]), "550 5.1.1 [bold]no such user[/bold]", "The books balance"):
        assert told in shown.output
    assert "4 notifications = 1 delivered + 1 waiting + 2 dead" in shown.output
    assert str(dead[2]) not in shown.output


async def test_the_waiting_are_shown_with_their_next_try(call: Call, dead: list[UUID]) -> None:
    document = json.loads((await call("--waiting", "--json")).output)
    assert [row["id"] for row in document["deliveries"]] == [str(dead[2])]
    assert document["balanced"] is True
    table = (await call("--waiting")).output
    assert "waiting" in table
    assert "dead" not in table.partition("The books")[0]


async def test_eighty_columns_cut_no_reference_state_or_grade(
    call: Call, database: asyncpg.Connection, dead: list[UUID]
) -> None:
    await database.execute("UPDATE delivery SET made_at = now() - interval '3 hours' WHERE id = $1", dead[2])
    document = json.loads((await call("--json")).output)
    table = (await call(COLUMNS="80")).output
    assert "…" not in table
    assert all(len(line) <= 80 for line in table.splitlines()[: len(dead) + 1])
    for row in document["deliveries"]:
        (line,) = [
            line for line in table.splitlines()[1:] if row["reference"] in line and row["channel"] in line
        ][:1]
        for told in (f"P{row['grade']}", row["recipient"], row["state"]):
            assert told in line
    assert "3 h" in table


async def test_all_are_shown_up_to_a_limit(call: Call, dead: list[UUID]) -> None:
    assert len(json.loads((await call("--json")).output)["deliveries"]) == len(dead)
    assert len(json.loads((await call("--json", "--limit", "3")).output)["deliveries"]) == 3


async def test_one_is_sent_again_in_the_name_of_who_asked(
    call: Call, database: asyncpg.Connection, dead: list[UUID]
) -> None:
    sent = await call("retry", str(dead[0]), "--by", "duty officer")
    assert (sent.exit_code, sent.output) == (0, "1 sent again.\n")
    assert await states(database, dead) == {"waiting": 2, "dead": 1, "delivered": 1}
    assert await database.fetchval("SELECT actor FROM audit_event") == "duty officer"


async def test_without_a_name_the_account_of_the_machine_is_on_the_record(
    call: Call, database: asyncpg.Connection, dead: list[UUID]
) -> None:
    await call("retry", "--all-dead", LOGNAME="someone")
    assert await states(database, dead) == {"waiting": 3, "delivered": 1}
    assert await database.fetchval("SELECT actor FROM audit_event") == "someone"


async def test_what_is_not_dead_is_named_and_left_alone(
    call: Call, database: asyncpg.Connection, dead: list[UUID]
) -> None:
    refused = await call("retry", str(dead[3]))
    assert refused.exit_code == 1
    assert str(dead[3]) in refused.output
    assert await database.fetchval("SELECT count(*) FROM audit_event") == 0


@pytest.mark.parametrize("arguments", [(), ("--all-dead", "00000000-0000-0000-0000-000000000000"), ("x",)])
async def test_a_retry_must_say_which(call: Call, arguments: tuple[str, ...]) -> None:
    assert (await call("retry", *arguments)).exit_code == 2


async def test_a_database_that_is_away_is_told_in_a_sentence(call: Call) -> None:
    gone = await call(DATABASE_URL="postgresql://nobody@/nothing?host=/nowhere")
    assert gone.exit_code == 1
    assert "cannot be reached" in str(gone.exception)


async def test_books_that_do_not_balance_are_called_so(
    call: Call, database: asyncpg.Connection, dead: list[UUID]
) -> None:
    await database.execute("DELETE FROM delivery WHERE id = $1", dead[3])
    assert "The books do not balance" in (await call()).output


def test_a_missing_or_a_double_count_is_no_balance() -> None:
    whole = {
        "decided": 2,
        "routes": 2,
        "unserved": 0,
        "made": 3,
        "delivered": 1,
        "waiting": 1,
        "handed": 0,
        "dead": 1,
    }
    assert Books(**whole).balanced
    for name in ("decided", "unserved", "made", "dead"):
        assert not Books(**{**whole, name: whole[name] + 1}).balanced


async def test_reports_that_nobody_is_told_of_are_listed_by_themselves(
    call: Call, dead: list[UUID], database: asyncpg.Connection
) -> None:
    assert (await call("untold")).output == "Every report has a recipient.\n"
    await database.execute(
        "WITH report AS (INSERT INTO report_handle (reference, report_id, receipt_hash, receipt_key_id, body_hash,"
        "     received_at) VALUES ('WO-UNTD-2345', gen_random_uuid(), 'r', 'k', 'b', now()) RETURNING report_id)"
        " INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail)"
        " SELECT gen_random_uuid(), report_id, now(), 3, now(), 'test', '[\"not_sure\"]', 0, '{}' FROM report"
    )
    shown = await call("untold")
    assert shown.exit_code == 0
    (line,) = [line for line in shown.output.splitlines() if "WO-UNTD-2345" in line]
    assert line.startswith("P3")
    assert "not_sure" in line
    assert "evenlode deliveries untold" in (await call()).output
