"""The text reader: a small convolutional network that says which facts a text shows, and by which words.

Every word is a vector (see `lexicon.py`). Three layers look at a word with its neighbours, a wider circle each time. Of
the whole text count the strongest sign of each kind, and how common it is; a last layer puts them together. `training/`
makes the weights. It needs numpy and nothing else.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from itertools import compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.reading.layers import MOST, Floats, Layer
from service.reading.lexicon import NO_WORD, Lexicon
from service.reading.negation import CLAUSE_ENDS, denied
from service.reading.signs import Run, Signs, runs
from service.reading.spelling import Spelling


class Look(NamedTuple):
    """A text looked at.

    `scores` has the log-odds of each atom of the reader; `runs` gives for the numbers of some atoms the tokens that
    speak most for each.
    """

    scores: Floats
    runs: Callable[[Sequence[int]], list[Run]]


class TextReader:
    """Trained weights, ready to read. Pure: the same tokens give the same scores, on any machine.

    Everything that is added up is a whole number below 2²⁴, which a 32-bit float holds exactly: so the order in which a
    processor adds does not matter.
    """

    def __init__(self, content: bytes) -> None:
        self.version = sha256(content).hexdigest()[:8]
        with np.load(BytesIO(content), allow_pickle=False) as stored:

            def layer(name: str) -> Layer:
                return Layer(*(stored[f"{name}{part}"].astype(np.float32) for part in ("", "_step", "_bias")))

            words = _lines(stored["words"])
            self.atoms = tuple(_lines(stored["atoms"]))
            sought = _lines(stored["sought"])
            english = stored["english"].astype(bool)
            self._reach = [int(reach) for reach in stored["reach"]]
            self._apart = max(self._reach)
            self._layers = [layer(f"layer{number}") for number in range(len(self._reach))]
            self._lexicon = Lexicon(
                words,
                vectors=stored["vectors"],
                letters=stored["letters"].astype(np.float32),
                denied=stored["denied"].astype(np.float32),
                first=self._layers[0].weights,
                alone=layer("alone"),
            )
            self._common_step: Floats = stored["common_step"]
            self._join, self._head, self._joined = layer("join"), layer("head"), layer("joined")
        # What each sign adds to each fact (a row): of the whole straight away, and by way of the signs joined of them.
        self._direct = np.ascontiguousarray((self._head.weights * self._head.step).T)
        joined = self._joined.weights * self._joined.step
        self._beyond = np.ascontiguousarray(joined.T) * self._join.step
        self._joining = np.ascontiguousarray(self._join.weights.T)
        self.columns = {atom: column for column, atom in enumerate(self.atoms)}
        self.english = frozenset(compress(words, english))
        """Words that the English texts among the training texts hold more than once."""
        self.spelling = Spelling(words, sought)

    def look(self, tokens: list[str]) -> Look:
        """What the tokens show, with how sure that is. There must be one token at least."""
        return self.look_together([tokens])[0]

    def look_together(self, texts: Sequence[list[str]]) -> list[Look]:
        """The same for several texts at a lower price each: they are laid end to end, out of each other's sight."""
        laid: list[str] = []
        marks: list[bool] = []
        places = []
        for tokens in texts:
            if laid:
                laid += [NO_WORD] * self._apart
                marks += [False] * self._apart
            places.append(slice(len(laid), len(laid) + len(tokens)))
            laid += tokens
            marks += denied(tokens)
        between = [row for place in places[:-1] for row in range(place.stop, place.stop + self._apart)]
        parts, alone = self._lexicon.say(laid, marks)
        seen = self._seen(parts, between)
        signs = [Signs(seen[place], alone[place], self._common_step) for place in places]
        strengths = np.array([one.strength for one in signs])
        together = self._join.signs(strengths)
        scores = self._head.odds(strengths) + self._joined.odds(together)
        return [
            Look(odds, partial(self._runs, tokens, one, joined))
            for odds, tokens, one, joined in zip(scores, texts, signs, together, strict=True)
        ]

    def _seen(self, parts: Floats, between: list[int]) -> Floats:
        """The signs about each word; rows `between` texts stay empty, as there is nothing beyond the ends of a text."""
        seen = self._layers[0].signs_of(_brought_together(parts, self._reach[0]))
        seen[between] = 0
        for layer, reach in zip(self._layers[1:], self._reach[1:], strict=True):
            found = layer.signs(with_neighbours(seen, reach))
            found += seen
            seen = np.minimum(found, MOST, out=found)
            seen[between] = 0
        return seen

    def _runs(
        self, tokens: Sequence[str], signs: Signs, together: Floats, columns: Sequence[int]
    ) -> list[Run]:
        if not columns:
            return []
        return [_within_clauses(tokens, run) for run in runs(signs.worth(self._weights(together, columns)))]

    def _weights(self, together: Floats, columns: Sequence[int]) -> Floats:
        """How much each sign of the whole speaks for some facts, a row each."""
        joined = np.flatnonzero(together)
        weights: Floats = self._beyond[columns][:, joined] @ self._joining[joined]
        weights += self._direct[columns]
        return weights


def _brought_together(parts: Floats, reach: int) -> Floats:
    """At each place the sum of what the words before, at and after it bring to the first layer."""
    before, at, after = np.split(parts, 3, axis=1)
    sums = at.copy()
    sums[reach:] += before[:-reach]
    sums[:-reach] += after[reach:]
    return sums


def with_neighbours(seen: Floats, reach: int) -> Floats:
    """Each row beside the one `reach` before it and the one `reach` after it; nothing stands beyond the ends."""
    count, width = seen.shape
    stacked = np.zeros((count, 3 * width), np.float32)
    stacked[reach:, :width] = seen[:-reach]
    stacked[:, width : 2 * width] = seen
    stacked[:-reach, 2 * width :] = seen[reach:]
    return stacked


def _within_clauses(tokens: Sequence[str], run: Run) -> Run:
    """A run without the ends of clauses at its own ends."""
    start, end, strongest = run
    while end - start > 1 and tokens[start] in CLAUSE_ENDS:
        start += 1
    while end - start > 1 and tokens[end - 1] in CLAUSE_ENDS:
        end -= 1
    return Run(start, end, strongest)


def _lines(stored: npt.NDArray[np.uint8]) -> list[str]:
    return str(stored.tobytes().decode()).split("\n")


@lru_cache(maxsize=1)
def shipped_reader() -> TextReader:
    """The reader with the weights of this release, loaded once a process."""
    return TextReader(files("service.reading").joinpath("weights.npz").read_bytes())
