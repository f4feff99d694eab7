"""The map of the place step: where the partnership's places are, and its main roads and rivers as lines between them.

The file is data that another partnership makes for itself (`tools/place_map.py`). Its places are good to about a
kilometre, and between two places a line is straight, so a tap on the map is never taken to be more exact than that.
"""

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import MediaType, Request, Response, get
from msgspec import Meta

from schemas.base import Label, Latitude, Longitude

Where = tuple[Latitude, Longitude]
PLACE_MAP: Final = "/place-map.json"
"""Where the browser gets the map when somebody opens it."""


class MapPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place inside: 1 is written at every size of the map, 3 only at the largest."""

    name: Label
    at: Where
    rank: Annotated[int, Meta(ge=1, le=3)]


class PlaceAround(msgspec.Struct, frozen=True, kw_only=True):
    """A place around, by which people know where the map ends."""

    name: Label
    at: Where


class MapLine(msgspec.Struct, frozen=True, kw_only=True):
    """A road or river, straight from place to place."""

    kind: Literal["road", "river"]
    name: Label
    points: tuple[Where, ...]


class PlaceMap(msgspec.Struct, frozen=True, kw_only=True):
    """A map file. `bounds` are south, west, north, east; `good_to_m` is how far a place may be off."""

    title: str
    licence: str
    attribution: str
    bounds: tuple[Latitude, Longitude, Latitude, Longitude]
    good_to_m: Annotated[int, Meta(ge=1)]
    places: tuple[MapPlace, ...]
    around: tuple[PlaceAround, ...]
    lines: tuple[MapLine, ...]


@lru_cache(maxsize=1)
def _content() -> bytes:
    return files("service.web.public").joinpath("place_map.json").read_bytes()


@lru_cache(maxsize=1)
def place_map() -> PlaceMap:
    """The partnership's map."""
    return msgspec.json.decode(_content(), type=PlaceMap)


def place_at(name: str) -> MapPlace | None:
    """The place of this name inside the partnership's bounds."""
    return next((place for place in place_map().places if place.name == name), None)


@lru_cache(maxsize=1)
def place_map_written() -> bytes:
    """The map without the file's layout."""
    return msgspec.json.encode(place_map())


@get(PLACE_MAP, include_in_schema=False)
async def send_place_map(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The map, for a script to draw. Its address stays, so that a device can keep it beside the forms."""
    written = place_map_written()
    # The mark by which a browser knows whether it has it.
    mark = f'"{hashlib.sha256(written).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(b"", status_code=304, headers=headers)
    return Response(written, media_type=MediaType.JSON, headers=headers)
