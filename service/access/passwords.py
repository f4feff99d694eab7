"""Passwords: which are refused, how they are kept, and the one-time ones.

At least 12 characters and not easy to guess, with no rule about digits or signs (NIST SP 800-63B, 3.1.1.2). How easy is
asked of zxcvbn, which carries 30,000 common passwords, English words and names, and sees through the usual ways of
dressing them up. Nothing is asked of anybody's server.
"""

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from service.access.errors import PasswordWeak
from service.ids import ALPHABET

SHORTEST: Final = 12
LONGEST: Final = 200
_ENOUGH: Final = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses. With argon2id that is years for whoever stole the database."""
_LOOKED_AT: Final = 72
_OURS: Final = ("evenlode", "council", "westoxon", "oxfordshire", "police", "thamesvalley")
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with 19 MiB and 2 passes (OWASP, Password Storage): the same process takes reports, and whoever sends it
guesses must not be able to keep it from that."""
_NOBODY: Final = _HASHER.hash(secrets.token_urlsafe())
_AT_ONCE: Final = asyncio.Semaphore(2)
"""How many are hashed at a time, so that tries that come together do not fill the memory."""


def refuse_weak(password: str, *personal: str) -> None:
    """Raises PasswordWeak, saying why. `personal` is what somebody who knows the person would try first."""
    if len(password) < SHORTEST:
        raise PasswordWeak(f"Use at least {SHORTEST} characters. Three or four unrelated words work well.")
    if len(password) > LONGEST:
        raise PasswordWeak(f"Use at most {LONGEST} characters.")
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=[*personal, *_OURS])
    if found["score"] < _ENOUGH:
        why = found["feedback"]["warning"].rstrip(".")
        raise PasswordWeak(
            f"This password is too easy to guess{f': {why[0].lower()}{why[1:]}' if why else ''}."
            " Three or four unrelated words work well."
        )


async def hashed(password: str) -> str:
    """What is kept of a password."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password. Takes as long where there is none, so that nobody learns whether there is."""
    async with _AT_ONCE:
        right = await asyncio.to_thread(_verified, password[:LONGEST], kept or _NOBODY)
    return right and kept is not None


def _verified(password: str, kept: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def one_time_password() -> str:
    """A password for one use, to be read out or copied: 16 characters of 31, 79 bits."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(drawn[start : start + 4] for start in range(0, 16, 4))
