"""The keeping of accounts: added, given teams and roles, disabled, reset. By an administrator, or by a command."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from service.access import passwords, sessions, sign_in
from service.access.accounts import plain_email
from service.access.actor import Office, TeamRole
from service.access.errors import (
    AccountExists,
    AccountNeedsWork,
    AccountUnknown,
    LastAdministrator,
    TeamUnknown,
)
from service.access.record import record
from service.clock import utc_now
from service.db.sql import load_queries
from service.ids import uuid7

_QUERIES: Final = load_queries("service.access", "people.sql")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An account as whoever keeps it sees it: what it may and how it signs in, no secret."""

    id: UUID
    email: str
    name: str
    office: Office | None
    disabled_at: datetime | None
    made_at: datetime
    has_password: bool
    password_once: bool
    has_code: bool
    invited_until: datetime | None
    passkeys: int
    linked: bool
    teams: Mapping[str, TeamRole]
    last_session: datetime | None


class Rights(msgspec.Struct, frozen=True):
    """What an account may: teams with a role in each, or one office without teams."""

    teams: Mapping[str, TeamRole] = {}
    office: Office | None = None

    def check(self) -> None:
        """Raises AccountNeedsWork when it is neither or both."""
        if bool(self.teams) == (self.office is not None):
            raise AccountNeedsWork


async def every(connection: asyncpg.Connection) -> list[Person]:
    """All accounts, those in use first."""
    return [Person(**row) for row in await connection.fetch(_QUERIES["every"])]


async def one(connection: asyncpg.Connection, account: UUID) -> Person:
    """One account. Raises AccountUnknown."""
    found = next((person for person in await every(connection) if person.id == account), None)
    if found is None:
        raise AccountUnknown
    return found


async def id_of(connection: asyncpg.Connection, email: str) -> UUID:
    """The account of an e-mail address, disabled or not. Raises AccountUnknown."""
    found: UUID | None = await connection.fetchval(_QUERIES["id_of"], plain_email(email))
    if found is None:
        raise AccountUnknown
    return found


async def add(
    connection: asyncpg.Connection, email: str, name: str, rights: Rights, *, invited: bool, by: str
) -> tuple[UUID, str | None]:
    """Add an account; returns it with its one-time password, good for seven days and kept only as a hash.

    `invited`: no password, but fourteen days in which the identity provider may link somebody of that address.
    Raises AccountExists, AccountNeedsWork or TeamUnknown.
    """
    rights.check()
    account, once = uuid7(utc_now()), None if invited else passwords.one_time_password()
    kept = None if once is None else await passwords.hashed(once)
    async with connection.transaction():
        try:
            await connection.execute(
                _QUERIES["add"], account, plain_email(email), name.strip(), rights.office, kept
            )
        except asyncpg.UniqueViolationError as twin:
            raise AccountExists from twin
        await _give_teams(connection, account, rights)
        await record(
            connection,
            by,
            "account.added",
            account,
            teams=dict(rights.teams),
            office=rights.office,
            invited=invited,
        )
    return account, once


async def set_rights(connection: asyncpg.Connection, account: UUID, rights: Rights, *, by: str) -> None:
    """Give an account other teams, roles or another office.

    Its sessions end, so that none goes on that began with other rights; what it may is asked anew at every request
    besides. Raises AccountNeedsWork, TeamUnknown or LastAdministrator.
    """
    rights.check()
    async with connection.transaction():
        if rights.office != "administrator":
            await _not_the_last(connection, account)
        await connection.execute(_QUERIES["remove_memberships"], account)
        await connection.execute(_QUERIES["set_office"], account, rights.office)
        await _give_teams(connection, account, rights)
        await sessions.end_all(connection, account, "rights changed", by=by)
        await sign_in.forget_all(connection, account)
        await record(
            connection, by, "account.rights_changed", account, teams=dict(rights.teams), office=rights.office
        )


async def disable(connection: asyncpg.Connection, account: UUID, *, by: str) -> bool:
    """Let an account sign in no more, and end its sessions at once; False when it was so before."""
    async with connection.transaction():
        await _not_the_last(connection, account)
        if await connection.fetchval(_QUERIES["disable"], account) is None:
            return False
        await sessions.end_all(connection, account, "disabled", by=by)
        await sign_in.forget_all(connection, account)
        await record(connection, by, "account.disabled", account)
    return True


async def enable(connection: asyncpg.Connection, account: UUID, *, by: str) -> bool:
    """Let a disabled account sign in again; False when it was not disabled."""
    async with connection.transaction():
        if await connection.fetchval(_QUERIES["enable"], account) is None:
            return False
        await record(connection, by, "account.enabled", account)
    return True


async def reset(connection: asyncpg.Connection, account: UUID, *, by: str) -> str:
    """Take away password, second factors and sessions; returns a one-time password.

    Both together: were the password left, whoever has learnt it could set up a second factor of their own. Raises
    AccountUnknown.
    """
    once = passwords.one_time_password()
    kept = await passwords.hashed(once)
    async with connection.transaction():
        if await connection.fetchval(_QUERIES["reset"], account, kept) is None:
            raise AccountUnknown
        await connection.execute(_QUERIES["forget_passkeys"], account)
        await connection.execute(_QUERIES["forget_recovery_codes"], account)
        await sessions.end_all(connection, account, "factor changed", by=by)
        await sign_in.forget_all(connection, account)
        await record(connection, by, "account.reset", account)
    return once


async def _give_teams(connection: asyncpg.Connection, account: UUID, rights: Rights) -> None:
    try:
        await connection.execute(
            _QUERIES["add_memberships"], account, list(rights.teams), list(rights.teams.values())
        )
    except asyncpg.ForeignKeyViolationError as unknown:
        raise TeamUnknown from unknown


async def _not_the_last(connection: asyncpg.Connection, account: UUID) -> None:
    """Raises LastAdministrator. The rows are held, so that two do not disable each other."""
    held = [row["id"] for row in await connection.fetch(_QUERIES["lock_administrators"])]
    if held == [account]:
        raise LastAdministrator
