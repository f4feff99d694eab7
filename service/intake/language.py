"""Whether the words of a report are in a language that is read here, and if not, in which they seem to be."""

import unicodedata
from collections import Counter
from typing import Final

from service.policy.model import Policy

_FEWEST_WORDS: Final = 5
_SHARED: Final = 2
"""Words as short as this stand in many languages; only the policy can call them ours."""
_SHARE: Final = 0.35
"""Other languages share short words and names with English; a text in English has far more of its words than this."""


def foreign_language(tokens: list[str], policy: Policy, english: frozenset[str]) -> str | None:
    """The language or script of a text that cannot be read here; None when it can be.

    It cannot when it is mostly in another script, has more everyday words of other languages than of ours, or is five
    words or longer with few words of ours. Ours are the policy's common words and those of `english` that it does not
    give to another language. Shorter notes without any are left alone, since names and registrations fill them; so is
    a text without letters.
    """
    words = [token for token in tokens if token.isalpha()]
    if not words:
        return None
    ours = policy.common_words
    foreign = policy.foreign_words
    known = sum(
        1
        for word in words
        if word in ours or (len(word) > _SHARED and word in english and word not in foreign)
    )
    if 2 * known > len(words):
        return None
    languages = Counter(foreign[word] for word in words if word not in ours and word in foreign)
    accented = [word for word in words if not word.isascii()]
    others = [word for word in accented if not _latin(word)]
    if 2 * len(others) > len(words):
        return _named(languages) or f"{_script(others[0])} script"
    strange = sum(1 for word in accented if word not in foreign)
    hardly_any = len(words) >= _FEWEST_WORDS and known < _SHARE * len(words)
    if strange + languages.total() > known or hardly_any:
        return _named(languages) or "an unknown language"
    return None


def _named(languages: Counter[str]) -> str | None:
    """The language most words are of; when two are level, the one met first."""
    return languages.most_common(1)[0][0] if languages else None


def _latin(word: str) -> bool:
    """True when every letter is of the Latin script, which Unicode keeps below U+0250 and at U+1E00 to U+1EFF."""
    return all(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in word)


def _script(word: str) -> str:
    return unicodedata.name(word[0], "another").split()[0].capitalize()
