"""What the desk, the intake and an open page do to each other: nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from service.settings import Settings
from tests.builders import report
from tests.triage.console import Console
from tests.triage.desk import ASB, TriageDesk
from tests.triage.served import desk
from tests.web import send
from tests.workers.conftest import until

__all__ = ["desk"]


async def test_what_an_open_page_asks_by_itself_does_not_keep_the_session_alive(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    console = Console(client, web_settings, actor)
    await desk.owner.execute(
        "UPDATE session SET seen_at = now() - interval '50 minutes' WHERE id = $1", actor.session
    )
    unused = "SELECT now() - seen_at > interval '49 minutes' FROM session WHERE id = $1"
    assert (await console.get("/desk/rows")).status_code == 200
    assert await desk.owner.fetchval(unused, actor.session)
    assert (await console.get("/desk")).status_code == 200
    assert not await desk.owner.fetchval(unused, actor.session)


async def test_neither_a_burst_of_reports_nor_a_busy_desk_keeps_the_other_waiting(
    client: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    console = Console(client, web_settings, await desk.person(asb_team="coordinator"))
    body = report(kind="rural_resident", **ASB)

    async def looked() -> httpx.Response:
        return await console.get("/desk")

    async def read() -> httpx.Response:
        return await console.get("/v1/queue")

    async def reported() -> httpx.Response:
        return await send(client, body)

    waiting: Callable[[], Awaitable[httpx.Response]]
    # What one side waits for the other does not touch, so only a connection could be wanting.
    for table, waiting, other, connections in (
        ("saved_view", looked, reported, web_settings.desk_connections),
        ("report_handle", reported, read, 1),
    ):
        async with desk.owner.transaction():
            await desk.owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            stuck = [asyncio.ensure_future(waiting()) for _ in range(web_settings.desk_connections + 2)]
            held = "SELECT count(*) >= $1 FROM pg_locks WHERE NOT granted AND relation = $2::text::regclass"
            await until(lambda: desk.owner.fetchval(held, connections, table))  # noqa: B023 - awaited here
            assert (await asyncio.wait_for(other(), 10)).status_code in {200, 201}
            assert not any(one.done() for one in stuck)
        assert {(await one).status_code for one in stuck} <= {200, 201}
