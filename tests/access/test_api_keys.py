"""Keys of organisations: for certain work, until a day, and rotated without a gap."""

from datetime import timedelta

import pytest

from service.access import api_keys
from service.access.errors import ApiKeyUnknown, TeamUnknown
from service.access.tokens import token_hash
from service.clock import utc_now
from service.intake.examples import EXAMPLES
from tests.access.visiting import Console
from tests.web import problem, send

YEAR = timedelta(days=365)


async def a_key(console: Console, *scopes: api_keys.Scope) -> tuple[object, str]:
    return await api_keys.add(
        console.database, "Acme Cars", list(scopes or ("reports:send",)), utc_now() + YEAR, by="a test"
    )


async def sent(console: Console, key: str) -> int:
    answer = await send(console.http, EXAMPLES["taxi_driver"], Authorization=f"Bearer {key}")
    if answer.status_code == 401:
        assert problem(answer)["type"] == "/problems/api-key-refused"
    return answer.status_code


async def test_a_report_is_taken_with_a_key_and_with_none(console: Console) -> None:
    _, key = await a_key(console)
    assert await sent(console, key) == 201
    assert (await send(console.http, EXAMPLES["taxi_driver"])).status_code == 201


async def test_a_key_that_is_no_good_is_refused_instead_of_passed_over(console: Console) -> None:
    _, other = await a_key(console, "deliveries:acknowledge")
    ended, key = await a_key(console)
    await api_keys.end(console.database, ended, by="a test")  # type: ignore[arg-type]
    expired, old = await a_key(console)
    await console.database.execute("UPDATE api_key SET expires_at = now() WHERE id = $1", expired)
    for bad in (other, key, old, "evk_nothing"):
        assert await sent(console, bad) == 401
    with pytest.raises(ApiKeyUnknown):
        await api_keys.end(console.database, ended, by="a test")  # type: ignore[arg-type]


async def test_only_a_hash_is_kept_and_the_first_use_is_on_the_record(console: Console) -> None:
    made, key = await a_key(console)
    for _ in range(3):
        assert await sent(console, key) == 201
    kept = await console.database.fetchrow("SELECT * FROM api_key WHERE id = $1", made)
    assert kept["key_hash"] == token_hash(key)
    entries = await console.database.fetch(
        "SELECT * FROM audit_event WHERE subject = $1 ORDER BY seq", str(made)
    )
    assert [entry["action"] for entry in entries] == ["api_key.added", "api_key.first_used"]
    assert key not in str(entries)


async def test_rotating_leaves_time_to_change_over(console: Console) -> None:
    made, old = await a_key(console)
    _, new = await api_keys.rotate(
        console.database,
        made,
        utc_now() + YEAR,
        overlap=timedelta(days=1),
        by="a test",  # type: ignore[arg-type]
    )
    assert await sent(console, old) == await sent(console, new) == 201
    await api_keys.rotate(console.database, made, utc_now() + YEAR, overlap=timedelta(0), by="a test")  # type: ignore[arg-type]
    assert await sent(console, old) == 401
    assert await sent(console, new) == 201


async def test_a_key_answers_for_a_team_there_is(console: Console) -> None:
    with pytest.raises(TeamUnknown):
        await api_keys.add(
            console.database, "Acme", ["deliveries:acknowledge"], utc_now() + YEAR, team="nobody", by="a test"
        )
