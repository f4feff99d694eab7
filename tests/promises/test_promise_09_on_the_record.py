"""Promise 9: the audit is append-only and hash-chained, and a command verifies it."""

import asyncio
from typing import Final

import asyncpg
import httpx
import pytest

from service.audit.verify import verify_chain
from tests.builders import report
from tests.web import send

_ENTRIES: Final = 6


@pytest.fixture
async def chain(client: httpx.AsyncClient, database: asyncpg.Connection) -> asyncpg.Connection:
    """A connection to a database with a chain of `_ENTRIES` entries."""
    await asyncio.gather(*(send(client, report()) for _ in range(_ENTRIES)))
    return database


async def _tamper(database: asyncpg.Connection, change: str) -> None:
    """Change entries as somebody could who owns the server: with the triggers off."""
    await database.execute(
        f"SET session_replication_role = replica; {change}; RESET session_replication_role"
    )


async def test_the_chain_of_accepted_reports_is_whole(chain: asyncpg.Connection) -> None:
    steps: list[int] = []
    verdict = await verify_chain(chain, progress=steps.append)
    assert (verdict.entries, verdict.fault) == (_ENTRIES, None)
    assert verdict.head.startswith(f"{_ENTRIES}:")
    assert steps[-1] == _ENTRIES


async def test_an_empty_chain_is_whole(database: asyncpg.Connection) -> None:
    verdict = await verify_chain(database)
    assert (verdict.entries, verdict.fault) == (0, None)


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "actor = 'somebody'",
        "action = 'report.deleted'",
        "subject = 'another'",
        "detail = detail || '{\"grade\": 1}'",
        "prev = '\\x00'",
        "hash = sha256('x')",
        "seq = 99",
    ],
)
async def test_a_change_of_any_column_is_found(chain: asyncpg.Connection, change: str) -> None:
    await _tamper(chain, f"UPDATE audit_event SET {change} WHERE seq = 3")
    verdict = await verify_chain(chain)
    assert verdict.entries == 2
    assert verdict.fault is not None
    assert "entry 3" in verdict.fault


async def test_a_rewritten_entry_with_a_hash_that_fits_it_is_found_at_the_next_one(
    chain: asyncpg.Connection,
) -> None:
    await _tamper(
        chain,
        "UPDATE audit_event SET actor = 'x', hash = sha256(prev || convert_to(concat_ws('|', seq,"
        " (extract(epoch FROM at) * 1000000)::bigint, 1, 'x', octet_length(action), action,"
        " octet_length(subject), subject, detail::text), 'UTF8')) WHERE seq = 3",
    )
    verdict = await verify_chain(chain)
    assert verdict.entries == 3
    assert verdict.fault is not None


async def test_an_entry_taken_out_is_missed(chain: asyncpg.Connection) -> None:
    await _tamper(chain, "DELETE FROM audit_event WHERE seq = 3")
    verdict = await verify_chain(chain)
    assert verdict.fault == "entry 3 is missing"


async def test_a_cut_end_is_missed_by_who_noted_the_head(chain: asyncpg.Connection) -> None:
    head = (await verify_chain(chain)).head
    assert (await verify_chain(chain, expected_head=head)).fault is None
    await _tamper(chain, f"DELETE FROM audit_event WHERE seq > {_ENTRIES - 2}")
    assert (await verify_chain(chain)).fault is None
    verdict = await verify_chain(chain, expected_head=head)
    assert verdict.fault is not None
    assert head in verdict.fault


async def test_a_head_noted_earlier_is_found_in_a_longer_chain(
    chain: asyncpg.Connection, client: httpx.AsyncClient
) -> None:
    head = (await verify_chain(chain)).head
    await send(client, report())
    verdict = await verify_chain(chain, expected_head=head)
    assert (verdict.entries, verdict.fault) == (_ENTRIES + 1, None)


async def test_nobody_may_change_the_record(chain: asyncpg.Connection) -> None:
    for role in ("none", "evenlode_web", "evenlode_worker", "evenlode_source"):
        await chain.execute(f"SET ROLE {role}")
        for change in (
            "UPDATE audit_event SET actor = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await chain.execute(change)
        await chain.execute("RESET ROLE")
    assert (await verify_chain(chain)).entries == _ENTRIES


async def test_a_writer_cannot_choose_its_place_in_the_chain(chain: asyncpg.Connection) -> None:
    await chain.execute(
        "INSERT INTO audit_event (seq, at, actor, action, subject, detail, prev, hash)"
        " VALUES (99, now(), 'a|b', 'c', 'd', '{\"e\": \"\\u00e9\"}', '\\x00', '\\x00')"
    )
    verdict = await verify_chain(chain)
    assert (verdict.entries, verdict.fault) == (_ENTRIES + 1, None)


async def test_a_table_of_the_same_name_does_not_lead_the_chain_astray(chain: asyncpg.Connection) -> None:
    await chain.execute("SET ROLE evenlode_web")
    await chain.execute("CREATE TEMPORARY TABLE audit_event (seq bigint, hash bytea)")
    await chain.execute("INSERT INTO pg_temp.audit_event VALUES (9223372036854775806, '\\x00')")
    await chain.execute(
        "INSERT INTO public.audit_event (at, actor, action, subject, detail) VALUES (now(), 'a', 'b', 'c', '{}')"
    )
    await chain.execute("DROP TABLE pg_temp.audit_event")
    await chain.execute("RESET ROLE")
    verdict = await verify_chain(chain)
    assert (verdict.entries, verdict.fault) == (_ENTRIES + 1, None)


async def test_writers_at_once_make_one_chain(database_url: str, database: asyncpg.Connection) -> None:
    async def write(actor: str) -> None:
        connection = await asyncpg.connect(database_url)
        for _ in range(10):
            await connection.execute(
                "INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), $1, 'a', 's', '{}')",
                actor,
            )
        await connection.close()

    await asyncio.gather(*(write(f"writer {number}") for number in range(5)))
    verdict = await verify_chain(database)
    assert (verdict.entries, verdict.fault) == (50, None)


async def test_a_chain_longer_than_a_page_is_walked_whole(database: asyncpg.Connection) -> None:
    await database.execute(
        "INSERT INTO audit_event (at, actor, action, subject, detail)"
        " SELECT now(), 'a', 'b', n::text, '{}' FROM generate_series(1, 5001) AS n"
    )
    steps: list[int] = []
    verdict = await verify_chain(database, progress=steps.append)
    assert (verdict.entries, verdict.fault) == (5001, None)
    assert steps == [5000, 5001]
