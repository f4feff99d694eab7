"""What the network made of one text, and which of its words made it so."""

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from service.reading.layers import Floats, levels
from service.reading.lexicon import Levels

_QUIET: Final = np.float32(0.04)
"""A word that says less than this share of all that speaks for a fact ends the run that is quoted."""
_BLURRED: Final = 3
"""A sign is found about a word and its neighbours; so its worth is shared between so many."""


class Run(NamedTuple):
    """The tokens from `start` to `end` that speak most for a fact, and the `strongest` one of all."""

    start: int
    end: int
    strongest: int


class Signs:
    """For each word how strong each sign is there, and for the whole text how strong."""

    def __init__(self, seen: Floats, alone: Levels, common_step: Floats) -> None:
        self._seen, self._alone = seen, alone
        self._share = common_step * np.float32(1 / (3 * len(seen) ** 0.5))
        common = levels(seen.sum(axis=0) * self._share)
        self.strength = np.concatenate([seen.max(axis=0), alone.max(axis=0), common])

    @cached_property
    def _strongest(self) -> npt.NDArray[np.intp]:
        """The word at which each sign but the common ones is strongest."""
        # Down the columns numpy is several times quicker with floats than with bytes.
        return np.concatenate([self._seen.argmax(axis=0), self._alone.astype(np.float32).argmax(axis=0)])

    def worth(self, weights: Floats) -> Floats:
        """What each word (a column) adds to each fact (a row), by the weights of every sign of the whole for it."""
        most = len(self._strongest)
        worth: Floats = (weights[:, most:] * self._share) @ self._seen.T
        facts, words = worth.shape
        strongest = self.strength[:most] * weights[:, :most]
        at = self._strongest + words * np.arange(facts)[:, np.newaxis]
        added = np.bincount(at.ravel(), strongest.ravel(), worth.size)
        worth += added.reshape(worth.shape).astype(np.float32)
        return _blurred(worth) if words > _BLURRED else worth


def runs(worth: Floats) -> list[Run]:
    """For each fact the run of words that speaks most for it, so that a reader sees what it was read from."""
    facts, words = worth.shape
    low = np.maximum(worth, 0).sum(axis=1, keepdims=True) * _QUIET
    sums = np.zeros((facts, words + 1), np.float32)
    np.cumsum(worth - low, axis=1, out=sums[:, 1:])
    ends = (sums[:, 1:] - np.minimum.accumulate(sums[:, :-1], axis=1)).argmax(axis=1) + 1
    return [
        Run(int(before[:end].argmin()), end, strongest)
        for before, end, strongest in zip(sums, ends.tolist(), worth.argmax(axis=1).tolist(), strict=True)
    ]


def _blurred(worth: Floats) -> Floats:
    quarter = worth * np.float32(0.25)
    blurred = worth * np.float32(0.5)
    blurred[:, 1:] += quarter[:, :-1]
    blurred[:, :-1] += quarter[:, 1:]
    return blurred
