"""Texts made out of the labelled ones, for the teacher to label: more of the same kind than anybody could write.

Reports with sentences left out, sentences of several reports put together, words exchanged for words alike. What such a
text shows, no person has said; the teacher says it, and the reader learns what the teacher thinks.
"""

import random
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from training.texts import Text, prepared
from training.vectors import WordVectors

_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_EXCHANGED: Final = 0.15
_LEFT_OUT: Final = 0.06
_ALIKE: Final = 10
_WORD: Final = re.compile(r"[a-z]{4,}")


class Variations:
    """Makes variations of texts; the same seed makes the same ones."""

    def __init__(self, texts: Sequence[Text], vectors: WordVectors, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing secret comes of it
        self._texts = [one.text for one in texts]
        self._sentences = [
            [piece.strip() for piece in _SENTENCE.findall(text) if len(piece.split()) > 1]
            for text in self._texts
        ]
        self._alike = _alike({word for one in texts for word in one.words if _WORD.fullmatch(word)}, vectors)

    def make(self, count: int) -> list[Text]:
        """So many texts, without what they show."""
        ways = (self._shortened, self._mixed, self._reworded, self._reworded)
        return [prepared(self._random.choice(ways)()) for _ in range(count)]

    def _shortened(self) -> str:
        """A report with some of its sentences left out, worded a little differently."""
        sentences = self._random.choice(self._sentences)
        if len(sentences) < 2:
            return self._reworded()
        kept = sorted(self._random.sample(range(len(sentences)), self._random.randint(1, len(sentences) - 1)))
        return self._exchanged(" ".join(sentences[at] for at in kept))

    def _mixed(self) -> str:
        """Sentences of two or three texts after one another."""
        parts = [self._random.choice(self._sentences) for _ in range(self._random.choice((2, 2, 3)))]
        return " ".join(
            " ".join(part[: self._random.randint(1, 3)]) for part in parts if part
        ) or self._random.choice(self._texts)

    def _reworded(self) -> str:
        return self._exchanged(self._random.choice(self._texts))

    def _exchanged(self, text: str) -> str:
        words = []
        for word in text.split():
            chance = self._random.random()
            if chance < _LEFT_OUT:
                continue
            plain = word.strip(".,;:!?\"'()").lower()
            if chance < _LEFT_OUT + _EXCHANGED and plain in self._alike:
                end = word[len(word.rstrip(".,;:!?")) :]
                words.append(self._random.choice(self._alike[plain]) + end)
            else:
                words.append(word)
        return " ".join(words) or text


def _alike(words: set[str], vectors: WordVectors) -> dict[str, list[str]]:
    """For each word those nearest to it."""
    names = sorted(words)
    table = np.array([vectors.of(name) for name in names])
    table /= np.linalg.norm(table, axis=1, keepdims=True) + 1e-6
    found = {}
    for start in range(0, len(names), 512):
        likeness = table[start : start + 512] @ table.T
        nearest = np.argpartition(-likeness, _ALIKE + 1, axis=1)[:, : _ALIKE + 1]
        for row, near in enumerate(nearest):
            name = names[start + row]
            others = [names[at] for at in sorted(near) if names[at] != name and likeness[row, at] > 0.45]
            if others:
                found[name] = others
    return found
