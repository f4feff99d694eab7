"""Numbers in the texts for reporters: each can be tapped, and reads in its own order in every language."""

import re
import tomllib
from pathlib import Path

from service.web.numbers_to_ring import ringable

_ADVICE = tomllib.loads((Path(__file__).parents[2] / "policy" / "advice.toml").read_text())["advice"]
_DIGITS = re.compile(r"\d[\d ]{5,}\d")


def test_every_number_of_the_advice_is_a_link_that_rings_it() -> None:
    numbers = 0
    for line in _ADVICE:
        for number in _DIGITS.findall(line["text"]):
            assert (
                f'href="tel:{number.replace(" ", "")}"><bdi class="ev-number" dir="ltr">{number}</bdi>'
                in (ringable(line["text"]))
            )
            numbers += 1
    assert numbers > 6


def test_what_is_no_number_to_ring_stays_a_text_and_nothing_gets_through_as_markup() -> None:
    for text in ("999", "101", "WO-0800-5551", "12 to 24 hours", "25 07 2026"):
        assert ringable(text) == text
    assert ringable("<b>0800 555 111</b>").startswith("&lt;b&gt;<a ")
