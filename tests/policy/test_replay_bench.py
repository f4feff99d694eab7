"""The short form of `make bench`'s replay: a thousand stored decisions, made by copying, decided again."""

from asyncio import to_thread
from io import StringIO
from pathlib import Path

import asyncpg
from rich.console import Console

from bench.replay import measure_replay
from service.settings import Settings


async def test_a_thousand_stored_decisions_are_made_again_under_a_changed_rule(
    web_settings: Settings, database: asyncpg.Connection, database_url: str
) -> None:
    said = StringIO()
    rate = await to_thread(
        measure_replay,
        database_url,
        Path(web_settings.key_file),
        web_settings.policy,
        1_000,
        Console(file=said, width=120),
        different=200,
    )
    assert rate > 0
    assert await database.fetchval("SELECT count(*) FROM report") == 1_000
    assert "Replay of 1,000 stored decisions" in said.getvalue()
    assert "P1 WOULD FALL" in said.getvalue()
    assert "~ P1f" in said.getvalue()
