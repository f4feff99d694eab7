"""The sentence reader: small linear classifiers that say which facts a stretch of words shows.

For each fact a logistic regression over words, pairs and threes of words; `training/` makes the weights. Words that no
training sentence holds have weights as well, from what they have in common with others (static word vectors).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from service.reading.features import features, folded, words_only
from service.reading.negation import denied
from service.reading.spelling import Spelling

_SENTENCE_ENDS: Final = frozenset(".!?;\n")
_LONGEST: Final = 30
_WINDOW: Final = 24
_STEP: Final = 12


class Read(NamedTuple):
    """A fact found: its atom, how sure (log-odds), and the tokens `start` to `end` it was read from."""

    atom: str
    score: float
    start: int
    end: int


class SentenceReader:
    """Trained weights, ready to read. Pure: the same tokens give the same scores."""

    def __init__(self, content: bytes) -> None:
        self.version = sha256(content).hexdigest()[:8]
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            names = stored["features"].tobytes().decode().split("\n")
            self.atoms = tuple(stored["atoms"].tobytes().decode().split("\n"))
            sought = stored["sought"].tobytes().decode().split("\n")
            self._weights: npt.NDArray[np.int8] = stored["weights"]
            self._scale: npt.NDArray[np.float32] = stored["scale"]
            self._bias: npt.NDArray[np.float32] = stored["bias"]
        self._rows = {name: row for row, name in enumerate(names)}
        self.spelling = Spelling((name for name in names if " " not in name), sought)

    def read(self, tokens: list[str], least: npt.NDArray[np.float32]) -> list[Read]:
        """Every fact whose log-odds reach its `least` in some stretch of the tokens, from where it is surest."""
        marks = denied(tokens)
        places = words_only(tokens)
        if not places:
            return []
        words = [folded(tokens[at]) for at in places]
        noes = [marks[at] for at in places]
        spans = list(_stretches(tokens, places))
        scores = self._scores(words, noes, spans)
        best = scores.argmax(axis=0)
        top = scores[best, np.arange(len(self.atoms))]
        found = []
        for column in np.flatnonzero(top >= least):
            first, last = spans[best[column]]
            start, end = self._surest(words[first:last], noes[first:last], int(column))
            found.append(
                Read(
                    self.atoms[column],
                    float(top[column]),
                    places[first + start],
                    places[first + end - 1] + 1,
                )
            )
        return found

    def _scores(
        self, words: list[str], noes: list[bool], spans: list[tuple[int, int]]
    ) -> npt.NDArray[np.float32]:
        """Log-odds of every fact (columns) in every stretch (rows)."""
        rows: list[int] = []
        starts: list[int] = []
        known = self._rows
        for first, last in spans:
            starts.append(len(rows))
            rows.append(0)  # an empty feature, so that no stretch is without one
            rows.extend(
                {
                    row
                    for name in features(words[first:last], noes[first:last])
                    if (row := known.get(name)) is not None
                }
            )
        sums = np.add.reduceat(self._weights[rows], starts, axis=0, dtype=np.int32)
        return sums * self._scale + self._bias

    def _surest(self, words: list[str], noes: list[bool], column: int) -> tuple[int, int]:
        """The run of words that speaks most for a fact, so that a reader sees what it was read from."""
        worth = [0.0] * len(words)
        for name, start, length in _placed(words, noes):
            row = self._rows.get(name)
            if row is not None:
                share = float(self._weights[row, column]) / length
                for at in range(start, start + length):
                    worth[at] += share
        low = 2.0  # a word that says hardly anything ends the run
        best, span, total, begun = 0.0, (0, len(words)), 0.0, 0
        for at, value in enumerate(worth):
            if total <= 0:
                total, begun = 0.0, at
            total += value - low
            if total > best:
                best, span = total, (begun, at + 1)
        return span


def _stretches(tokens: Sequence[str], places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Sentences as (first, last) of the words; what runs on without an end is cut into windows that overlap."""
    first = 0
    for at in range(len(places)):
        last = at == len(places) - 1
        if last or any(token in _SENTENCE_ENDS for token in tokens[places[at] + 1 : places[at + 1]]):
            yield from _windows(first, at + 1)
            first = at + 1


def _windows(first: int, last: int) -> Iterator[tuple[int, int]]:
    if last - first <= _LONGEST:
        yield first, last
        return
    for start in range(first, last - _WINDOW + _STEP, _STEP):
        yield start, min(start + _WINDOW, last)


def _placed(words: Sequence[str], noes: Sequence[bool]) -> Iterator[tuple[str, int, int]]:
    """Each feature with the first word it covers and how many, in the order of `features`."""
    for at, name in enumerate(words):
        yield (f"!{name}" if noes[at] else name), at, 1
        if at >= 1:
            yield f"{words[at - 1]} {name}", at - 1, 2
        if at >= 2:
            yield f"{words[at - 2]} {words[at - 1]} {name}", at - 2, 3


@lru_cache(maxsize=1)
def shipped_reader() -> SentenceReader:
    """The reader with the weights of this release, loaded once a process."""
    return SentenceReader(files("service.reading").joinpath("weights.npz").read_bytes())
