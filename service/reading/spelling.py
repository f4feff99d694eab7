"""Words spelt another way: an unknown word is taken for the known one it is closest to."""

from collections.abc import Iterable
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST: Final = 4
_LONG: Final = 8
_LONG_ENOUGH: Final = 5
_MOST_TRIED: Final = 60
"""Unknown words looked up in one text; a text with more is in another language, or is not words."""


class Spelling:
    """Finds what an unknown word was meant to be.

    `known` are words that stand as they are; `sought` are those worth finding again when they are misspelt.
    """

    def __init__(self, known: Iterable[str], sought: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._sought = frozenset(sought)
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._sought):
            if len(word) >= _SHORTEST and word.isalpha():
                for letter in {word[0], word[1]}:
                    for length in range(len(word) - 1, len(word) + 2):
                        self._by_start.setdefault((letter, length), []).append(word)

    def with_words(self, words: Iterable[str]) -> "Spelling":
        """The same with more words, which are known and sought as well."""
        more = frozenset(word for word in words if word.isalpha())
        return Spelling(
            self._known | more, self._sought | {word for word in more if len(word) >= _LONG_ENOUGH}
        )

    def mended(self, tokens: list[str]) -> list[str]:
        """The tokens, each unknown word replaced by the known one it is one slip away from (two in a long word)."""
        known = self._known
        unknown = [at for at, token in enumerate(tokens) if token not in known and len(token) >= _SHORTEST]
        if not unknown:
            return tokens
        mended = list(tokens)
        for at in unknown[:_MOST_TRIED]:
            mended[at] = self._closest(tokens[at])
        return mended

    def _closest(self, word: str) -> str:
        if not word.isalpha():
            return word
        slips = 2 if len(word) >= _LONG else 1
        candidates = self._by_start.get((word[0], len(word)), ())
        found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips)
        return word if found is None else found[0]
