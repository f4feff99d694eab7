"""A report's id decides its month's partition; what fits none goes to the default and is found all the same."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from service.db.partitions import MONTHS_AHEAD, ensure_partitions, first_id, month_start
from service.ids import uuid7
from service.settings import Settings
from tests.builders import report
from tests.web import send, serving

_NOW = datetime(2031, 11, 30, 23, 59, 59, tzinfo=UTC)


async def _place(database: asyncpg.Connection, moment: datetime) -> str:
    made = uuid7(moment)
    await database.execute(
        "INSERT INTO report_handle VALUES ($1::uuid::text, $1, sha256($1::uuid::text::bytea), 'key', NULL, '', $2)",
        made,
        moment,
    )
    await database.execute(
        "INSERT INTO report VALUES ($1, $2, 'venue', 'anonymous', 'other', '{}', '{}')", made, moment
    )
    found: str = await database.fetchval("SELECT tableoid::regclass::text FROM report WHERE id = $1", made)
    return found


async def test_a_report_of_today_lands_in_the_partition_of_its_month(
    web_settings: Settings, database: asyncpg.Connection
) -> None:
    async with serving(web_settings) as http:
        answer = await send(http, report())
    place = await database.fetchval(
        "SELECT tableoid::regclass::text FROM report WHERE id = $1", UUID(answer.json()["id"])
    )
    assert place == f"report_{answer.json()['received_at'][:7].replace('-', '_')}"


async def test_partitions_are_made_for_the_coming_months_and_only_once(database: asyncpg.Connection) -> None:
    made = await ensure_partitions(database, _NOW)
    assert made == [f"report_{month}" for month in (
        "2031_11", "2031_12", "2032_01", "2032_02", "2032_03", "2032_04", "2032_05"
    )]  # fmt: skip
    assert len(made) == MONTHS_AHEAD + 1
    assert await ensure_partitions(database, _NOW) == []
    assert await ensure_partitions(database, datetime(2031, 12, 1, tzinfo=UTC)) == ["report_2032_06"]


async def test_the_last_and_first_moment_of_a_month_part_ways(database: asyncpg.Connection) -> None:
    await ensure_partitions(database, _NOW)
    assert await _place(database, datetime(2031, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)) == "report_2031_12"
    assert await _place(database, datetime(2032, 1, 1, tzinfo=UTC)) == "report_2032_01"


@pytest.mark.parametrize("moment", [datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)])
async def test_a_month_without_a_partition_goes_to_the_default(
    database: asyncpg.Connection, moment: datetime
) -> None:
    assert await _place(database, moment) == "report_default"


async def test_a_month_that_already_has_rows_in_the_default_keeps_using_it(
    database: asyncpg.Connection,
) -> None:
    assert await _place(database, datetime(2031, 12, 5, tzinfo=UTC)) == "report_default"
    made = await ensure_partitions(database, _NOW)
    assert "report_2031_12" not in made
    assert len(made) == MONTHS_AHEAD
    assert await _place(database, datetime(2031, 12, 6, tzinfo=UTC)) == "report_default"
    assert await database.fetchval("SELECT count(*) FROM report") == 2


def test_months_past_december_roll_into_the_next_year() -> None:
    assert month_start(2026, 12) == datetime(2026, 12, 1, tzinfo=UTC)
    assert month_start(2026, 13) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_start(2026, 24) == datetime(2027, 12, 1, tzinfo=UTC)
    assert month_start(2026, 25) == datetime(2028, 1, 1, tzinfo=UTC)


def test_the_first_id_of_a_moment_sorts_before_every_id_of_it() -> None:
    assert first_id(_NOW) <= min(uuid7(_NOW) for _ in range(100))
    assert max(uuid7(_NOW.replace(second=58)) for _ in range(100)) < first_id(_NOW)


@pytest.mark.parametrize("moment", [datetime(1969, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_no_id_is_smaller_than_that_of_a_moment_before_there_were_any(moment: datetime) -> None:
    assert first_id(moment) == UUID(int=0)
