"""Ids, references and receipts.

Everything people read or copy uses an alphabet without 0, O, 1, I and L, and ends in a check character, so that a
slip of the pen is noticed instead of finding somebody else's report.
"""

import hashlib
from datetime import datetime
from itertools import product
from operator import mul
from typing import Final
from uuid import UUID

from service.randomness import random_bytes

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters; 31 is prime, which is what lets the check character catch every single slip and every swap."""
_BASE: Final = len(ALPHABET)
_VALUES: Final = bytes(max(ALPHABET.find(chr(code)), 0) for code in range(256))
_WEIGHTS: Final = range(2, 2 + _BASE)
_LETTERS: Final = bytes(ord(ALPHABET[code % len(ALPHABET)]) for code in range(256))
_VERSION_AND_VARIANT: Final = 0x7 << 76 | 0b10 << 62
_NOISE_MASK: Final = 0xFFF << 64 | 0x3FFF_FFFF_FFFF_FFFF
_NOISE_BYTES: Final = 10
_REFERENCE_LENGTH: Final = 7
_RECEIPT_LENGTH: Final = 19
_ORGANISATION_LENGTH: Final = 5
_GROUP: Final = 4
_LOOK_ALIKE: Final = {"0": "QD8", "O": "QD", "1": "7J", "I": "JT", "L": "J7"}
"""What somebody may have read as a character that no code has."""
_MOST_MISREAD: Final = 3


def uuid7(moment: datetime) -> UUID:
    """A UUIDv7 (RFC 9562) for `moment`: 48 bits of Unix milliseconds, then 74 random bits.

    For an anonymous report pass a moment cut to the minute: the id then tells no more than that.
    """
    return UUID(int=_uuid7_number(moment))


def uuid7_stem(moment: datetime) -> str:
    """A UUIDv7 as text without its last four hexadecimal digits, for 65,536 ids that follow one another.

    RFC 9562, section 6.2, method 1. Whoever knows one can tell the others, so a stem stays within what one party may
    see.
    """
    return str(uuid7(moment))[:-4]


def _uuid7_number(moment: datetime) -> int:
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    noise = int.from_bytes(random_bytes(_NOISE_BYTES)) & _NOISE_MASK
    return milliseconds << 80 | _VERSION_AND_VARIANT | noise


def check_character(body: str) -> str:
    """The check character of `body`: a weighted sum modulo 31, weights counting up from 2 at the right.

    Catches every single wrong character and every swap of two characters, for bodies of up to 29.
    """
    values = body.encode().translate(_VALUES)[::-1]
    return ALPHABET[-sum(map(mul, values, _WEIGHTS)) % _BASE]


def new_reference(prefix: str) -> str:
    """A reference such as `WO-7F3K-9MPX`: random, in no order, its last character the check.

    31**7 are possible, and the database refuses the rare twin.
    """
    return f"{prefix}-{_spelt(random_bytes(_REFERENCE_LENGTH))}"


def valid_code(code: str, length: int) -> str | None:
    """`code` as it is kept when its characters and check are right, else None.

    Small letters, spaces and dashes do not matter, and neither do the look-alikes a person may read for a character
    that the alphabet leaves out.
    """
    plain = "".join(character for character in code.upper() if character.isalnum())
    if len(plain) != length or any(character not in ALPHABET for character in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None


def valid_reference(text: str, prefix: str) -> str | None:
    """`text` in the form references are kept in, or None when it cannot be one."""
    body = text.strip().upper().removeprefix(prefix.upper())
    plain = valid_code(body, _REFERENCE_LENGTH + 1)
    return None if plain is None else f"{prefix}-{_grouped(plain)}"


def receipt_for(key: bytes, idempotency_key: str, body_hash: bytes) -> str:
    """The receipt of a report that came with an Idempotency-Key.

    Derived, not drawn, so that a repeated request is answered with the same receipt although only its hash is kept.
    Whoever lacks the ring's key cannot make it, whatever they know of the request. 19 characters, 94 bits.
    """
    told = idempotency_key.encode() + b"\x00" + body_hash
    return _spelt(hashlib.blake2b(told, key=key, digest_size=_RECEIPT_LENGTH).digest())


def new_receipt() -> str:
    """A random receipt of 94 bits, for a request without an Idempotency-Key."""
    return _spelt(random_bytes(_RECEIPT_LENGTH))


def receipt_hash(receipt: str) -> bytes:
    """What is kept of a receipt: the SHA-256 of its 20 characters without dashes.

    Plain SHA-256 is enough: there is no guessing 94 random bits. A receipt from outside goes through `valid_receipt`
    first.
    """
    return hashlib.sha256(receipt.replace("-", "").encode()).digest()


def valid_receipt(text: str) -> str | None:
    """`text` in the form receipts are given in, or None when it cannot be one."""
    plain = valid_code(text, _RECEIPT_LENGTH + 1)
    return None if plain is None else _grouped(plain)


def receipts_meant(text: str) -> list[str]:
    """The receipts that `text` can have been meant to be: most often one, none when it cannot be any.

    Spaces, dashes and small letters make no difference. For 0, O, 1, I and L, which receipts do not have, what looks
    like them is tried, and the check character says which of those fit.
    """
    plain = [character for character in text.upper() if character.isalnum()]
    if len(plain) != _RECEIPT_LENGTH + 1 or sum(one in _LOOK_ALIKE for one in plain) > _MOST_MISREAD:
        return []
    tried = product(*(_LOOK_ALIKE.get(one, one) for one in plain))
    return [receipt for one in tried if (receipt := valid_receipt("".join(one))) is not None]


def new_organisation_code() -> str:
    """A code such as `7F3K9N` for a poster: 5 random characters and the check, short enough to be typed by hand."""
    return _spelt(random_bytes(_ORGANISATION_LENGTH)).replace("-", "")


def valid_organisation_code(text: str) -> str | None:
    """`text` in the form such codes are kept in, or None when it cannot be one."""
    return valid_code(text, _ORGANISATION_LENGTH + 1)


def _spelt(noise: bytes) -> str:
    """Random bytes as a code, a character for each byte, with its check character.

    A byte does not divide evenly into 31, so eight characters come 9 times in 256 and the others 8 times: 4.95 bits a
    character.
    """
    body = noise.translate(_LETTERS).decode()
    return _grouped(body + check_character(body))


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP))
