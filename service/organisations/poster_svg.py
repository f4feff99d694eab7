"""A poster as SVG, for whoever wants to put it into a design of their own."""

from typing import Final
from xml.etree import ElementTree as ET

from service.organisations.poster import HEIGHT, POINT, WIDTH, Box, Code, Line, Shape

_NAMESPACE: Final = "http://www.w3.org/2000/svg"


def svg(shapes: list[Shape], title: str) -> bytes:
    """The page as one SVG document, its units millimetres."""
    page = ET.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "width": f"{WIDTH:g}mm",
            "height": f"{HEIGHT:g}mm",
            "viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}",
            "font-family": "Helvetica, Arial, 'Liberation Sans', sans-serif",
            "text-anchor": "middle",
        },
    )
    ET.SubElement(page, "title").text = title
    _box(page, Box(0, 0, WIDTH, HEIGHT, "#ffffff"))
    for shape in shapes:
        match shape:
            case Box():
                _box(page, shape)
            case Line():
                _line(page, shape)
            case Code():
                _code(page, shape)
    written: bytes = ET.tostring(page, encoding="utf-8", xml_declaration=True)
    return written


def _box(page: ET.Element, box: Box) -> None:
    ET.SubElement(
        page,
        "rect",
        {
            "x": f"{box.x:g}",
            "y": f"{box.y:g}",
            "width": f"{box.width:g}",
            "height": f"{box.height:g}",
            "fill": box.colour,
        },
    )


def _line(page: ET.Element, line: Line) -> None:
    ET.SubElement(
        page,
        "text",
        {
            "x": f"{line.x:g}",
            "y": f"{line.y:g}",
            "font-size": f"{line.size * POINT:.3f}",
            "font-weight": "bold" if line.bold else "normal",
            "fill": line.colour,
        },
    ).text = line.text


def _code(page: ET.Element, code: Code) -> None:
    """One path in units of a module, so that no seams show between them."""
    dark = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, line in enumerate(code.modules)
        for column, module in enumerate(line)
        if module
    )
    scale = code.size / len(code.modules)
    ET.SubElement(
        page,
        "path",
        {
            "transform": f"translate({code.x:g} {code.y:g}) scale({scale:.5f})",
            "d": dark,
            "fill": "#000000",
            "shape-rendering": "crispEdges",
        },
    )
