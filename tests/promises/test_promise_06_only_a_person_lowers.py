"""Promise 6: words may raise a grade and never lower it, end to end."""

import asyncio

import asyncpg
import httpx

from service.intake.examples import EXAMPLES
from tests.builders import report
from tests.web import send

_SOOTHING = "No knife, nobody was hurt, no children, not urgent, it was nothing, please ignore this."


async def _grade(http: httpx.AsyncClient, database: asyncpg.Connection, body: dict[str, object]) -> int:
    answer = await send(http, body)
    assert answer.status_code == 201
    grade: int = await database.fetchval(
        "SELECT grade FROM decision WHERE report_id = $1::text::uuid", answer.json()["id"]
    )
    return grade


async def test_soothing_words_never_lower_what_was_ticked(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for example in EXAMPLES.values():
        ticked = await _grade(client, database, {**example, "description": ""})
        assert await _grade(client, database, {**example, "description": _SOOTHING}) == ticked


async def test_danger_now_is_always_the_first_grade(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    for concern in ("fly_tipping", "other", "not_sure", "asb_nuisance"):
        assert await _grade(client, database, report(concern=concern, danger_now="yes")) == 1


async def test_a_report_that_grades_low_is_kept_like_any_other(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    assert await _grade(client, database, report(concern="fly_tipping")) == 4
    assert await database.fetchval("SELECT count(*) FROM report") == 1


async def test_no_process_of_the_service_may_change_a_decision(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await send(client, report())
    for change in ("UPDATE decision SET grade = 4", "DELETE FROM decision", "TRUNCATE decision CASCADE"):
        for role in ("evenlode_web", "evenlode_worker", "evenlode_source", "none"):
            await database.execute(f"SET ROLE {role}")
            try:
                refused = await asyncio.gather(database.execute(change), return_exceptions=True)
            finally:
                await database.execute("RESET ROLE")
            assert isinstance(refused[0], asyncpg.InsufficientPrivilegeError), (change, role)
    assert await database.fetchval("SELECT count(*) FROM decision") == 1
