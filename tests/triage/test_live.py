"""What an open console is told as it happens, of its own teams and nothing else."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from service.settings import Settings
from service.triage.live import MOST_STREAMS
from tests.builders import report
from tests.triage.console import Console
from tests.triage.desk import ASB, KNIFE, SPIKED, TriageDesk
from tests.triage.served import desk
from tests.web import problem, send, served_by_granian

__all__ = ["desk"]
WAIT = 40
CONSOLES = int(os.environ.get("LIVE_CONSOLES", "40"))
REPORTS = int(os.environ.get("LIVE_REPORTS", "20"))
"""What `make test` has time for; `make live-runs` asks for 200 and 100."""


@pytest.fixture
async def server(web_environ: dict[str, str], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with served_by_granian(web_environ, tmp_path / "web.log") as http:
        yield http


async def _until(events: AsyncIterator[dict[str, Any]], kind: str) -> dict[str, Any]:
    async with asyncio.timeout(WAIT):
        async for event in events:
            if event["kind"] == kind:
                return event
    raise AssertionError(kind)


async def _references(events: AsyncIterator[dict[str, Any]], last: str) -> set[tuple[str, str]]:
    """What is told until a report has been told of, as (team, reference)."""
    seen = set()
    async with asyncio.timeout(WAIT):
        async for event in events:
            if event["kind"] == "item":
                seen.add((event["team"], event["reference"]))
                if event["reference"] == last:
                    return seen
    raise AssertionError(seen)


async def test_each_open_console_is_told_of_its_own_teams_reports_and_of_no_other(
    server: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    teams = ("tvp", "asb_team", "nightsafe", "licensing")
    limits = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=server.base_url, limits=limits, timeout=60) as many,
        AsyncExitStack() as stack,
    ):
        streams = []
        for number in range(CONSOLES):
            team = teams[number % len(teams)]
            console = Console(many, web_settings, await desk.person(**{team: "coordinator"}))
            events = await stack.enter_async_context(console.events())
            await _until(events, "resync")
            streams.append((team, events))
        # Over the API and all together, as a bad evening sends them.
        bodies = [
            report(kind="rural_resident", **(ASB, SPIKED, KNIFE)[number % 3]) for number in range(REPORTS)
        ]
        answers = await asyncio.gather(*(send(many, body) for body in bodies))
        assert {answer.status_code for answer in answers} == {201}
        # One that all of them are told of, so that each stream can be read to its end.
        last = await desk.reported({"concern": "underage_drinking", "happening": "now"})
        for team in teams:
            await desk.owner.execute(
                "INSERT INTO queue_item (report_id, team, reference, tier, grade, due_at, received_at, concerns)"
                " SELECT report_id, $2, reference, 'D1', 4, now(), now(), '{}' FROM report_handle"
                " WHERE reference = $1 ON CONFLICT (report_id, team) DO UPDATE SET grade = 4",
                last,
                team,
            )
        rows = await desk.owner.fetch("SELECT team, reference FROM queue_item")
        due = {(row["team"], row["reference"]) for row in rows}
        for team, events in streams:
            expected = {one for one in due if one[0] == team}
            seen = await _references(events, last)
            assert seen == expected
        told = sum(len([one for one in due if one[0] == team]) for team, _ in streams)
        click.echo(
            f"{CONSOLES} open consoles, {REPORTS} reports: {told} pointers due, each told, and no other"
        )


async def test_a_session_that_ends_ends_its_stream(
    server: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    async with Console(server, web_settings, actor).events() as events:
        await _until(events, "resync")
        await desk.owner.execute(
            "UPDATE session SET ended_at = now(), ended_why = 'signed out' WHERE id = $1", actor.session
        )
        assert (await _until(events, "ended"))["kind"] == "ended"
        async with asyncio.timeout(WAIT):
            assert [event async for event in events] == []


async def test_one_session_cannot_hold_every_connection(
    server: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor, colleague = await desk.person(tvp="coordinator"), await desk.person(tvp="coordinator")
    console = Console(server, web_settings, actor)
    async with AsyncExitStack() as open_pages:
        kept = [await open_pages.enter_async_context(console.events()) for _ in range(MOST_STREAMS)]
        for events in kept:
            await _until(events, "resync")
        async with asyncio.timeout(WAIT):
            refused = await console.get("/v1/events")
        assert refused.status_code == 429
        assert problem(refused)["type"] == "/problems/too-many-streams"
        async with Console(server, web_settings, colleague).events() as events:
            await _until(events, "resync")


async def test_a_lost_database_is_told_and_what_was_missed_is_looked_for(
    server: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    async with Console(server, web_settings, actor).events() as events:
        await _until(events, "resync")
        await desk.owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'evenlode_live' AND datname = current_database()"
        )
        await _until(events, "lost")
        await _until(events, "resync")
        reference = await desk.reported(KNIFE)
        assert (await _until(events, "item"))["reference"] == reference


async def test_an_event_is_a_pointer(
    server: httpx.AsyncClient, web_settings: Settings, desk: TriageDesk
) -> None:
    actor = await desk.person(tvp="coordinator")
    async with Console(server, web_settings, actor).events() as events:
        await _until(events, "resync")
        reference = await desk.reported(KNIFE, description="The barmaid saw it")
        assert await _until(events, "item") == {
            "kind": "item",
            "team": "tvp",
            "reference": reference,
            "grade": "P1",
            "state": "new",
        }
