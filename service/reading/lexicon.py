"""What single words say to the text reader, before it looks at their neighbours.

A word is a vector, of its own where it is known and of its letters where it is not, and another where its clause denies
it. What the first layer and the signs of single words make of a vector is the same in every text; so for the words of
the vocabulary, and for no others, it is worked out once.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from service.reading.features import folded, letters_of
from service.reading.layers import Floats, Layer

Levels = npt.NDArray[np.uint8]
NO_WORD: Final = ""
"""Stands where there is no word; it says nothing."""
_NO_ROW: Final = 0
"""The row of `NO_WORD`, and of a token that is not in the vocabulary."""


class Lexicon:
    """The vocabulary, and what its words say.

    `vectors` has a row for each of `words`, `letters` one for each run of letters; `denied` is added where the clause
    denies the word. `first` are the weights of the first layer, for a word before, at and after the place looked at.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        vectors: npt.NDArray[np.int8],
        letters: Floats,
        denied: Floats,
        first: Floats,
        alone: Layer,
    ) -> None:
        self._names = {word: row for row, word in enumerate(words)}
        self._rows = {
            word: row for word, row in self._names.items() if word == NO_WORD or folded(word) == word
        }
        self._vectors, self._letters, self._denied = vectors, letters, denied
        self._first = np.concatenate(np.split(first, 3), axis=1)
        self._alone = alone
        # Two rows a word, the second for where it is denied. Memory is taken only for those that are met.
        count = 2 * len(words)
        self._met = np.zeros(count, np.bool_)
        self._parts = np.zeros((count, self._first.shape[1]), np.float32)
        self._signs = np.zeros((count, alone.weights.shape[1]), np.uint8)

    def say(self, tokens: Sequence[str], denied: Sequence[bool]) -> tuple[Floats, Levels]:
        """For each token its sums in the first layer (as the word before, at and after a place), and its own signs."""
        rows = [self._rows.get(token) for token in tokens]
        unknown = {}
        for at in [at for at, row in enumerate(rows) if row is None]:
            name = folded(tokens[at])
            rows[at] = row = self._names.get(name, _NO_ROW)
            if row == _NO_ROW and (letters := letters_of(name, len(self._letters))):
                unknown[at] = letters
        keys = 2 * np.array(rows) + denied
        self._meet(keys)
        parts, signs = self._parts[keys], self._signs[keys]
        if unknown:
            places = list(unknown)
            vectors = self._spelt(list(unknown.values()))
            vectors[[denied[at] for at in places]] += self._denied
            parts[places], signs[places] = self._said(vectors)
        return parts, signs

    def _meet(self, keys: npt.NDArray[np.intp]) -> None:
        """Work out what words say that have not been met."""
        new = keys[~self._met[keys]]
        if len(new):
            vectors = self._vectors[new // 2].astype(np.float32)
            vectors[new % 2 == 1] += self._denied
            self._parts[new], self._signs[new] = self._said(vectors)
            self._met[new] = True

    def _said(self, vectors: Floats) -> tuple[Floats, Floats]:
        return vectors @ self._first, self._alone.signs(vectors)

    def _spelt(self, words: Sequence[list[int]]) -> Floats:
        """The vectors of words that are not in the vocabulary: each the mean of its runs of letters."""
        counts = [len(word) for word in words]
        runs = self._letters[[row for word in words for row in word]]
        sums = np.add.reduceat(runs, np.cumsum([0, *counts[:-1]]), axis=0)
        return np.rint(sums / np.array(counts, np.float32)[:, np.newaxis])
