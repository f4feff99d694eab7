"""Second factors that are typed: time-based codes (RFC 6238), and recovery codes for whoever lost the telephone."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pyotp

from service.ids import ALPHABET
from service.keys import KeyRing

STEP: Final = 30
_EARLIER_OR_LATER: Final = 1
"""Steps a telephone's clock may be off."""
RECOVERY_CODES: Final = 10
_RECOVERY_LENGTH: Final = 12


def new_secret() -> str:
    """The secret an authenticator app is given: 160 random bits."""
    return pyotp.random_base32()


def enrolment_address(secret: str, email: str) -> str:
    """What the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Evenlode")


def number_of(secret: str, typed: str, now: datetime) -> int | None:
    """Which code this is, counted in steps since 1970, or None when it is none of about now.

    The caller keeps the number and takes no code that is not later: each works once.
    """
    code = "".join(character for character in typed if not character.isspace())
    clock = pyotp.TOTP(secret, interval=STEP)
    for off in range(-_EARLIER_OR_LATER, _EARLIER_OR_LATER + 1):
        at = now + timedelta(seconds=off * STEP)
        if secrets.compare_digest(clock.at(at).encode(), code.encode()):
            return int(at.timestamp()) // STEP
    return None


def new_recovery_codes() -> list[str]:
    """Codes that each stand in for the second factor once: 59 bits each."""
    drawn = (
        "".join(secrets.choice(ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)
    )
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in drawn]


def recovery_mark(ring: KeyRing, account: UUID, typed: str) -> bytes | None:
    """What is kept of a recovery code; None for what cannot be one."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    if len(plain) != _RECOVERY_LENGTH or any(character not in ALPHABET for character in plain):
        return None
    return ring.mark("recovery-code", f"{account}\0{plain}")


def recovery_marks(ring: KeyRing, account: UUID, codes: Iterable[str]) -> list[bytes]:
    """What is kept of new recovery codes."""
    return [mark for code in codes if (mark := recovery_mark(ring, account, code))]
