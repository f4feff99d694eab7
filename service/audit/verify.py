"""Verifying the audit chain, computed anew outside the database that keeps it."""

import hashlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import msgspec

_PAGE = 5_000


class Verdict(msgspec.Struct, frozen=True):
    """What a walk along the chain found.

    `head` is `SEQ:HASH` of its last entry, to be noted elsewhere: entries cut off the end cannot be missed otherwise.
    `fault` names the first entry that does not fit, None when all do.
    """

    entries: int
    head: str
    fault: str | None


async def verify_chain(
    connection: asyncpg.Connection,
    *,
    expected_head: str | None = None,
    progress: Callable[[int], None] = lambda _entries: None,
) -> Verdict:
    """Recompute every entry's hash from the one before it.

    `expected_head` is a head noted earlier; it must still be in the chain. `progress` is told how many entries are
    done. The chain is defined in migration 0001.
    """
    seq, previous = 0, b""
    awaited = expected_head
    async for entry in _entries(connection):
        if entry["seq"] != seq + 1:
            return Verdict(seq, _head(seq, previous), f"entry {seq + 1} is missing")
        payload = "|".join(
            (
                str(entry["seq"]),
                str(entry["microseconds"]),
                *(part for name in ("actor", "action", "subject") for part in _measured(entry[name])),
                entry["detail"],
            )
        )
        fits = entry["prev"] == previous
        if not fits or entry["hash"] != hashlib.sha256(previous + payload.encode()).digest():
            return Verdict(seq, _head(seq, previous), f"entry {seq + 1} was changed, or the one before it")
        seq, previous = entry["seq"], entry["hash"]
        if awaited == _head(seq, previous):
            awaited = None
        if seq % _PAGE == 0:
            progress(seq)
    progress(seq)
    fault = None if awaited is None else f"the head noted earlier ({awaited}) is not in this chain"
    return Verdict(seq, _head(seq, previous), fault)


def _measured(text: str) -> tuple[str, str]:
    """A text after its length in bytes."""
    return str(len(text.encode())), text


def _head(seq: int, digest: bytes) -> str:
    return f"{seq}:{digest.hex()}"


async def _entries(connection: asyncpg.Connection) -> AsyncIterator[asyncpg.Record]:
    """All entries in order, a page at a time, so that a long chain needs little memory."""
    last = 0
    while True:
        page = await connection.fetch(
            "SELECT seq, (extract(epoch FROM at) * 1000000)::bigint AS microseconds, actor, action, subject,"
            " detail::text AS detail, prev, hash FROM audit_event WHERE seq > $1 ORDER BY seq LIMIT $2",
            last,
            _PAGE,
        )
        for entry in page:
            yield entry
        if len(page) < _PAGE:
            return
        last = page[-1]["seq"]
