"""Tokens that are shown once and kept as hashes."""

import hashlib
import secrets

_BYTES = 32


def new_token() -> str:
    """256 random bits, in characters that a cookie and a header take."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> bytes:
    """What is kept of a token. Plain SHA-256 is enough: there is no guessing 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
