"""A text as words: one spelling to read by, and the way back to the words as they were written."""

import re
import unicodedata
from typing import Final

_APOSTROPHE: Final = (
    "['\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`\N{MODIFIER LETTER APOSTROPHE}"
    "\N{ACUTE ACCENT}\N{PRIME}\N{FULLWIDTH APOSTROPHE}]"
)
_APOSTROPHES: Final = re.compile(_APOSTROPHE)
# Soft hyphens, joiners, marks of direction: what is copied from a page or sent by an app may carry them inside a word.
_UNSEEN: Final = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_TOKEN: Final = re.compile(r"[^\W_]+|[£.,;:!?()\n]")
_WRITTEN: Final = re.compile(rf"[^\W_]+(?:{_APOSTROPHE}[^\W_]+)*|[£.,;:!?()\n]")


def tokens_of(text: str) -> list[str]:
    """The words of a text and the marks that end a clause, in one spelling: lower case and without apostrophes.

    Letters in fancy shapes count as the plain ones (Unicode's NFKC), and what cannot be seen is left out.
    """
    return _TOKEN.findall(_plain(text).casefold())


def written_places(text: str, tokens: list[str]) -> list[tuple[int, int]] | None:
    """Where in the text each token was written; None when letters in fancy shapes change where words end."""
    places = [found.span() for found in _WRITTEN.finditer(text)]
    return places if len(places) == len(tokens) else None


def _plain(text: str) -> str:
    text = _APOSTROPHES.sub("", text)
    if not text.isascii():
        text = _UNSEEN.sub("", text)
        plain = unicodedata.normalize("NFKC", text)
        # One character can become eighteen; a text of those would cost many times what any other does.
        text = plain if len(plain) <= 2 * len(text) else text
    return text
