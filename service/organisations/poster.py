"""What stands on a poster, and where: an A4 page as plain shapes, drawn by `poster_pdf.py` and `poster_svg.py`.

Lengths are millimetres from the top left corner. Nothing on it is told apart by colour alone, and it reads as well
from a black-and-white printer.
"""

from typing import Final, NamedTuple

import segno
from reportlab.pdfbase.pdfmetrics import stringWidth

from service.organisations.store import Kind, Organisation

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
FONT: Final = ("Helvetica", "Helvetica-Bold")
"""Its widths are those of Arial and Liberation Sans too, so the SVG fits with any of them."""
POINT: Final = 25.4 / 72
"""Millimetres of a typographic point."""
_MARGIN: Final = 16.0
_CODE: Final = 112.0
_QUIET: Final = 4
"""Light modules around a code (ISO/IEC 18004)."""
_DARK, _PAPER, _INK, _RED = "#12382f", "#ffffff", "#0b0c0c", "#b10e1e"

_HEADING: Final[dict[Kind, str]] = {
    "venue": "Seen something that worries you?",
    "taxi_operator": "Worried about a journey?",
}
_FOR: Final[dict[Kind, tuple[str, ...]]] = {
    "venue": (
        "Spiking · violence or weapons · sexual harassment · drugs",
        "under-age drinking · a child or somebody vulnerable",
    ),
    "taxi_operator": (
        "A child on their own · somebody hurt, scared or controlled",
        "spiking · drugs · weapons · a job that did not feel right",
    ),
}


class Box(NamedTuple):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


class Line(NamedTuple):
    """A line of text, `x` its middle and `y` its foot; `size` in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str


class Code(NamedTuple):
    """A QR code with its quiet zone; True is a dark module."""

    x: float
    y: float
    size: float
    modules: list[list[bool]]


Shape = Box | Line | Code


def poster(organisation: Organisation, public_url: str) -> list[Shape]:
    """The poster of an organisation, in the order in which it is drawn.

    The code leads to `public_url`; what it stands for is printed beneath, for whoever cannot scan.
    """
    address = public_url.rstrip("/") + organisation.path
    place = ", ".join(filter(None, (organisation.name, organisation.town)))
    middle = WIDTH / 2
    return [
        Box(0, 0, WIDTH, 50, _DARK),
        _fitted(middle, 25, _HEADING[organisation.kind], 32, _PAPER, bold=True),
        _fitted(middle, 40, "Scan to tell us. It takes about a minute.", 20, _PAPER),
        *(_fitted(middle, 66 + 8 * row, text, 17, _INK) for row, text in enumerate(_FOR[organisation.kind])),
        Code(middle - _CODE / 2, 82, _CODE, modules(address)),
        _fitted(middle, 203, f"Or go to {address.partition('://')[2]}", 17, _INK, bold=True),
        _fitted(middle, 217, "You do not have to be sure. You do not have to say who you are.", 17, _INK),
        _fitted(middle, 226, "The code tells where this poster hangs, not who scanned it.", 14, _INK),
        _fitted(middle, 246, place, 22, _INK, bold=True),
        Box(0, 257, WIDTH, 40, _RED),
        _fitted(middle, 274, "Is somebody in danger now? Call 999.", 28, _PAPER, bold=True),
        _fitted(
            middle, 287, "Cannot speak? Press 55 when asked. This poster is no emergency service.", 15, _PAPER
        ),
    ]


def modules(address: str) -> list[list[bool]]:
    """The code of an address: a quarter of it can be hidden by dirt or tape before it stops working."""
    code = segno.make(address, error="q", micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=_QUIET)]


def _fitted(x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False) -> Line:
    """A line no wider than the page allows: long names and addresses are set smaller."""
    wide = stringWidth(text, FONT[bold], size) * POINT
    return Line(x, y, text, min(size, size * (WIDTH - 2 * _MARGIN) / max(wide, 1)), bold, colour)
