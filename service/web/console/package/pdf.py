"""A hand-over as an accessible PDF (PDF/UA-1), in the letters of every language that reports come in."""

from functools import cache
from importlib.resources import as_file, files
from typing import Final

import msgspec
import typst
from reportlab.pdfbase.ttfonts import TTFontFace

from schemas.handover import HandOver
from service.web.console.package.told import Section, sections
from service.web.console.told import Telling

_WEB: Final = files("service.web")
_UNSHOWN: Final = "\ufffd"
_CANNOT: Final = (
    f"Some characters cannot be printed here and stand as {_UNSHOWN}. The JSON form has them all."
)


class _Paper(msgspec.Struct, frozen=True):
    """What the template prints."""

    title: str
    footer: str
    handling: list[str]
    sections: list[Section]


def pdf(package: HandOver, tell: Telling) -> bytes:
    """The package on paper. A character that no font here has is shown as U+FFFD, and the paper says so."""
    title = f"{package.reference}: hand-over for {package.recipient.name}"
    footer = f"{package.reference} · tier {package.tier} · package {package.id}"
    paper = _Paper(title, footer, package.handling, sections(package, tell))
    data = msgspec.json.encode(paper).decode()
    shown = data.translate(_Missing())
    if shown != data:
        paper = msgspec.structs.replace(paper, handling=[*paper.handling, _CANNOT])
        shown = msgspec.json.encode(paper).decode().translate(_Missing())
    return typst.compile(
        _WEB.joinpath("templates", "console", "package.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"told": shown},
        pdf_standards="ua-1",
        timestamp=package.made.at,
    )


class _Missing(dict[int, str]):
    """A translation of every character that no font has."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        return character if code in _letters() or character in "\n\t" else _UNSHOWN


@cache
def _letters() -> frozenset[int]:
    """Every character that the regular fonts can show."""
    found: set[int] = set()
    for font in _WEB.joinpath("fonts").iterdir():
        if font.name.endswith("_400Regular.ttf"):
            with as_file(font) as path:
                found |= TTFontFace(str(path)).charToGlyph.keys()
    return frozenset(found)


@cache
def _fonts() -> typst.Fonts:
    """The fonts that ship with the service, and no others: the same paper wherever it is made."""
    with as_file(_WEB.joinpath("fonts")) as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
