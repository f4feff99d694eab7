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

from service.reading.features import folded, words_only
from service.reading.negation import denied
from service.reading.spelling import Spelling

_SENTENCE_ENDS: Final = frozenset(".!?;\n")
_LONGEST: Final = 30
_WINDOW: Final = 24
_STEP: Final = 12
_TOGETHER: Final = 4
"""Stretches that are read together."""


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
        self._tree = _tree(self._rows)
        self.spelling = Spelling((name for name in names if " " not in name), sought)

    def read(self, tokens: list[str], least: npt.NDArray[np.float32]) -> list[Read]:
        """Every fact whose log-odds reach its `least` in some stretch of the tokens, from where it is surest."""
        marks = denied(tokens)
        places = words_only(tokens)
        if not places:
            return []
        words = [folded(tokens[at]) for at in places]
        noes = [marks[at] for at in places]
        spans = _stretches(tokens, places)
        scores = self._scores(words, noes, spans)
        spans += [(spans[at][0], spans[last][1]) for at, last in _runs(len(spans))]
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
        alone = [self._known(words[first:last], noes[first:last]) for first, last in spans]
        rows: list[int] = []
        starts: list[int] = []
        together = (set().union(*alone[at : last + 1]) for at, last in _runs(len(alone)))
        for known in (*alone, *together):
            starts.append(len(rows))
            rows.append(0)  # an empty feature, so that no stretch is without one
            rows.extend(known)
        sums = np.add.reduceat(self._weights[rows], starts, axis=0, dtype=np.int32)
        return sums * self._scale + self._bias

    def _known(self, words: list[str], noes: list[bool]) -> set[int]:
        """The rows of the features of a stretch that have weights.

        The same features as `features` makes, met in a tree by word: most pairs have no weight, and are never written
        out.
        """
        rows: set[int] = set()
        last = len(words) - 1
        tree = self._tree
        for at, word in enumerate(words):
            branch = tree.get(word)
            if noes[at]:
                row = self._rows.get(f"!{word}")
                if row is not None:
                    rows.add(row)
            elif branch is not None and branch.row:
                rows.add(branch.row)
            if branch is None or at == last:
                continue
            pair = branch.pairs.get(words[at + 1])
            if pair is not None and pair.row:
                rows.add(pair.row)
            if at + 2 <= last:
                third = words[at + 2]
                if (row := branch.gaps.get(third)) is not None:
                    rows.add(row)
                if pair is not None and (row := pair.threes.get(third)) is not None:
                    rows.add(row)
        return rows

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


class _Pair:
    """Two words in a row: their row (0 when they have none), and the rows of threes that begin with them."""

    def __init__(self) -> None:
        self.row = 0
        self.threes: dict[str, int] = {}


class _Branch:
    """A word: its row, the pairs that begin with it, and the rows of pairs over a gap of one word."""

    def __init__(self) -> None:
        self.row = 0
        self.pairs: dict[str, _Pair] = {}
        self.gaps: dict[str, int] = {}


def _tree(rows: dict[str, int]) -> dict[str, _Branch]:
    """The features by their first word."""
    tree: dict[str, _Branch] = {}
    for name, row in rows.items():
        if not name or name[0] == "!":
            continue
        first, *others = name.split(" ")
        branch = tree.setdefault(first, _Branch())
        match others:
            case []:
                branch.row = row
            case ["_", last]:
                branch.gaps[last] = row
            case [second]:
                branch.pairs.setdefault(second, _Pair()).row = row
            case [second, last]:
                branch.pairs.setdefault(second, _Pair()).threes[last] = row
    return tree


def _runs(stretches: int) -> list[tuple[int, int]]:
    """First and last of the stretches that are read together as well: what one sentence begins the next may explain."""
    if stretches <= _TOGETHER:
        return [(0, stretches - 1)] if stretches > 1 else []
    return [(at, at + _TOGETHER - 1) for at in range(stretches - _TOGETHER + 1)]


def _stretches(tokens: Sequence[str], places: Sequence[int]) -> list[tuple[int, int]]:
    """Sentences as (first, last) of the words; what runs on without an end is cut into windows that overlap."""
    found: list[tuple[int, int]] = []
    ends = [at for at, token in enumerate(tokens) if token in _SENTENCE_ENDS]
    first, word = 0, 0
    for end in [*ends, len(tokens)]:
        while word < len(places) and places[word] < end:
            word += 1
        if word > first:
            found.extend(_windows(first, word))
            first = word
    return found


def _windows(first: int, last: int) -> list[tuple[int, int]]:
    if last - first <= _LONGEST:
        return [(first, last)]
    return [(start, min(start + _WINDOW, last)) for start in range(first, last - _WINDOW + _STEP, _STEP)]


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
