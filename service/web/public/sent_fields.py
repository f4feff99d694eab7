"""The fields and photos that a page sends, read in memory.

The framework would put a larger file onto the disk as it came, with the place it was taken at. Here a photo is drawn
anew before anything of it is kept. What is large is read a few at a time, since it takes memory while it comes.
"""

import asyncio
from typing import Any, Final, NamedTuple

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, HTTPException, InternalServerException
from multipart import MultipartSegment, ParserError, PushMultipartParser

from service.intake.decode import MAX_BODY_BYTES
from service.intake.request import BODY_WITHIN, BodyTooSlow

MOST_SENT: Final = 32 * 1024 * 1024
"""Bytes of a form with its photos. With a script each photo is sent by itself."""
LARGE_WITHIN: Final = 180.0
"""Seconds for a form with photos to arrive: 20 MB on a slow line."""
_LARGE_AT_ONCE: Final = 4
_MOST_PARTS: Final = 400


class NoRoomNow(HTTPException):
    """Too many photos are coming in at this moment."""

    status_code = 503
    detail = "Many photos are coming in just now. Send it again in a minute, or without photos."


class Sent(NamedTuple):
    """What a page sent: the fields in the order they came, and the photos."""

    fields: dict[str, list[str]]
    photos: list[bytes]


class _Room:
    """Places for large bodies, of this process."""

    def __init__(self) -> None:
        self.taken = 0


_ROOM: Final = _Room()


async def read_sent(request: Request[Any, Any, Any]) -> Sent:
    """The fields and photos of a request.

    Raises BodyTooSlow, NoRoomNow, or ClientException when it cannot be read as a form.
    """
    kind, options = request.content_type
    multipart = kind == RequestEncodingType.MULTI_PART.value
    announced = request.content_length
    large = multipart and (announced is None or announced > MAX_BODY_BYTES)
    if large and _ROOM.taken >= _LARGE_AT_ONCE:
        raise NoRoomNow
    _ROOM.taken += large
    try:
        async with asyncio.timeout(LARGE_WITHIN if large else BODY_WITHIN):
            if not multipart:
                form = await request.form()
                return Sent(
                    {name: [str(one) for one in form.getall(name)] for name in dict.fromkeys(form)}, []
                )
            body = await request.body()
        return _parsed(body, options["boundary"])
    except TimeoutError:
        raise BodyTooSlow from None
    except (InternalServerException, ParserError, UnicodeDecodeError, KeyError):
        # From None: the parser's complaint may quote the form.
        raise ClientException from None
    finally:
        _ROOM.taken -= large


def _parsed(body: bytes, boundary: str) -> Sent:
    fields: dict[str, list[str]] = {}
    photos: list[bytes] = []
    part: MultipartSegment | None = None
    content = bytearray()
    with PushMultipartParser(
        boundary.encode(), content_length=len(body), max_segment_count=_MOST_PARTS
    ) as parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                part, content = event, bytearray()
            elif event:
                content += event
            elif part is not None:
                # A field for files that was left empty comes as a file without a name and without content.
                if part.filename is None:
                    fields.setdefault(part.name, []).append(content.decode())
                elif content:
                    photos.append(bytes(content))
    return Sent(fields, photos)
