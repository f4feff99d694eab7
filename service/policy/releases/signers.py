"""Who may sign: named people, each with a passphrase that was shown once.

The passphrase is drawn here and has 94 bits, so nobody guesses it; the wait after wrong ones is there to make trying
seen. What is kept is its scrypt hash (RFC 7914).
"""

import base64
import hashlib
import hmac
import shlex
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.ids import new_receipt
from service.policy.releases.model import ReleaseRefused, SignerRefused
from service.policy.releases.store import Signature, record
from service.randomness import random_bytes

_QUERIES: Final = load_queries("service.policy.releases", "releases.sql")
_LOG_N, _R, _P = 14, 8, 1
"""16 MiB and some 50 ms for one try."""
_FREE_TRIES: Final = 3
_LONGEST_WAIT: Final = timedelta(minutes=15)


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """One who may sign. `vouched_by` names the one of the first two whose line this is."""

    name: str
    added_by: str | None
    vouched_by: str
    added_at: datetime
    retired_at: datetime | None
    refused_until: datetime | None


async def read_signers(connection: asyncpg.Connection) -> list[Signer]:
    """Every signer, the first first, those retired among them."""
    return [Signer(**row) for row in await connection.fetch(_QUERIES["signers"])]


async def add_signer(
    connection: asyncpg.Connection, name: str, *, by: str | None, account: str, at: datetime
) -> str:
    """Add a signer and return the passphrase, which is kept nowhere.

    `by` is the signer who adds, whose passphrase was checked; None for the first two. Raises ReleaseRefused.
    """
    passphrase = new_receipt()
    try:
        await connection.execute(_QUERIES["add_signer"], name, verifier_of(passphrase), by, at, account)
    except asyncpg.UniqueViolationError as taken:
        raise ReleaseRefused(
            f"There is, or was, a signer {name}. A name stays with one person: take another."
        ) from taken
    except asyncpg.CheckViolationError as refused:
        if refused.constraint_name == "policy_signer_vouched":
            raise ReleaseRefused(
                "There are two signers already, so a further one is added by a signer: give --by NAME."
            ) from refused
        raise ReleaseRefused(
            "A name has 1 to 80 characters, none of them a line end, and no space at its ends."
        ) from refused
    return passphrase


async def retire_signer(connection: asyncpg.Connection, name: str, by: Signature) -> None:
    """Let a signer sign no more, for good. What they signed stays. Raises ReleaseRefused, as for the last of a line."""
    try:
        async with connection.transaction():
            if await connection.fetchval(_QUERIES["retire_signer"], name, by.at) is None:
                raise ReleaseRefused(f"There is no signer {name}, or they were retired before.")
            await _record(connection, by, "policy.signer_retired", name)
    except asyncpg.CheckViolationError as refused:
        if refused.constraint_name != "policy_signer_line":
            raise
        raise ReleaseRefused(
            f"{name} is the last of their line, and without two lines no policy can be published any more. First let"
            f" {name} add somebody: evenlode policy signer add NAME --by {shlex.quote(name)}"
        ) from refused


async def check_passphrase(connection: asyncpg.Connection, by: Signature, passphrase: str) -> None:
    """Return when the passphrase is that of an active signer; raise SignerRefused when not.

    A refusal is on the record and counts: after three in a row the signer waits, twice as long after each. It commits
    by itself, whatever becomes of what was to be signed, so do not call it inside a transaction.
    """
    async with connection.transaction():
        row = await connection.fetchrow(_QUERIES["signer"], by.signer)
        refusal = await _refusal(connection, row, by, passphrase)
        if refusal is not None:
            await _record(connection, by, "policy.signer_refused", by.signer)
    if refusal is not None:
        raise SignerRefused(refusal)


async def _refusal(
    connection: asyncpg.Connection, row: asyncpg.Record | None, by: Signature, passphrase: str
) -> str | None:
    if row is None or row["retired_at"] is not None:
        return f"There is no signer {by.signer}. `evenlode policy signer list` names them."
    if row["refused_until"] is not None and by.at < row["refused_until"]:
        seconds = int((row["refused_until"] - by.at).total_seconds()) + 1
        return f"Too many wrong passphrases for {by.signer}: wait {seconds} seconds."
    if fits(passphrase, row["verifier"]):
        if row["failures"]:
            await connection.execute(_QUERIES["signer_tried"], by.signer, 0, None)
        return None
    failures = row["failures"] + 1
    over = failures - _FREE_TRIES
    until = None
    if over >= 0:
        until = by.at + min(_LONGEST_WAIT, timedelta(seconds=10 * 2 ** min(over, 10)))
    await connection.execute(_QUERIES["signer_tried"], by.signer, failures, until)
    return f"This is not the passphrase of {by.signer}."


async def _record(connection: asyncpg.Connection, by: Signature, action: str, subject: str) -> None:
    await record(connection, by.at, by.signer, action, subject, {"account": by.account})


def verifier_of(passphrase: str) -> str:
    """What is kept of a passphrase: the costs, the salt and the scrypt hash."""
    salt = random_bytes(16)
    made = _scrypt(passphrase, salt, _LOG_N, _R, _P)
    return f"scrypt${_LOG_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def fits(passphrase: str, verifier: str) -> bool:
    """Whether it is the passphrase that the verifier was made from; dashes, spaces and small letters do not matter."""
    _, log_n, r, p, salt, made = verifier.split("$")
    tried = _scrypt(passphrase, base64.b64decode(salt), int(log_n), int(r), int(p))
    return hmac.compare_digest(tried, base64.b64decode(made))


def _scrypt(passphrase: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    plain = "".join(character for character in passphrase.upper() if character.isalnum())
    return hashlib.scrypt(
        plain.encode(), salt=salt, n=1 << log_n, r=r, p=p, maxmem=256 << log_n << 3, dklen=32
    )
