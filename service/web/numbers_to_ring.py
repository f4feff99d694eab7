"""Telephone numbers within a text: to be tapped, never broken over two lines, and in their own order.

Where the text runs from right to left, the groups of a number would run so too and somebody would ring them backwards.
"""

import re
from typing import Final

from markupsafe import Markup, escape

_NUMBER: Final = re.compile(r"(?<!\d)0\d(?: ?\d){7,9}(?!\d)")


def ringable(text: str) -> Markup:
    """The text as HTML, with each British number of nine digits or more in it as a link that rings it."""
    return Markup(_NUMBER.sub(_link, str(escape(text))))  # noqa: S704 - escaped before, and only digits are put in


def _link(found: re.Match[str]) -> str:
    number = found[0]
    ring = number.replace(" ", "")
    return f'<a class="govuk-link" href="tel:{ring}"><bdi class="ev-number" dir="ltr">{number}</bdi></a>'
