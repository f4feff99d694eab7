"""`evenlode ask`, as a coordinator at a terminal uses it until the console can."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from tests.followup.returning import reported, say, status

Call = Callable[..., Any]


@pytest.fixture
def call(database_url: str, tmp_path: Path) -> Call:
    """Run the command in a thread of its own, since it brings its own event loop."""

    async def run(*arguments: str) -> Result:
        given = {"DATABASE_URL": database_url, "EVENLODE_STATE": str(tmp_path), "COLUMNS": "100"}
        return await asyncio.to_thread(CliRunner().invoke, evenlode, ["ask", *arguments], env=given)

    return run


async def test_a_question_reaches_the_reporter_and_the_answer_comes_back(
    call: Call, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client)
    asked = await call(accepted["reference"].lower(), "Was there a van?", "--by", "duty officer")
    assert asked.exit_code == 0, asked.output
    (question,) = (await status(client, accepted["receipt"])).json()["messages"]
    assert question["text"] == "Was there a van?"
    await say(client, accepted["receipt"], "Yes, [bold]white[/bold].", answers=question["id"])
    shown = await call(accepted["reference"], "--by", "duty officer")
    assert shown.output.splitlines()[0].endswith("question: Was there a van?")
    assert shown.output.splitlines()[1].endswith("reporter: Yes, [bold]white[/bold].")
    record = await database.fetch("SELECT actor, action FROM audit_event ORDER BY seq")
    assert [tuple(row) for row in record[1:]] == [
        ("duty officer", "message.asked"),
        ("reporter", "message.received"),
        ("duty officer", "message.read"),
    ]
    assert "van" not in str(await database.fetch("SELECT t::text FROM audit_event AS t"))


@pytest.mark.parametrize(
    ("arguments", "code"), [(("WO-2222-2222",), 1), (("nonsense",), 1), ((), 2), (("WO-2222-2222", " "), 2)]
)
async def test_what_cannot_be_asked_is_said(call: Call, arguments: tuple[str, ...], code: int) -> None:
    assert (await call(*arguments)).exit_code == code


async def test_a_conversation_that_has_not_begun_is_said_to_be_empty(
    call: Call, client: httpx.AsyncClient
) -> None:
    accepted = await reported(client)
    assert "Nothing was said" in (await call(accepted["reference"])).output
