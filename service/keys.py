"""The key ring: which secrets protect sources and receipts, and how they are rotated.

The ring is a JSON file of 32-byte secrets, newest first. The newest encrypts; older ones still open what they closed.
Each purpose uses a key of its own derived from the secret (HKDF-SHA256, RFC 5869), so that no key serves two ends.
"""

import base64
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.clock import utc_now
from service.errors import ServiceError, SettingsError
from service.randomness import random_bytes

Purpose = Literal["source", "receipt", "factor"]
_NONCE = 12
_MARK = 16
"""Bytes of a mark. Two of a thousand million different values come out alike once in 10^20 rings."""


class _StoredKey(msgspec.Struct, frozen=True):
    id: str
    created: str
    secret: str


class SourceUnreadable(ServiceError):
    """This source cannot be opened: its key is no longer on the ring, or it was changed."""

    code = "source-unreadable"


class KeyRing:
    """The loaded ring. `active_id` names the key in use for what is written now."""

    def __init__(self, stored: list[_StoredKey]) -> None:
        self.active_id = stored[0].id
        self._derived: Mapping[tuple[str, Purpose], bytes] = {
            (key.id, purpose): HKDF(SHA256(), 32, None, f"evenlode/{purpose}".encode()).derive(
                base64.b64decode(key.secret)
            )
            for key in stored
            for purpose in ("source", "receipt", "factor")
        }
        self._ciphers = {
            (key.id, purpose): AESGCM(self._derived[key.id, purpose])
            for key in stored
            for purpose in ("source", "factor")
        }
        self._mark_key = HKDF(SHA256(), 32, None, b"evenlode/mark").derive(
            base64.b64decode(stored[-1].secret)
        )

    def receipt_key(self, key_id: str) -> bytes:
        """The receipt key of one ring entry; SourceUnreadable when the entry is gone."""
        try:
            return self._derived[key_id, "receipt"]
        except KeyError:
            raise SourceUnreadable from None

    def close(self, report_id: bytes, plain: bytes) -> tuple[str, bytes]:
        """Encrypt a source for its report; returns the key's id and nonce + ciphertext (AES-256-GCM).

        The report's id is bound in, so that a ciphertext moved to another report does not open.
        """
        return self._seal("source", report_id, plain)

    def open(self, report_id: bytes, key_id: str, ciphertext: bytes) -> bytes:
        """Decrypt a source; SourceUnreadable when the key is gone or the bytes do not fit."""
        return self._unseal("source", report_id, key_id, ciphertext)

    def close_factor(self, account_id: bytes, plain: bytes) -> tuple[str, bytes]:
        """Encrypt the secret of somebody's second factor for their account, as `close` does a source."""
        return self._seal("factor", account_id, plain)

    def open_factor(self, account_id: bytes, key_id: str, ciphertext: bytes) -> bytes:
        """Decrypt the secret of a second factor; SourceUnreadable as for a source."""
        return self._unseal("factor", account_id, key_id, ciphertext)

    def _seal(self, purpose: Purpose, bound: bytes, plain: bytes) -> tuple[str, bytes]:
        nonce = random_bytes(_NONCE)
        return self.active_id, nonce + self._ciphers[self.active_id, purpose].encrypt(nonce, plain, bound)

    def _unseal(self, purpose: Purpose, bound: bytes, key_id: str, ciphertext: bytes) -> bytes:
        try:
            return self._ciphers[key_id, purpose].decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], bound)
        except (KeyError, InvalidTag):
            raise SourceUnreadable from None

    def mark(self, kind: str, value: str) -> bytes:
        """A keyed hash by which one value of a kind is known again without being kept (HMAC-SHA256, 16 bytes).

        The same value under another kind gives another mark. The key comes from the oldest entry of the ring, so
        that marks stay comparable when a new key is put in front. Once the oldest is taken off the ring, marks made
        before match nothing any more: those of reports have to be made again from the reports.
        """
        return hmac.digest(self._mark_key, f"{kind}\0{value}".encode(), "sha256")[:_MARK]


def load_key_ring(path: Path) -> KeyRing:
    """Read the ring; SettingsError, saying what to do, when there is none or it cannot be read."""
    return KeyRing(_read(path))


def ensure_key_ring(path: Path) -> bool:
    """Make a ring with one key where there is none; True when one was made."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, [_new_key()])
    return True


def rotate_key_ring(path: Path) -> str:
    """Put a new key at the head of the ring and return its id; older keys stay, to open what they closed."""
    stored = [_new_key(), *_read(path)]
    _write(path, stored)
    return stored[0].id


def _new_key() -> _StoredKey:
    return _StoredKey(
        id=secrets.token_hex(4),
        created=utc_now().isoformat(timespec="seconds"),
        secret=base64.b64encode(secrets.token_bytes(32)).decode(),
    )


def _read(path: Path) -> list[_StoredKey]:
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=list[_StoredKey])
    except FileNotFoundError:
        raise SettingsError(f"There is no key ring at {path}. Make one with `evenlode keys init`.") from None
    except (msgspec.MsgspecError, OSError) as fault:
        raise SettingsError(f"The key ring at {path} cannot be read: {fault}") from None
    if not stored:
        raise SettingsError(f"The key ring at {path} is empty. Restore it from its backup.")
    return stored


def _write(path: Path, stored: list[_StoredKey]) -> None:
    """Replace the file in one step, readable by its owner only: a half-written ring would lose every source."""
    draft = path.with_suffix(".new")
    # One left by a start cut short, or put there by somebody else, would keep its own mode and owner.
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(stored)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
