"""A poster as PDF, ready to print."""

import unicodedata
from io import BytesIO
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from service.organisations.poster import FONT, HEIGHT, WIDTH, Box, Code, Line, Shape

_CHARACTERS: Final = "cp1252"
"""What the fonts that every reader of PDF has can show."""


def pdf(shapes: list[Shape], title: str) -> bytes:
    """The page as a PDF document. The same poster is the same bytes: no date and no random id is in it."""
    kept = BytesIO()
    canvas = Canvas(kept, pagesize=(WIDTH * mm, HEIGHT * mm), invariant=True, lang="en")
    canvas.setTitle(title)
    canvas.setAuthor("Evenlode")
    for shape in shapes:
        match shape:
            case Box():
                _box(canvas, shape)
            case Line():
                _line(canvas, shape)
            case Code():
                _code(canvas, shape)
    canvas.showPage()
    canvas.save()
    return kept.getvalue()


def _box(canvas: Canvas, box: Box) -> None:
    canvas.setFillColor(HexColor(box.colour))
    canvas.rect(
        box.x * mm, (HEIGHT - box.y - box.height) * mm, box.width * mm, box.height * mm, stroke=0, fill=1
    )


def _line(canvas: Canvas, line: Line) -> None:
    canvas.setFillColor(HexColor(line.colour))
    canvas.setFont(FONT[line.bold], line.size)
    canvas.drawCentredString(line.x * mm, (HEIGHT - line.y) * mm, showable(line.text))


def _code(canvas: Canvas, code: Code) -> None:
    """Each run of dark modules as one rectangle, all of them one shape, so that no seams show between rows."""
    module = code.size / len(code.modules)
    path = canvas.beginPath()
    for row, line in enumerate(code.modules):
        column = 0
        while column < len(line):
            end = column
            while end < len(line) and line[end]:
                end += 1
            if end > column:
                path.rect(
                    (code.x + column * module) * mm,
                    (HEIGHT - code.y - (row + 1) * module) * mm,
                    (end - column) * module * mm,
                    module * mm,
                )
            column = max(end, column + 1)
    canvas.setFillColor(HexColor("#000000"))
    canvas.drawPath(path, stroke=0, fill=1)


def showable(text: str) -> str:
    """The text in characters that the fonts have: a letter with a mark they lack goes without it, as Ż to Z."""
    return "".join(one if _has(one) else _plain(one) for one in text)


def _plain(character: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", character) if _has(one)) or "?"


def _has(character: str) -> bool:
    try:
        character.encode(_CHARACTERS)
    except UnicodeEncodeError:
        return False
    return True
