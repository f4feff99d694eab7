"""Whether the words of a report are in a language that is read here."""

from typing import Final

from service.policy.model import Policy
from service.routing.model import Evidence

_FEWEST_WORDS: Final = 4
_SHARE: Final = 0.18
_UNREADABLE: Final = Evidence("text=unreadable", "text", "not in a language that is read here")


def read_language(_text: str, tokens: list[str], policy: Policy) -> list[Evidence]:
    """Say so when a text cannot be read here: mostly in another script, or with hardly an everyday word.

    A note of a few words is left alone, since names and registrations fill it; so is one without any letters.
    """
    words = [token for token in tokens if token.isalpha()]
    if not words:
        return []
    foreign = sum(1 for word in words if not word.isascii() and not _latin(word))
    if foreign * 2 > len(words):
        return [_UNREADABLE]
    if len(words) < _FEWEST_WORDS:
        return []
    common = policy.common_words
    known = sum(1 for word in words if word in common)
    return [_UNREADABLE] if known < _SHARE * len(words) else []


def _latin(word: str) -> bool:
    """True when every letter is of the Latin script, which Unicode keeps below U+0250 and at U+1E00 to U+1EFF."""
    return all(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in word)
