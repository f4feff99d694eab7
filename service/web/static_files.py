"""The built scripts and styles: kept for good by the browser, since their names change with their content."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "wav": "audio/wav",
    "webmanifest": "application/manifest+json",
}
_ENDINGS: Final = {"br": ".br", "gzip": ".gz", "": ""}
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def built() -> dict[str, bytes]:
    """Every built file by its name, compressed ones among them."""
    folder = files("service.web").joinpath("static")
    return (
        {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()} if folder.is_dir() else {}
    )


def static_answer(request: Request[Any, Any, Any], name: str, cache: str) -> Response[bytes]:
    """A built file, in the smallest form that the browser takes. Raises NotFoundException."""
    kind = _TYPES.get(name.rsplit(".", 1)[-1])
    if kind is None or name not in built():
        raise NotFoundException
    forms = {coding: built().get(name + ending) for coding, ending in _ENDINGS.items()}
    return in_smallest_form(request, forms, kind, {"Cache-Control": cache})


def in_smallest_form(
    request: Request[Any, Any, Any], forms: Mapping[str, bytes | None], kind: str, headers: dict[str, str]
) -> Response[bytes]:
    """What was compressed beforehand, as this browser reads it. `forms` go by coding, smallest first; "" is plain."""
    taken = request.headers.get("accept-encoding", "")
    coding, content = next(
        (coding, form) for coding, form in forms.items() if form is not None and coding in taken
    )
    coded = {"Content-Encoding": coding} if coding else {}
    return Response(content, media_type=kind, headers={**headers, "Vary": "Accept-Encoding", **coded})


@get("/static/{name:str}", include_in_schema=False)
async def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A script, style, picture or sound."""
    return static_answer(request, name, _FOR_GOOD)
