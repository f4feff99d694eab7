"""The ways in: a password, a code, a passkey, an identity provider. Each try is slowed down, and on the record."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from service.access import accounts, passkeys, passwords, sign_in
from service.access.accounts import Account
from service.access.acting import keeping
from service.access.desk import Desk
from service.access.device import known_device
from service.access.errors import SignInRefused
from service.access.oidc import Vouched
from service.access.record import record
from service.access.throttle import Counted, of_account, of_network
from service.access.tokens import new_token

_UNKNOWN: Final = "unknown"


class Entrance:
    """One try at a way in, from one network and one browser."""

    def __init__(self, desk: Desk, pool: asyncpg.Pool, *, network: str | None, device: str) -> None:
        self._desk = desk
        self._pool = pool
        self._network = () if network is None else (of_network(f"network:{network}"),)
        self._device = device

    async def with_password(self, email: str, password: str) -> str:
        """Show an e-mail address and its password; returns the token of the sign-in that this begins.

        Raises SignInThrottled, or SignInRefused, which says the same whether there is such an account or not.
        """
        async with keeping(self._pool) as connection:
            account = await accounts.by_email(connection, email)
        counted = self._counted("password", account, accounts.plain_email(email))
        await self._desk.throttle.begin(*counted)
        # No connection is held meanwhile: this takes a tenth of a second.
        fits = await passwords.fits(password, None if account is None else account.password)
        if account is None or not fits or account.overdue:
            await self._refused("password", account)
            raise SignInRefused("The e-mail address or the password is not right.")
        await self._desk.throttle.succeeded(*counted)
        token = new_token()
        async with keeping(self._pool) as connection:
            await sign_in.begin(connection, token, "password", account.id)
        return token

    async def with_code(self, token: str, typed: str) -> None:
        """Show a time-based or a recovery code. Raises SignInThrottled, SignInRefused or SignInOver."""
        async with keeping(self._pool) as connection:
            account = (await sign_in.find(connection, token)).known
        counted = self._counted("code", account, str(account.id))
        await self._desk.throttle.begin(*counted)
        async with keeping(self._pool) as connection:
            account = (await sign_in.find(connection, token)).known
            factor = await accounts.take_code(connection, self._desk.ring, account, typed, self._desk.clock())
            if factor is not None:
                await sign_in.factor_shown(connection, token, factor)
        if factor is None:
            await self._refused("code", account)
            raise SignInRefused("This code is not right, or was used before. Wait for the next one.")
        await self._desk.throttle.succeeded(*counted)

    async def ask_for_passkey(self, token: str, *, as_factor: bool) -> dict[str, Any]:
        """What the browser is asked: for a passkey of the account, or of anybody's to begin with."""
        challenge = passkeys.new_challenge()
        async with keeping(self._pool) as connection:
            if as_factor:
                account = (await sign_in.find(connection, token)).known
                await sign_in.set_challenge(connection, token, challenge)
                known = await accounts.passkeys(connection, account.id)
            else:
                await sign_in.begin(connection, token, "passkey", None, challenge)
                known = []
        return passkeys.questions(self._desk.site, challenge, known)

    async def with_passkey(self, token: str, answer: dict[str, Any]) -> None:
        """Show a passkey. Raises SignInThrottled, SignInRefused or SignInOver."""
        await self._desk.throttle.begin(*self._network)
        try:
            async with keeping(self._pool) as connection:
                await self._check_passkey(connection, token, answer)
        except SignInRefused:
            await self._refused("passkey", None)
            raise
        await self._desk.throttle.succeeded(*self._network)

    async def _check_passkey(
        self, connection: asyncpg.Connection, token: str, answer: dict[str, Any]
    ) -> None:
        under_way = await sign_in.find(connection, token)
        found = await accounts.passkey_by_credential(connection, passkeys.credential_of(answer))
        if found is None or under_way.challenge is None:
            raise SignInRefused("This passkey is not known here.")
        owner: UUID = found["account_id"]
        if under_way.account is not None and under_way.account.id != owner:
            raise SignInRefused("This passkey is somebody else's.")
        count = passkeys.shown(
            self._desk.site, under_way.challenge, answer, found["public_key"], found["sign_count"]
        )
        if await accounts.by_id(connection, owner) is None:
            raise SignInRefused("This passkey is not known here.")
        await accounts.use_passkey(connection, found["id"], count)
        if under_way.account is None:
            await sign_in.begin(connection, token, "passkey", owner)
        await sign_in.factor_shown(connection, token, "passkey")

    async def with_provider(self, token: str, vouched: Vouched) -> None:
        """Come in by an identity provider's word. Raises SignInRefused for somebody who was not invited."""
        async with keeping(self._pool) as connection:
            account = await accounts.of_identity(connection, vouched.issuer, vouched.subject, vouched.email)
            known = account is not None and await accounts.by_id(connection, account) is not None
            if known:
                await sign_in.begin(connection, token, "oidc", account)
                if vouched.strong:
                    await sign_in.factor_shown(connection, token, "oidc")
        if not known:
            await self._refused("provider", None)
            raise SignInRefused(
                "You signed in there, but have no account here. Ask an administrator to invite you."
            )

    def _counted(self, what: str, account: Account | None, name: str) -> tuple[Counted, ...]:
        """A browser that signed in to this account before is counted by itself, whoever guesses elsewhere."""
        mark = self._desk.ring.mark
        if account is not None and known_device(self._desk.ring, account.id, self._device):
            return (of_account(f"{what}:device:{mark('tries', self._device).hex()}"),)
        return (of_account(f"{what}:{mark('tries', name).hex()}"), *self._network)

    async def _refused(self, what: str, account: Account | None) -> None:
        """Put a failure on the record: with the account if there is one, and nothing of what was typed."""
        subject = _UNKNOWN if account is None else str(account.id)
        async with keeping(self._pool) as connection:
            await record(connection, _UNKNOWN, "sign_in.refused", subject, shown=what)
