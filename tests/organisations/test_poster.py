"""A poster: its code reads as a phone reads it, nothing leaves the page, and the PDF and the SVG say the same."""

from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from service.organisations.poster import HEIGHT, WIDTH, Code, modules, poster
from service.organisations.poster_pdf import pdf, showable
from service.organisations.poster_svg import svg
from service.organisations.store import Organisation

PUBLIC = "https://report.example.gov.uk"
VENUE = Organisation("7F3K9N", "venue", "The Example Arms", "Witney", datetime(2026, 11, 1, tzinfo=UTC))
TAXIS = Organisation("8G4M2P", "taxi_operator", "Example Cars", None, datetime(2026, 11, 1, tzinfo=UTC))
SVG = "{http://www.w3.org/2000/svg}"


def seen(page: bytes, scale: float = 2) -> Image.Image:
    document = pypdfium2.PdfDocument(BytesIO(page))
    assert len(document) == 1
    image: Image.Image = document[0].render(scale=scale).to_pil()
    document.close()
    return image


def words(page: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(page))
    text: str = document[0].get_textpage().get_text_range()
    document.close()
    return text


@pytest.mark.parametrize(
    ("organisation", "path"), [(VENUE, "/v/7F3K9N"), (TAXIS, "/t/8G4M2P")], ids=["venue", "taxi operator"]
)
def test_a_phone_that_scans_the_printed_page_is_led_to_the_form(
    organisation: Organisation, path: str
) -> None:
    page = pdf(poster(organisation, PUBLIC + "/"), organisation.name)
    read = zxingcpp.read_barcodes(seen(page))
    assert [one.text for one in read] == [PUBLIC + path]


def test_it_still_reads_with_a_strip_of_tape_across_it() -> None:
    image = seen(pdf(poster(VENUE, PUBLIC), VENUE.name))
    code = next(shape for shape in poster(VENUE, PUBLIC) if isinstance(shape, Code))
    across = image.width / WIDTH
    middle = (code.y + code.size / 2) * across
    ImageDraw.Draw(image).rectangle(
        (code.x * across, middle, (code.x + code.size) * across, middle + 0.1 * code.size * across),
        fill="grey",
    )
    assert [one.text for one in zxingcpp.read_barcodes(image)] == [f"{PUBLIC}/v/7F3K9N"]


def test_the_pdf_says_whose_it_is_where_to_go_and_when_to_ring_999() -> None:
    said = words(pdf(poster(VENUE, PUBLIC), VENUE.name))
    assert "The Example Arms, Witney" in said
    assert "report.example.gov.uk/v/7F3K9N" in said
    assert "Call 999" in said


def test_the_svg_holds_the_same_lines_and_the_same_code() -> None:
    shapes = poster(VENUE, PUBLIC)
    page = ET.fromstring(svg(shapes, VENUE.name))
    said = [one.text for one in page.iter(f"{SVG}text")]
    assert "The Example Arms, Witney" in said
    assert said == [getattr(shape, "text", None) for shape in shapes if hasattr(shape, "text")]
    path = next(page.iter(f"{SVG}path")).attrib["d"]
    drawn = {tuple(map(int, one.split("h")[0].split())) for one in path.split("M")[1:]}
    rows = modules(f"{PUBLIC}/v/7F3K9N")
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_the_longest_name_and_address_stay_on_the_page() -> None:
    longest = Organisation("7F3K9N", "venue", "W" * 60, "M" * 60, VENUE.created_at)
    page = pdf(poster(longest, "https://" + "a-very-long-name." * 8 + "gov.uk"), longest.name)
    image = seen(page, scale=1).convert("L")
    assert image.size == pytest.approx((WIDTH * 72 / 25.4, HEIGHT * 72 / 25.4), abs=1)
    body = image.crop((0, 150, image.width, 720))
    edges = [
        *body.crop((0, 0, 20, body.height)).tobytes(),
        *body.crop((image.width - 20, 0, image.width, 570)).tobytes(),
    ]
    assert min(edges) == 255


def test_letters_that_the_fonts_lack_are_printed_without_their_marks() -> None:
    assert showable("Café Żabka №7") == "Café Zabka No7"
    assert showable("ビ") == "?"


def test_the_same_poster_is_the_same_bytes() -> None:
    assert pdf(poster(VENUE, PUBLIC), VENUE.name) == pdf(poster(VENUE, PUBLIC), VENUE.name)
