"""A sign-in under way, step by step: who it is, the second factor, what has to be set up first, then a session.

Which step is next follows from what the account has and what was shown, so no step can be left out by asking for the
address of a later one.
"""

from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from service.access import accounts, codes, sessions
from service.access.accounts import Account
from service.access.errors import SignInOver
from service.access.tokens import token_hash
from service.db.sql import load_queries
from service.keys import KeyRing

Method = Literal["password", "passkey", "oidc"]
Step = Literal["factor", "password", "enrol", "done"]
_QUERIES: Final = load_queries("service.access", "sign_in.sql")


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown so far. `account` is None until it is known who it is."""

    token: str
    account: Account | None
    method: Method
    factor: str | None
    challenge: bytes | None
    draft_key_id: str | None
    draft_secret: bytes | None

    @property
    def known(self) -> Account:
        """The account; SignInOver while it is not known."""
        if self.account is None:
            raise SignInOver
        return self.account

    @property
    def step(self) -> Step:
        """What comes next. A factor that exists is asked for before anything may be changed."""
        account = self.known
        if self.factor is None and account.has_factor:
            return "factor"
        if self.method == "password" and account.password_once:
            return "password"
        return "enrol" if self.factor is None else "done"


async def begin(
    connection: asyncpg.Connection,
    token: str,
    method: Method,
    account: UUID | None,
    challenge: bytes | None = None,
) -> None:
    """Begin a sign-in, in place of one that the token stood for before."""
    await connection.execute(_QUERIES["forget_old"])
    await connection.execute(_QUERIES["begin"], token_hash(token), account, method, challenge)


async def find(connection: asyncpg.Connection, token: str) -> SignIn:
    """The sign-in under way, held until the transaction ends. Raises SignInOver."""
    row = await connection.fetchrow(_QUERIES["found"], token_hash(token))
    if row is None:
        raise SignInOver
    account = None
    if (
        row["account_id"] is not None
        and (account := await accounts.by_id(connection, row["account_id"])) is None
    ):
        raise SignInOver
    return SignIn(
        token=token,
        account=account,
        method=row["method"],
        factor=row["factor"],
        challenge=row["challenge"],
        draft_key_id=row["draft_key_id"],
        draft_secret=row["draft_secret"],
    )


async def set_challenge(connection: asyncpg.Connection, token: str, challenge: bytes | None) -> None:
    """Keep what a passkey has to sign; None once it was used."""
    await connection.execute(_QUERIES["challenge"], token_hash(token), challenge)


async def factor_shown(connection: asyncpg.Connection, token: str, factor: str) -> None:
    """Note that a second factor was shown."""
    await connection.execute(_QUERIES["factor"], token_hash(token), factor)


async def drafted_secret(connection: asyncpg.Connection, ring: KeyRing, under_way: SignIn) -> str:
    """The secret offered for time-based codes: the same until the sign-in is over, so that its page may be reloaded."""
    account = under_way.known
    if under_way.draft_key_id is not None and under_way.draft_secret is not None:
        return ring.open_factor(account.id.bytes, under_way.draft_key_id, under_way.draft_secret).decode()
    secret = codes.new_secret()
    key_id, sealed = ring.close_factor(account.id.bytes, secret.encode())
    await connection.execute(_QUERIES["draft"], token_hash(under_way.token), key_id, sealed)
    return secret


async def finish(connection: asyncpg.Connection, under_way: SignIn, device: str) -> str:
    """End the sign-in and begin the session it led to; returns the session's token. Raises SignInOver too early."""
    if under_way.step != "done":
        raise SignInOver
    await connection.execute(_QUERIES["finish"], token_hash(under_way.token))
    method = (
        under_way.method
        if under_way.factor == under_way.method
        else f"{under_way.method}, {under_way.factor}"
    )
    return await sessions.start(connection, under_way.known.id, method, device)


async def forget_all(connection: asyncpg.Connection, account: UUID) -> None:
    """Forget every sign-in of an account that is under way."""
    await connection.execute(_QUERIES["finish_account"], account)
