"""Accounts as signing in sees them: password, codes, passkeys, and who they are at an identity provider."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from service.access import codes, passwords
from service.access.actor import Office
from service.access.record import record
from service.clock import utc_now
from service.db.sql import load_queries
from service.ids import uuid7
from service.keys import KeyRing

_QUERIES: Final = load_queries("service.access", "accounts.sql")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is not disabled, with what it can show that it is itself."""

    id: UUID
    email: str
    name: str
    office: Office | None
    password: str | None
    overdue: bool
    """True when a one-time password was not used in time."""
    password_once: bool
    totp_key_id: str | None
    totp_secret: bytes | None
    has_passkey: bool
    recovery_codes: int

    @property
    def has_factor(self) -> bool:
        """Whether a second factor is set up. Recovery codes alone are none."""
        return self.totp_secret is not None or self.has_passkey

    @property
    def on_record(self) -> str:
        """How the audit names it."""
        return f"account:{self.id}"


class Passkey(msgspec.Struct, frozen=True):
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None
    credential_id: bytes


def plain_email(typed: str) -> str:
    """An e-mail address in the form accounts keep it."""
    return typed.strip().lower()


async def by_email(connection: asyncpg.Connection, typed: str) -> Account | None:
    """The account of an e-mail address."""
    row = await connection.fetchrow(_QUERIES["by_email"], plain_email(typed))
    return None if row is None else Account(**row)


async def by_id(connection: asyncpg.Connection, account: UUID) -> Account | None:
    """The account of an id."""
    row = await connection.fetchrow(_QUERIES["by_id"], account)
    return None if row is None else Account(**row)


async def set_password(connection: asyncpg.Connection, account: Account, password: str) -> None:
    """Give an account a password of its owner's choice. Raises PasswordWeak."""
    passwords.refuse_weak(password, account.name, *account.email.split("@"))
    await connection.execute(_QUERIES["set_password"], account.id, await passwords.hashed(password))
    await record(connection, account.on_record, "account.password_changed", account.id)


async def enrol_totp(
    connection: asyncpg.Connection, ring: KeyRing, account: Account, secret: str, used: int
) -> list[str]:
    """Set up time-based codes, of which the one numbered `used` was just given; returns new recovery codes."""
    key_id, sealed = ring.close_factor(account.id.bytes, secret.encode())
    await connection.execute(_QUERIES["set_totp"], account.id, key_id, sealed, used)
    await record(connection, account.on_record, "account.factor_added", account.id, factor="code")
    return await new_recovery_codes(connection, ring, account)


async def new_recovery_codes(connection: asyncpg.Connection, ring: KeyRing, account: Account) -> list[str]:
    """Make recovery codes; those before are worth nothing from now on."""
    drawn = codes.new_recovery_codes()
    await connection.execute(_QUERIES["forget_recovery_codes"], account.id)
    await connection.execute(
        _QUERIES["add_recovery_codes"], account.id, codes.recovery_marks(ring, account.id, drawn)
    )
    await record(connection, account.on_record, "account.recovery_codes_made", account.id)
    return drawn


async def take_code(
    connection: asyncpg.Connection, ring: KeyRing, account: Account, typed: str, now: datetime
) -> str | None:
    """Which factor a typed code is, "code" or "recovery code", or None when it is none. Each works once."""
    if account.totp_secret is not None and account.totp_key_id is not None:
        secret = ring.open_factor(account.id.bytes, account.totp_key_id, account.totp_secret).decode()
        number = codes.number_of(secret, typed, now)
        if number is not None:
            used = await connection.fetchval(_QUERIES["use_totp"], account.id, number)
            return None if used is None else "code"
    mark = codes.recovery_mark(ring, account.id, typed)
    if mark is not None and await connection.fetchval(_QUERIES["use_recovery_code"], account.id, mark):
        await record(
            connection,
            account.on_record,
            "account.recovery_code_used",
            account.id,
            left=account.recovery_codes - 1,
        )
        return "recovery code"
    return None


async def passkeys(connection: asyncpg.Connection, account: UUID) -> list[Passkey]:
    """The passkeys of an account, the oldest first."""
    return [Passkey(*row.values()) for row in await connection.fetch(_QUERIES["passkeys"], account)]


async def add_passkey(
    connection: asyncpg.Connection,
    account: Account,
    credential_id: bytes,
    public_key: bytes,
    count: int,
    name: str,
) -> None:
    """Keep a passkey that was shown to be its owner's."""
    await connection.execute(
        _QUERIES["add_passkey"], uuid7(utc_now()), account.id, credential_id, public_key, count, name
    )
    await record(connection, account.on_record, "account.factor_added", account.id, factor="passkey")


async def remove_passkey(connection: asyncpg.Connection, account: Account, passkey: UUID) -> bool:
    """Forget a passkey; False when it is not the account's, or is its only second factor."""
    if account.totp_secret is None and len(await passkeys(connection, account.id)) < 2:
        return False
    if await connection.fetchval(_QUERIES["remove_passkey"], account.id, passkey) is None:
        return False
    await record(connection, account.on_record, "account.factor_removed", account.id, factor="passkey")
    return True


async def passkey_by_credential(
    connection: asyncpg.Connection, credential_id: bytes
) -> asyncpg.Record | None:
    """A passkey by what a browser calls it: its id, account, public key and count."""
    return await connection.fetchrow(_QUERIES["passkey_by_credential"], credential_id)


async def use_passkey(connection: asyncpg.Connection, passkey: UUID, count: int) -> None:
    """Note that a passkey was used."""
    await connection.execute(_QUERIES["use_passkey"], passkey, count)


async def of_identity(
    connection: asyncpg.Connection, issuer: str, subject: str, email: str | None
) -> UUID | None:
    """Whose account somebody at an identity provider has here.

    Known by the subject alone. An address that the provider has verified counts once, to take up an invitation.
    """
    known: UUID | None = await connection.fetchval(_QUERIES["by_identity"], issuer, subject)
    if known is not None or email is None:
        return known
    invited: UUID | None = await connection.fetchval(_QUERIES["invited"], plain_email(email), issuer)
    if invited is not None:
        await connection.execute(_QUERIES["link_identity"], issuer, subject, invited)
        await record(connection, f"account:{invited}", "account.identity_linked", invited, issuer=issuer)
    return invited
