"""Photos that come in pieces: each kept encrypted until the last has arrived, then drawn anew and stored."""

import asyncio
import hashlib
from typing import Final

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.follow_up import FileLine, UploadState
from service.clock import Clock, to_the_minute
from service.errors import IdempotencyKeyInvalid, IdempotencyKeyReused
from service.followup import store
from service.followup.errors import FileRefused, FilesFull, UploadInvalid, UploadOutOfStep
from service.followup.pictures import BROKEN_SAYS, KIND, LARGE_SAYS, drawn_anew
from service.followup.store import Found, query
from service.ids import uuid7
from service.intake.accept import usable_key
from service.randomness import random_bytes
from service.texts import N_

MOST_FILES: Final = 5
"""Photos of one report."""
LARGEST_FILE: Final = 16 * 1024 * 1024
"""Bytes of a photo as it is sent."""
LARGEST_PIECE: Final = 512 * 1024
"""Bytes of one request: ten seconds on a slow phone."""
MOST_KEPT: Final = 25 * 1024 * 1024
"""Bytes of all photos of one report as they are kept."""
FULL_SAYS: Final = N_("This report has as many photos as it can take.")
_NONCE: Final = 12


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One request: `size` of the whole photo, and the bytes from `start` on. Without `start` it only asks."""

    key: str
    size: int | None = None
    start: int | None = None
    content: bytes = b""


class Uploads:
    """Takes photos for reports. A few are drawn at a time, since each takes a core and much memory."""

    def __init__(self, *, pool: asyncpg.Pool, clock: Clock, at_once: int = 2) -> None:
        self._pool = pool
        self._clock = clock
        self._room: Final = asyncio.Semaphore(at_once)

    async def take(self, one: Found, piece: Piece) -> UploadState:
        """Take one piece, and with the last of them the photo; answers how much has arrived.

        Repeating any request is safe. Raises UploadInvalid, UploadOutOfStep, FilesFull, IdempotencyKeyReused or, when
        what has arrived is no photo, FileRefused: then it is forgotten.
        """
        if not usable_key(piece.key):
            raise IdempotencyKeyInvalid
        key_hash = hashlib.sha256(piece.key.encode()).digest()
        seal = _Seal(one, key_hash)
        async with store.writing(self._pool) as connection:
            await store.lock(connection, one.report_id)
            if (kept := await self._kept(connection, one, key_hash)) is not None:
                return UploadState(offset=piece.size or 0, file=kept)
            size, arrived = await self._arrived(connection, one, key_hash, piece)
            if piece.start is None or size is None:
                return UploadState(offset=arrived, file=None)
            arrived = await self._add(connection, one, key_hash, piece, seal, (size, arrived))
        if arrived < size:
            return UploadState(offset=arrived, file=None)
        return UploadState(offset=size, file=await self._finish(one, key_hash, seal))

    async def keep(self, one: Found, sent: bytes, key: str) -> FileLine:
        """Keep a photo that came whole, as from a page without script. Raises FilesFull or FileRefused."""
        key_hash = hashlib.sha256(key.encode()).digest()
        if len(sent) > LARGEST_FILE:
            raise FileRefused(LARGE_SAYS)
        async with store.reading(self._pool) as connection:
            if (kept := await self._kept(connection, one, key_hash)) is not None:
                return kept
        return await self._store(one, key_hash, await self._drawn(sent))

    async def _kept(self, connection: asyncpg.Connection, one: Found, key_hash: bytes) -> FileLine | None:
        row = await connection.fetchrow(query("earlier_file"), one.report_id, key_hash)
        return None if row is None else FileLine(**row)

    async def _arrived(
        self, connection: asyncpg.Connection, one: Found, key_hash: bytes, piece: Piece
    ) -> tuple[int | None, int]:
        """How large the photo will be, None before it has begun, and how much of it is here."""
        row = await connection.fetchrow(query("upload"), one.report_id, key_hash)
        if row is not None:
            if piece.size is not None and piece.size != row["size"]:
                raise IdempotencyKeyReused
            return row["size"], row["arrived"]
        if piece.start is None:
            return None, 0
        if piece.size is None:
            raise UploadInvalid
        if piece.size > LARGEST_FILE:
            raise FileRefused(LARGE_SAYS)
        kept = await connection.fetchrow(query("kept_files"), one.report_id)
        under_way = await connection.fetchval(query("open_uploads"), one.report_id, key_hash)
        if kept["files"] + under_way >= MOST_FILES:
            raise FilesFull(FULL_SAYS)
        await connection.execute(
            query("begin_upload"), one.report_id, key_hash, piece.size, to_the_minute(self._clock())
        )
        return piece.size, 0

    async def _add(
        self,
        connection: asyncpg.Connection,
        one: Found,
        key_hash: bytes,
        piece: Piece,
        seal: "_Seal",
        state: tuple[int, int],
    ) -> int:
        size, arrived = state
        start = piece.start or 0
        end = start + len(piece.content)
        if end <= arrived and piece.content:
            return arrived  # a repeat of what is here already
        if start != arrived or end > size:
            raise UploadOutOfStep
        if piece.content:
            sealed = seal.close(piece.content, start)
            await connection.execute(
                query("add_piece"), one.report_id, key_hash, start, len(piece.content), sealed
            )
        return end

    async def _finish(self, one: Found, key_hash: bytes, seal: "_Seal") -> FileLine:
        async with store.reading(self._pool) as connection:
            pieces = await connection.fetch(query("pieces"), one.report_id, key_hash)
        try:
            sent = b"".join(seal.open(row["sealed"], row["start"]) for row in pieces)
            return await self._store(one, key_hash, await self._drawn(sent))
        except (FileRefused, FilesFull):
            async with store.reading(self._pool) as connection:
                await connection.execute(query("end_upload"), one.report_id, key_hash)
            raise

    async def _drawn(self, sent: bytes) -> bytes:
        async with self._room:
            return await asyncio.to_thread(drawn_anew, sent)

    async def _store(self, one: Found, key_hash: bytes, photo: bytes) -> FileLine:
        moment = one.moment(self._clock())
        async with store.writing(self._pool) as connection:
            await store.lock(connection, one.report_id)
            if (earlier := await self._kept(connection, one, key_hash)) is not None:
                return earlier
            kept = await connection.fetchrow(query("kept_files"), one.report_id)
            if kept["files"] >= MOST_FILES or kept["bytes"] + len(photo) > MOST_KEPT:
                raise FilesFull(FULL_SAYS)
            line = FileLine(id=uuid7(moment), kind=KIND, size=len(photo), added_at=moment)
            digest = hashlib.sha256(photo).digest()
            await connection.execute(
                query("keep_file"), line.id, one.report_id, KIND, line.size, digest, moment, key_hash, photo
            )
            await connection.execute(query("end_upload"), one.report_id, key_hash)
            detail = {"file": str(line.id), "size": line.size, "sha256": digest.hex()}
            await store.record(connection, moment, "reporter", "file.received", one.report_id, detail)
        return line


class _Seal:
    """Encrypts the pieces of one upload under a key that only whoever holds the receipt can make again."""

    def __init__(self, one: Found, key_hash: bytes) -> None:
        made_from = one.receipt.reveal().encode()
        self._cipher = AESGCM(HKDF(SHA256(), 32, one.report_id.bytes, b"evenlode/upload").derive(made_from))
        self._bound = one.report_id.bytes + key_hash

    def close(self, content: bytes, start: int) -> bytes:
        nonce = random_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, self._bound + start.to_bytes(4))

    def open(self, sealed: bytes, start: int) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound + start.to_bytes(4))
        except InvalidTag:
            raise FileRefused(BROKEN_SAYS) from None
