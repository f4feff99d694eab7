"""A reporter who comes back, as a client of the API, and photos to send."""

from io import BytesIO
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
from PIL import Image

from service.db.pool import prepare_connection
from service.followup import store
from tests.builders import report
from tests.web import send

UNKNOWN: Final = "2222-2222-2222-2222-2222"
"""Well-formed, and nobody's: the check character of twos alone."""


async def reported(http: httpx.AsyncClient, **answers: Any) -> dict[str, Any]:
    """Send an anonymous report and return its answer."""
    answer = await send(http, report("rural_resident", **answers), str(uuid4()))
    assert answer.status_code == 201, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


async def status(http: httpx.AsyncClient, receipt: str, **headers: str) -> httpx.Response:
    return await http.post("/v1/follow-up/status", json={"receipt": receipt}, headers=headers)


async def say(
    http: httpx.AsyncClient, receipt: str, text: str, key: str | None = None, answers: str | None = None
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"receipt": receipt, "text": text, **({} if answers is None else {"answers": answers})}
    return await http.post("/v1/follow-up/messages", json=body, headers=headers)


async def piece(
    http: httpx.AsyncClient, receipt: str, key: str, content: bytes, start: int | None, size: int | None
) -> httpx.Response:
    """Send one piece of a photo; without `start` only ask how much has arrived."""
    headers = {"Receipt": receipt, "Idempotency-Key": key, "Content-Type": "application/octet-stream"}
    if start is not None:
        headers["Upload-Offset"] = str(start)
    if size is not None:
        headers["Upload-Length"] = str(size)
    return await http.post("/v1/follow-up/files", content=content, headers=headers)


async def send_whole(
    http: httpx.AsyncClient, receipt: str, photo: bytes, *, key: str | None = None, step: int = 50_000
) -> httpx.Response:
    """Send a photo piece by piece, each from the offset answered last; returns the last answer."""
    key = key or str(uuid4())
    offset, answer = 0, None
    while answer is None or (answer.status_code == 200 and answer.json()["file"] is None):
        answer = await piece(http, receipt, key, photo[offset : offset + step], offset, len(photo))
        if answer.status_code == 200:
            offset = answer.json()["offset"]
    return answer


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **how: Any) -> bytes:
    """A photo of noise with a position, a time and a device in its metadata."""
    exif = Image.Exif()
    exif[271], exif[272], exif[306] = "Example Maker", "Telling Phone 7", "2026:11:20 23:31:47"
    exif[0x8825] = {1: "N", 2: (51.0, 47.0, 6.0), 3: "W", 4: (1.0, 29.0, 6.0)}
    exif[274] = 6
    made = BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(made, kind, exif=exif, **how)
    return made.getvalue()


async def ask(database: asyncpg.Connection, reference: str, text: str, now: Any) -> str:
    """Put a question to the reporter, as a coordinator does; returns its id."""
    await prepare_connection(database)
    found = await store.found_by_reference(database, reference)
    assert found is not None
    async with database.transaction():
        question = await store.ask(database, found, text, now=now, by="a coordinator", account="test")
    await database.reset_type_codec("jsonb", schema="pg_catalog")
    return str(question)
