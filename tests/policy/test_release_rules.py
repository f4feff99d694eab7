"""What the database itself refuses of a release, whoever writes it and by whatever means."""

import asyncio

import asyncpg
import pytest

from service.audit.verify import verify_chain
from service.patterns.store import lock
from service.policy.releases.model import ReleaseRefused
from service.policy.releases.store import publish, read_changes, read_in_force, roll_back, way_back
from tests.policy.editing import Edited
from tests.policy.releasing import FLY_TIPPING, by, go_back, put_files_in_force, put_in_force, with_signers

PUT = (
    "INSERT INTO policy_in_force (number, version, proposed_by, kind, put_by, put_at, account, why, rolled_to)"
    " VALUES ($1, 'v1', 'ann', $2, $3, now(), 'test', $4, $5)"
)
PROPOSE = "INSERT INTO policy_release VALUES ($1, '{}', $2, now(), 'test')"
SIGN = "INSERT INTO policy_signer (name, verifier, added_by, vouched_by, added_at, account)"


@pytest.fixture
async def proposed(database: asyncpg.Connection) -> asyncpg.Connection:
    """A database in which ann proposed v1 and nothing was published."""
    await with_signers(database)
    await database.execute(PROPOSE, "v1", "ann")
    return database


async def test_the_proposer_cannot_publish_by_sql_either(proposed: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="policy_two_people"):
        await proposed.execute(PUT, 1, "published", "ann", None, None)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        # Nor by saying that somebody else proposed it.
        await proposed.execute(
            "INSERT INTO policy_in_force (number, version, proposed_by, kind, put_by, put_at, account)"
            " VALUES (1, 'v1', 'bob', 'published', 'ann', now(), 'test')"
        )
    assert await read_in_force(proposed) is None


async def test_a_name_that_the_proposer_added_cannot_publish(proposed: asyncpg.Connection) -> None:
    # The line is worked out by the database, whatever is written.
    await proposed.execute(f"{SIGN} VALUES ('eve', '', 'ann', 'bob', now(), 'test')")
    with pytest.raises(asyncpg.CheckViolationError, match="of one line"):
        await proposed.execute(PUT, 1, "published", "eve", None, None)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await proposed.execute("UPDATE policy_signer SET vouched_by = 'bob' WHERE name = 'eve'")


async def test_a_third_signer_needs_one_of_the_signers(proposed: asyncpg.Connection) -> None:
    for adder in ("NULL", "'nobody'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await proposed.execute(f"{SIGN} VALUES ('eve', '', {adder}, 'eve', now(), 'test')")


@pytest.mark.parametrize("signer", ["nobody", "bob"])
async def test_only_a_signer_who_has_not_left_signs(proposed: asyncpg.Connection, signer: str) -> None:
    await proposed.execute(f"{SIGN} VALUES ('bea', '', 'bob', 'bob', now(), 'test')")
    await proposed.execute("UPDATE policy_signer SET retired_at = now() WHERE name = 'bob'")
    with pytest.raises(asyncpg.CheckViolationError, match="no signer now"):
        await proposed.execute(PUT, 1, "published", signer, None, None)
    with pytest.raises(asyncpg.CheckViolationError, match="no signer now"):
        await proposed.execute(PROPOSE, "v2", signer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await proposed.execute("UPDATE policy_signer SET retired_at = NULL WHERE name = 'bob'")


async def test_the_last_signer_of_a_line_cannot_be_retired_by_sql_either(
    proposed: asyncpg.Connection,
) -> None:
    retire = "UPDATE policy_signer SET retired_at = now() WHERE name = $1"
    await proposed.execute(f"{SIGN} VALUES ('eve', '', 'ann', 'ann', now(), 'test')")
    await proposed.execute(retire, "ann")
    for last in ("eve", "bob"):
        with pytest.raises(asyncpg.CheckViolationError, match="the last of a line"):
            await proposed.execute(retire, last)
    with pytest.raises(asyncpg.CheckViolationError, match="the last of a line"):
        await proposed.execute("UPDATE policy_signer SET retired_at = now() WHERE retired_at IS NULL")


async def test_of_two_who_retire_the_last_two_of_a_line_at_once_one_is_refused(
    proposed: asyncpg.Connection, database_url: str
) -> None:
    await proposed.execute(f"{SIGN} VALUES ('eve', '', 'ann', 'ann', now(), 'test')")
    other = await asyncpg.connect(database_url)
    try:
        async with proposed.transaction():
            await proposed.execute("UPDATE policy_signer SET retired_at = now() WHERE name = 'ann'")
            second = asyncio.create_task(
                other.execute("UPDATE policy_signer SET retired_at = now() WHERE name = 'eve'")
            )
            await asyncio.sleep(0.2)
            assert not second.done()
        with pytest.raises(asyncpg.CheckViolationError, match="the last of a line"):
            await second
    finally:
        await other.close()


@pytest.mark.parametrize(
    ("number", "kind", "why", "rolled_to"),
    [
        (1, "rolled_back", "why", None),
        (1, "rolled_back", None, None),
        (1, "rolled_back", "why", 1),
        (2, "inherited", None, None),
        (2, "published", None, None),
        (0, "published", None, None),
        (1, "published", None, 1),
    ],
)
async def test_a_change_that_leaves_a_person_or_a_step_out_is_refused(
    proposed: asyncpg.Connection, number: int, kind: str, why: str | None, rolled_to: int | None
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await proposed.execute(PUT, number, kind, "bob", why, rolled_to)


async def test_one_person_can_go_back_but_not_to_what_two_never_put_in_force(
    proposed: asyncpg.Connection,
) -> None:
    await proposed.execute(PUT, 1, "published", "bob", None, None)
    await proposed.execute(PROPOSE, "v2", "bob")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await proposed.execute(
            "INSERT INTO policy_in_force VALUES (2, 'v2', 'bob', 'rolled_back', 'bob', now(), 'test', 'why', 1)"
        )


async def test_what_was_released_is_never_changed(proposed: asyncpg.Connection) -> None:
    await proposed.execute(PUT, 1, "published", "bob", None, None)
    for change in (
        'UPDATE policy_release SET files = \'{"a": "b"}\'',
        "DELETE FROM policy_in_force",
        "UPDATE policy_in_force SET put_by = 'ann'",
        "TRUNCATE policy_release CASCADE",
        "DELETE FROM policy_signer",
        "UPDATE policy_signer SET verifier = ''",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await proposed.execute(change)


async def test_the_processes_read_releases_and_write_none(proposed: asyncpg.Connection) -> None:
    for role in ("evenlode_web", "evenlode_worker"):
        await proposed.execute(f"SET ROLE {role}")
        assert await proposed.fetchval("SELECT count(*) FROM policy_release") == 1
        for attempt in (
            "INSERT INTO policy_release VALUES ('v9', '{}', 'ann', now(), '')",
            f"{SIGN} VALUES ('eve', '', 'ann', 'ann', now(), '')",
            "SELECT verifier FROM policy_signer",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await proposed.execute(attempt)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await proposed.execute(PUT, 1, "published", "bob", None, None)
        await proposed.execute("RESET ROLE")


async def test_a_release_by_sql_is_on_the_audit_chain_too(proposed: asyncpg.Connection) -> None:
    await proposed.execute(PUT, 1, "published", "bob", None, None)
    entries = await proposed.fetch("SELECT actor, action, subject, detail FROM audit_event ORDER BY seq")
    assert [(entry["actor"], entry["action"], entry["subject"]) for entry in entries[-2:]] == [
        ("ann", "policy.proposed", "v1"),
        ("bob", "policy.published", "v1"),
    ]
    assert entries[-1]["detail"]["proposed_by"] == "ann"
    assert (await verify_chain(proposed)).fault is None


async def test_of_two_who_publish_at_once_the_second_is_told(
    edited: Edited, database: asyncpg.Connection
) -> None:
    first = await put_in_force(database, edited.folder)
    with pytest.raises(ReleaseRefused, match="meanwhile"):
        await publish(database, first, by("bob"), seen=0)


async def test_a_release_is_published_while_reports_are_examined(
    edited: Edited, database: asyncpg.Connection, database_url: str
) -> None:
    examining = await asyncpg.connect(database_url)
    try:
        assert await lock(examining)
        await database.execute("SET lock_timeout = '5s'")
        assert await put_in_force(database, edited.folder)
    finally:
        await examining.close()


async def test_going_back_twice_goes_two_steps_back(edited: Edited, database: asyncpg.Connection) -> None:
    for version in ("v1", "v2", "v3"):
        await put_files_in_force(database, version, {"rules.toml": version})
    assert [await go_back(database), await go_back(database)] == ["v2", "v1"]
    with pytest.raises(ReleaseRefused, match="Nothing was in force before v1"):
        await go_back(database)
    changes = await read_changes(database)
    to = way_back(changes, "v3")
    await roll_back(database, to, by("bob"), why="a test", seen=len(changes))
    assert await go_back(database) == "v2"
    found = await read_in_force(database)
    assert found is not None
    assert (found.number, found.files) == (7, {"rules.toml": "v2"})


async def test_the_folder_in_use_before_is_what_the_first_release_can_be_rolled_back_to(
    edited: Edited, database: asyncpg.Connection
) -> None:
    await with_signers(database)
    edited.append("rules.toml", FLY_TIPPING)
    await database.execute(PROPOSE, "v1", "ann")
    await publish(database, "v1", by("bob"), seen=0, inherited=("folder", {"rules.toml": "before"}))
    assert await go_back(database) == "folder"
