"""The pages that stay on a device, to open without a network: all of a language in one answer.

Always all forms and the pages that lead to them, so that none tells what was used. They have most of their text in
common, so together they are a third of what they are one by one. Nothing in them is anybody's: every device gets the
same bytes until a page changes.
"""

import asyncio
import gzip
import hashlib
import re
from functools import lru_cache
from typing import Any, Final

import brotli
import msgspec
from litestar import MediaType, Request, Response, get

from service.gate import OPENED
from service.parts import parts_of
from service.web.languages import BY_CODE, LANGUAGES, Language, addresses, prefix
from service.web.pages import page
from service.web.public.doors import language_and_path, start_page
from service.web.public.form_pages import KEY, form_page
from service.web.public.forms import FORMS
from service.web.public.place_map import PLACE_MAP, place_map_written
from service.web.public.venue import venue_page
from service.web.static_files import in_smallest_form

MARK_PAGE: Final = "/taxi/mark"
KEPT_PAGES: Final = "/kept-pages"
_BUILT: Final = re.compile(r"/static/[\w.-]+\.(?:css|js)")


class KeptPage(msgspec.Struct, frozen=True):
    """One page as the service worker keeps it."""

    path: str
    type: str
    text: str


class KeptPages(msgspec.Struct, frozen=True):
    """A language's pages, and the built files that they ask for."""

    files: list[str]
    pages: list[KeptPage]


class _Packed(msgspec.Struct, frozen=True):
    """The answer, compressed as each browser can read it, and the mark by which it knows whether it has it."""

    mark: str
    by_coding: dict[str, bytes]


def mark_page(language: Language, path: str = MARK_PAGE) -> Response[str]:
    """The page with one button."""
    return page("public/mark.html", language, path=path, script="mark.js")


def kept_pages(language: Language, opened: str) -> KeptPages:
    """What stays on a device; `opened` is what its forms carry (`Gate.open_long`)."""
    # No key: two people's reports must never be taken for one. The script makes one for each.
    fields = {OPENED: [opened], KEY: [""]}
    answers = {
        "/": start_page(language),
        "/venue": venue_page(language),
        MARK_PAGE: mark_page(language),
        **{form.door: form_page(form, language, fields) for form in FORMS},
    }
    texts = {prefix(language.code) + path: answer.content for path, answer in answers.items()}
    files = {name for text in texts.values() for name in _BUILT.findall(text)}
    pages = [KeptPage(path, "text/html; charset=utf-8", text) for path, text in texts.items()]
    place_map = KeptPage(PLACE_MAP, MediaType.JSON.value, place_map_written().decode())
    return KeptPages(sorted(files), [*pages, place_map])


@lru_cache(maxsize=len(LANGUAGES))
def _packed(code: str, opened: str) -> _Packed:
    """Compressed as well as it can be, since it is done once for each language."""
    written = msgspec.json.encode(kept_pages(BY_CODE[code], opened))
    return _Packed(
        f'"{hashlib.sha256(written).hexdigest()[:16]}"',
        {"br": brotli.compress(written), "gzip": gzip.compress(written), "": written},
    )


@get(addresses(KEPT_PAGES), include_in_schema=False)
async def send_kept_pages(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A language's pages for the service worker, or 304 where it has them."""
    language, _ = language_and_path(request)
    # Half a second of work, the first time.
    packed = await asyncio.to_thread(_packed, language.code, parts_of(request).gate.open_long())
    headers = {"Cache-Control": "no-store", "ETag": packed.mark}
    if request.headers.get("if-none-match") == packed.mark:
        return Response(b"", status_code=304, headers=headers)
    return in_smallest_form(request, packed.by_coding, MediaType.JSON, headers)
