"""Whether the words of a report are in a language that is read here."""

from typing import Final

from service.policy.model import Policy
from service.routing.model import Evidence

_FEWEST_WORDS: Final = 5
_SHARE: Final = 0.1
_UNREADABLE: Final = Evidence("text=unreadable", "text", "not in a language that is read here")


def read_language(_text: str, tokens: list[str], policy: Policy) -> list[Evidence]:
    """Say so when a text cannot be read here.

    That is when it is mostly in another script, has more everyday words of other languages than of ours, or is five
    words or longer with hardly an everyday word. Shorter notes without any are left alone, since names and
    registrations fill them; so is a text without letters.
    """
    words = [token for token in tokens if token.isalpha()]
    if not words:
        return []
    accented = [word for word in words if not word.isascii()]
    if 2 * sum(1 for word in accented if not _latin(word)) > len(words):
        return [_UNREADABLE]
    ours = sum(1 for word in words if word in policy.common_words)
    theirs = len(accented) + sum(1 for word in words if word.isascii() and word in policy.foreign_words)
    hardly_any = len(words) >= _FEWEST_WORDS and ours < _SHARE * len(words)
    return [_UNREADABLE] if theirs > ours or hardly_any else []


def _latin(word: str) -> bool:
    """True when every letter is of the Latin script, which Unicode keeps below U+0250 and at U+1E00 to U+1EFF."""
    return all(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in word)
