"""Verifying the audit chain, computed anew outside the database that keeps it."""

import hashlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import msgspec

_PAGE = 5_000
_HASH = "SELECT hash FROM audit_event WHERE seq = $1"


class Verdict(msgspec.Struct, frozen=True):
    """What a walk along the chain found.

    `head` is `SEQ:HASH` of its last entry, to be noted elsewhere: entries cut off the end cannot be missed otherwise.
    `fault` names the first entry that does not fit, None when all do. `more`: the walk stopped where it was told to.
    """

    entries: int
    head: str
    fault: str | None
    more: bool = False


async def verify_chain(
    connection: asyncpg.Connection,
    *,
    expected_head: str | None = None,
    after: str | None = None,
    most: int | None = None,
    progress: Callable[[int], None] = lambda _entries: None,
) -> Verdict:
    """Recompute every entry's hash from the one before it.

    `expected_head` is a head noted earlier; it must still be in the chain. `after` is one too: the walk begins behind
    it, and ends after `most` entries. `progress` is told how many entries are done. The chain is defined in migration
    0001.
    """
    seq, previous = _parted(after)
    if after is not None and await connection.fetchval(_HASH, seq) != previous:
        return Verdict(seq, after, f"the head noted earlier ({after}) is not in this chain")
    awaited = expected_head
    last = None if most is None else seq + most
    async for entry in _entries(connection, seq):
        if last is not None and seq == last:
            return Verdict(seq, _head(seq, previous), None, more=True)
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


def _parted(head: str | None) -> tuple[int, bytes]:
    """A head as number and hash; what the first entry follows when there is none."""
    seq, _, digest = (head or "0:").partition(":")
    return int(seq), bytes.fromhex(digest)


async def _entries(connection: asyncpg.Connection, last: int) -> AsyncIterator[asyncpg.Record]:
    """All entries behind one in order, a page at a time, so that a long chain needs little memory."""
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
