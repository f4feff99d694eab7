"""Every route says who may call it, and the database's roles hold even where a guard would not."""

from contextlib import asynccontextmanager

import asyncpg
import pytest
from litestar import Litestar, get

from service.access.actor import ROLES
from service.access.guards import AccessUndeclared, Allow, allow, anyone, declared, refuse_undeclared, routes
from service.app import assemble
from tests.access.visiting import COORDINATOR, Console

FOR_ANYONE = {
    "/desk/sign-in",
    "/desk/sign-in/enrol",
    "/desk/sign-in/factor",
    "/desk/sign-in/passkey",
    "/desk/sign-in/passkey/options",
    "/desk/sign-in/password",
    "/desk/sign-in/provider",
    "/desk/sign-in/provider/back",
    "/v1/audit",
    "/v1/deliveries/{delivery:uuid}/acknowledgement",
    "/v1/follow-up/files",
    "/v1/follow-up/messages",
    "/v1/follow-up/status",
    "/v1/reports",
    "/v1/schemas/handover",
}
"""What anybody may call under the console's and the programs' addresses. Add to it with care."""
PUBLIC = ("/desk", "/queue", "/v1")


def application() -> Litestar:
    @asynccontextmanager
    async def never(_: Litestar):  # type: ignore[no-untyped-def]
        yield

    return assemble(never)


def test_every_route_declares_who_may_and_only_known_ones_are_for_anyone() -> None:
    found = list(routes(application()))
    assert len(found) > 50
    undeclared = [(path, name) for path, name, handler in found if declared(handler) is None]
    assert undeclared == []
    opened = {
        path for path, _, handler in found if path.startswith(PUBLIC) and declared(handler) == frozenset()
    }
    assert opened <= FOR_ANYONE


def test_no_public_page_is_for_the_signed_in_alone() -> None:
    for path, _, handler in routes(application()):
        assert path.startswith(PUBLIC) or declared(handler) == frozenset(), path


def test_a_route_that_was_forgotten_keeps_the_application_from_starting() -> None:
    @get("/desk/forgotten")
    async def forgotten() -> None:
        """Nobody said who may."""

    @get("/open", opt=anyone)
    async def opened() -> None:
        """Anybody may."""

    @get("/desk/lead", guards=[allow("lead")])
    async def closed() -> None:
        """A lead may."""

    refuse_undeclared(Litestar([opened, closed], openapi_config=None))
    with pytest.raises(AccessUndeclared, match="/desk/forgotten"):
        refuse_undeclared(Litestar([opened, closed, forgotten], openapi_config=None))


def test_a_guard_is_for_roles_there_are() -> None:
    with pytest.raises(ValueError, match="for some of"):
        allow()
    with pytest.raises(ValueError, match="for some of"):
        allow("manager")  # type: ignore[arg-type]
    assert isinstance(allow(*ROLES), Allow)


async def test_no_route_for_the_signed_in_answers_a_stranger(console: Console) -> None:
    for path, _, handler in routes(application()):
        if not declared(handler):
            continue
        for method in handler.http_methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}:  # type: ignore[attr-defined]
            address = path.replace("{", "").replace("}", "").split(":")[0]
            answer = await console.http.request(method, address, headers={"Accept": "application/json"})
            assert answer.status_code in {401, 404, 405}, (method, path, answer.status_code)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM account",
        "SELECT * FROM session",
        "SELECT * FROM sign_in",
        "SELECT * FROM passkey",
        "SELECT * FROM api_key",
        "SELECT * FROM identity",
        "SELECT * FROM recovery_code",
        "SELECT * FROM membership",
        "SELECT live_session('anything')",
        "SELECT * FROM open_session('anything')",
        "UPDATE session SET ended_at = NULL",
        "INSERT INTO audit_event (at, actor, action, subject, detail) VALUES (now(), 'somebody', 'x', 'y', '{}')",
        "SELECT actor_record('x', 'y', '{}')",
        "SELECT * FROM source",
    ],
)
async def test_the_consoles_role_reads_no_account_and_writes_no_record_in_anothers_name(
    console: Console, statement: str
) -> None:
    connection = await asyncpg.connect(console.url, server_settings={"role": "evenlode_console"})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_database_knows_the_actor_by_the_token_alone(console: Console) -> None:
    visitor = await console.signed_in(COORDINATOR)
    connection = await asyncpg.connect(console.url, server_settings={"role": "evenlode_console"})
    try:
        for guess in (
            "",
            str(visitor.person.account),
            str(await console.session_of(visitor.person)),
            "' OR true --",
        ):
            await connection.execute("SELECT set_config('evenlode.session', $1, false)", guess)
            assert await connection.fetchval("SELECT actor_account()") is None
            assert await connection.fetchval("SELECT actor_teams()") == []
            assert await connection.fetch("SELECT * FROM colleague") == []
        await connection.execute("SELECT set_config('evenlode.session', $1, false)", visitor.session)
        assert await connection.fetchval("SELECT actor_account()") == visitor.person.account
        assert await connection.fetchval("SELECT actor_teams()") == ["asb_team"]
        assert await connection.fetchval("SELECT actor_leads()") == []
        assert await connection.fetchval("SELECT actor_has_role('coordinator')") is True
        for other in ("lead", "auditor", "administrator", ""):
            assert await connection.fetchval("SELECT actor_has_role($1)", other) is False
        await connection.execute("SELECT actor_record('a.test', 'of the record', '{}')")
    finally:
        await connection.close()
    assert len(await console.recorded("a.test", visitor.person)) == 1


async def test_roles_are_given_by_an_administrator_even_past_the_pages(console: Console) -> None:
    visitor = await console.signed_in(COORDINATOR)
    connection = await asyncpg.connect(console.url, server_settings={"role": "evenlode_access"})
    try:
        await connection.execute("SELECT set_config('evenlode.session', $1, false)", visitor.session)
        for statement in (
            "UPDATE membership SET role = 'lead' WHERE account_id = $1",
            "UPDATE account SET disabled_at = NULL WHERE id = $1",
            "UPDATE account SET office = 'administrator' WHERE id = $1",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only an administrator"):
                await connection.execute(statement, visitor.person.account)
    finally:
        await connection.close()


async def test_nobody_has_both_a_team_and_an_office(console: Console) -> None:
    visitor = await console.signed_in(COORDINATOR)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await console.database.execute(
            "UPDATE account SET office = 'auditor' WHERE id = $1", visitor.person.account
        )
