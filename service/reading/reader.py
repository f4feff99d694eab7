"""The text reader: a small convolutional network that says which facts a text shows, and by which words.

Every word is a vector (see `lexicon.py`). Three layers look at a word with its neighbours, a wider circle each time. Of
the whole text count the strongest sign of each kind, and how common it is; a last layer puts them together. `training/`
makes the weights. It needs numpy and nothing else.
"""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from itertools import compress
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from service.reading.layers import MOST, Floats, Layer, levels
from service.reading.lexicon import NO_WORD, Levels, Lexicon
from service.reading.negation import CLAUSE_ENDS, denied
from service.reading.spelling import Spelling

_QUIET: Final = 0.04
"""A word that says less than this share of all that speaks for a fact ends the run that is quoted."""
_NOTHING: Final = np.zeros(1, np.float32)
_BLUR: Final = np.array([0.25, 0.5, 0.25], np.float32)
"""A sign is found about a word and its neighbours; so its worth is shared between them."""


class Look(NamedTuple):
    """A text looked at.

    `scores` has the log-odds of each atom of the reader; `place` gives for the number of an atom the tokens (from, to)
    that speak most for it, `strongest` the one token that does.
    """

    scores: Floats
    place: Callable[[int], tuple[int, int]]
    strongest: Callable[[int], int]


class _Signs:
    """What the network made of a text: for each word how strong each sign is there, and for the whole how strong."""

    def __init__(self, seen: Floats, alone: Levels, common_step: Floats) -> None:
        self._seen, self._alone = seen, alone
        self._share = common_step * np.float32(1 / (3 * len(seen) ** 0.5))
        common = levels(seen.sum(axis=0) * self._share)
        self.strength = np.concatenate([seen.max(axis=0), alone.max(axis=0), common])

    @cached_property
    def _strongest(self) -> npt.NDArray[np.intp]:
        return np.concatenate([self._seen.argmax(axis=0), self._alone.argmax(axis=0)])

    def by_word(self, weights: Floats) -> Floats:
        """What each word adds when every sign of the whole has a weight."""
        most = len(self._strongest)
        common = self._seen @ (weights[most:] * self._share)
        strongest = self.strength[:most] * weights[:most]
        return common + np.bincount(self._strongest, strongest, len(common)).astype(np.float32)


class TextReader:
    """Trained weights, ready to read. Pure: the same tokens give the same scores, on any machine.

    Everything that is added up is a whole number below 2²⁴, which a 32-bit float holds exactly: so the order in which a
    processor adds does not matter.
    """

    def __init__(self, content: bytes) -> None:
        self.version = sha256(content).hexdigest()[:8]
        with np.load(BytesIO(content), allow_pickle=False) as stored:

            def layer(name: str) -> Layer:
                return Layer(
                    *(stored[f"{name}{part}"].astype(np.float32) for part in ("", "_step", "_bias"))
                )

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
        signs = [_Signs(seen[place], alone[place], self._common_step) for place in places]
        strengths = np.array([one.strength for one in signs])
        together = self._join.signs(strengths)
        scores = self._head.odds(strengths) + self._joined.odds(together)
        return [
            Look(odds, partial(self._place, tokens, one, joined), partial(self._strongest, one, joined))
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

    def _place(self, tokens: list[str], signs: _Signs, together: Floats, column: int) -> tuple[int, int]:
        return _surest(tokens, self._worth(signs, together, column))

    def _strongest(self, signs: _Signs, together: Floats, column: int) -> int:
        return int(self._worth(signs, together, column).argmax())

    def _worth(self, signs: _Signs, together: Floats, column: int) -> Floats:
        """How much each word speaks for a fact; the sum, but for what no word adds to, is its score."""
        beyond = (
            self._joined.weights[:, column] * self._joined.step[column] * (together > 0) * self._join.step
        )
        weights = self._head.weights[:, column] * self._head.step[column] + self._join.weights @ beyond
        worth = signs.by_word(weights)
        return np.convolve(worth, _BLUR, mode="same") if len(worth) > len(_BLUR) else worth


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


def _surest(tokens: list[str], worth: Floats) -> tuple[int, int]:
    """The run of words that speaks most for a fact, so that a reader sees what it was read from."""
    low = np.maximum(worth, 0).sum() * np.float32(_QUIET)
    sums = np.concatenate([_NOTHING, np.cumsum(worth - low)])
    end = int((sums[1:] - np.minimum.accumulate(sums[:-1])).argmax()) + 1
    start = int(sums[:end].argmin())
    while end - start > 1 and tokens[start] in CLAUSE_ENDS:
        start += 1
    while end - start > 1 and tokens[end - 1] in CLAUSE_ENDS:
        end -= 1
    return start, end


def _lines(stored: npt.NDArray[np.uint8]) -> list[str]:
    return str(stored.tobytes().decode()).split("\n")


@lru_cache(maxsize=1)
def shipped_reader() -> TextReader:
    """The reader with the weights of this release, loaded once a process."""
    return TextReader(files("service.reading").joinpath("weights.npz").read_bytes())
