"""What the upkeep forgets of follow-ups: hashes of keys after a week, unfinished photos after two days."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx

from tests.followup.returning import photo, piece, reported, say, send_whole
from tests.web import rows
from workers.tasks.upkeep import KEYS_KEPT, UPLOADS_KEPT, forget_keys, give_up_uploads


async def test_hashes_of_keys_are_forgotten_after_their_time_and_what_was_said_stays(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client)
    await say(client, accepted["receipt"], "More.", str(uuid4()))
    await send_whole(client, accepted["receipt"], photo(size=(64, 48)))
    now = datetime.now(UTC)
    assert await forget_keys(database, now) == 0
    assert await forget_keys(database, now + KEYS_KEPT + timedelta(minutes=1)) == 3
    for table in ("message", "report_file", "report_handle"):
        assert await database.fetchval(f"SELECT bool_and(idempotency_hash IS NULL) FROM {table}")
    kept = await rows(database)
    assert (kept["message"], kept["report_file"]) == (1, 1)


async def test_a_photo_that_stopped_on_its_way_is_given_up_with_its_pieces(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted, sent = await reported(client), photo()
    await piece(client, accepted["receipt"], str(uuid4()), sent[:5000], 0, len(sent))
    now = datetime.now(UTC)
    assert await give_up_uploads(database, now) == 0
    assert await give_up_uploads(database, now + UPLOADS_KEPT + timedelta(minutes=1)) == 1
    assert (await rows(database))["upload_piece"] == 0
