"""Running processes take up what is put in force: at once, whole, and only what they can use."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from service.db.pool import prepare_connection
from service.policy.directory import load_directory
from service.policy.load import load_policy
from service.policy.releases.folder import read_folder
from service.policy.releases.following import Followed, Follower, policy_at_start, policy_now, read_policy_now
from service.settings import MailSettings, Secret, Settings, load_settings
from tests.builders import report
from tests.conftest import Urls
from tests.policy.editing import Edited
from tests.policy.releasing import FLY_TIPPING, go_back, put_files_in_force, put_in_force
from tests.web import send, serving
from tests.workers.conftest import until
from tests.workers.outbox_rows import queue
from tests.workers.receivers import MailServer, mail_server
from workers.lanes import LEASE
from workers.runtime import Runtime

GRADES = "SELECT grade FROM decision ORDER BY id"
VERSIONS = "SELECT DISTINCT policy FROM decision"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def changed(edited: Edited) -> Edited:
    """The shipped policy, under which fly-tipping is a P3 and not a P4."""
    edited.append("rules.toml", FLY_TIPPING)
    return edited


async def health(http: httpx.AsyncClient) -> tuple[str, str]:
    answer = (await http.get("/health/ready")).json()
    return answer["status"], answer["policy"]


async def version_used(http: httpx.AsyncClient, database: asyncpg.Connection) -> str:
    """The version under which a report is decided now."""
    answer = await send(http, report())
    assert answer.status_code == 201
    version: str = await database.fetchval(
        "SELECT policy FROM decision WHERE report_id = $1::text::uuid", answer.json()["id"]
    )
    return version


async def until_used(http: httpx.AsyncClient, database: asyncpg.Connection, version: str) -> None:
    async def used() -> bool:
        return await version_used(http, database) == version

    await until(used)


async def test_a_web_process_starts_with_the_release_in_force(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection
) -> None:
    version = await put_in_force(database, changed.folder)
    async with serving(web_settings) as http:
        assert await version_used(http, database) == version
        assert await health(http) == ("ok", "ok")
    assert await database.fetchval(GRADES) == 3


async def test_a_release_is_taken_up_under_load_and_loses_nothing(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection, database_url: str
) -> None:
    before = load_policy(web_settings.policy).version
    statuses: list[int] = []
    stop = asyncio.Event()

    async def keep_sending(http: httpx.AsyncClient) -> None:
        while not stop.is_set():
            statuses.append((await send(http, report())).status_code)

    async def decided_under(version: str) -> bool:
        return bool(await database.fetchval("SELECT count(*) > 20 FROM decision WHERE policy = $1", version))

    async with serving(web_settings) as http, asyncio.TaskGroup() as senders:
        for _ in range(8):
            senders.create_task(keep_sending(http))
        await until(lambda: decided_under(before))
        publisher = await asyncpg.connect(database_url)
        after = await put_in_force(publisher, changed.folder)
        await publisher.close()
        await until(lambda: decided_under(after))
        stop.set()
    assert set(statuses) == {201}
    assert await database.fetchval("SELECT count(*) FROM report") == len(statuses)
    # Each decision is wholly of one policy: its grade, its version and its reasons.
    found = await database.fetch("SELECT DISTINCT policy, grade, detail ->> 'policy' AS said FROM decision")
    assert {(row["policy"], row["grade"], row["said"]) for row in found} == {
        (before, 4, before),
        (after, 3, after),
    }


async def test_a_rollback_restores_what_was_before_without_a_restart(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection
) -> None:
    async with serving(web_settings) as http:
        first = await put_in_force(database, web_settings.policy)
        await until_used(http, database, first)
        second = await put_in_force(database, changed.folder)
        await until_used(http, database, second)
        assert await go_back(database) == first
        await until_used(http, database, first)


async def test_a_release_that_cannot_be_used_is_held_back_and_health_says_so(
    web_settings: Settings, edited: Edited, database: asyncpg.Connection
) -> None:
    before = load_policy(web_settings.policy).version
    edited.replace("rules.toml", 'danger_now = "yes"', 'danger_now = "yse"')
    async with serving(web_settings) as http:
        await put_files_in_force(database, "spoilt", read_folder(edited.folder))
        await until(lambda: _is(http, ("degraded", "held_back")))
        assert await version_used(http, database) == before
        # What can be used again is, and the fault is over.
        again = await put_in_force(database, web_settings.policy)
        await until(lambda: _is(http, ("ok", "ok")))
        assert await version_used(http, database) == again


async def _is(http: httpx.AsyncClient, wanted: tuple[str, str]) -> bool:
    return await health(http) == wanted


async def test_a_start_with_a_release_that_cannot_be_used_falls_back_to_the_folder(
    web_settings: Settings, edited: Edited, database: asyncpg.Connection
) -> None:
    (edited.folder / "rules.toml").unlink()
    await put_files_in_force(database, "spoilt", read_folder(edited.folder))
    async with serving(web_settings) as http:
        assert await health(http) == ("degraded", "held_back")
        assert await version_used(http, database) == load_policy(web_settings.policy).version


async def test_a_release_by_which_somebody_could_not_be_reached_is_held_back(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection
) -> None:
    await put_in_force(database, changed.folder)
    real = msgspec.structs.replace(web_settings, demo=False, policy=_with_real_addresses(changed))
    followed = await asyncio.to_thread(policy_at_start, real, load_policy)
    assert followed.held_back is not None
    assert followed.policy.version == load_policy(real.policy).version


def _with_real_addresses(edited: Edited) -> "object":
    folder = edited.folder.with_name("real")
    folder.mkdir()
    for path in edited.folder.iterdir():
        (folder / path.name).write_text(path.read_text().replace("evenlode.invalid", "evenlode.org.uk"))
    return folder


async def test_with_the_database_away_at_the_start_the_folder_is_used_until_it_is_back(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection, services: Urls
) -> None:
    version = await put_in_force(database, changed.folder)
    name = await database.fetchval("SELECT current_database()")
    server = await asyncpg.connect(services.database.replace("/evenlode?", "/postgres?"))
    await database.close()
    await server.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
    try:
        followed = await asyncio.to_thread(policy_at_start, web_settings, load_policy)
        assert followed.policy.version == load_policy(web_settings.policy).version
    finally:
        await server.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")
        await server.close()
    taken_up: asyncio.Queue[str] = asyncio.Queue()
    follower = Follower(
        web_settings,
        load_policy,
        lambda policy: taken_up.put_nowait(policy.version),
        followed,
    )
    running = asyncio.create_task(follower.run())
    assert await asyncio.wait_for(taken_up.get(), 20) == version
    running.cancel()


async def test_a_follower_outlives_a_lost_connection(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection
) -> None:
    taken_up: asyncio.Queue[str] = asyncio.Queue()
    follower = Follower(
        web_settings,
        load_directory,
        lambda directory: taken_up.put_nowait(directory.partnership.label),
        Followed(load_directory(web_settings.policy)),
    )
    running = asyncio.create_task(follower.run())
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'evenlode_policy'"
    )
    await until(lambda: database.fetchval(ended))
    await put_in_force(database, changed.folder)
    assert await asyncio.wait_for(taken_up.get(), 20)
    running.cancel()


async def test_a_running_worker_sends_to_the_address_of_the_new_release(
    environ: dict[str, str], edited: Edited, database: asyncpg.Connection, mail: MailServer
) -> None:
    settings = msgspec.structs.replace(
        load_settings(environ), demo=True, mail=MailSettings(host="127.0.0.1", port=mail.port)
    )
    assert settings.database_url == Secret(environ["DATABASE_URL"])
    edited.replace("recipients.toml", "tvp@evenlode.invalid", "newdesk@evenlode.invalid")
    runtime = Runtime(settings)
    await asyncio.to_thread(runtime.start)
    try:
        await put_in_force(database, edited.folder)

        async def sent_there() -> bool:
            ids = await queue(database, 1, grade=1, recipient="tvp", channel="email")
            lease = await database.fetchval("SELECT gen_random_uuid()")
            await database.execute(
                "UPDATE delivery SET state = 'handed', lease = $2, due_at = now() + $3 WHERE id = any($1)",
                ids,
                lease,
                LEASE,
            )
            courier = runtime.courier
            await asyncio.wrap_future(runtime.submit(lambda: courier.carry(ids, lease)))
            return any("newdesk@evenlode.invalid" in str(letter["To"]) for letter in mail.taken)

        await until(sent_there)
    finally:
        await asyncio.to_thread(runtime.stop)


async def test_work_done_now_and_then_is_under_the_release_in_force_then(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection
) -> None:
    await prepare_connection(database)
    first = await policy_now(database, web_settings, load_policy, None)
    assert first.policy.version == load_policy(web_settings.policy).version
    assert await policy_now(database, web_settings, load_policy, first) is first
    version = await put_in_force(database, changed.folder)
    second = await policy_now(database, web_settings, load_policy, first)
    assert second.policy.version == version
    await put_files_in_force(database, "spoilt", {"rules.toml": "spoilt"})
    third = await policy_now(database, web_settings, load_policy, second)
    assert (third.policy, third.held_back) == (second.policy, "spoilt")


async def test_a_part_of_the_policy_is_read_from_what_is_in_force_else_from_the_folder(
    web_settings: Settings, changed: Edited, database: asyncpg.Connection
) -> None:
    await prepare_connection(database)
    folder = load_policy(web_settings.policy).version

    def version_of(at: Path) -> str:
        return load_policy(at).version

    assert await read_policy_now(database, web_settings, version_of) == folder
    version = await put_in_force(database, changed.folder)
    assert await read_policy_now(database, web_settings, version_of) == version
    await put_files_in_force(database, "unreadable", {"rules.toml": "nonsense"})
    assert await read_policy_now(database, web_settings, version_of) == folder
