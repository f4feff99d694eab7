"""A layer of the text reader: signs come in, signs go out, all of them whole levels from 0 to 255."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
MOST: Final = 255
"""The greatest level of a sign."""


class Layer(NamedTuple):
    """Whole weights, what their sums are worth in levels of each sign, and the bias in levels."""

    weights: Floats
    step: Floats
    bias: Floats

    def signs(self, incoming: Floats) -> Floats:
        """The signs that the incoming ones make."""
        return self.signs_of(incoming @ self.weights)

    def signs_of(self, sums: Floats) -> Floats:
        """The signs that weighed sums make, in place."""
        sums *= self.step
        sums += self.bias
        return levels(sums)

    def odds(self, incoming: Floats) -> Floats:
        """The sums themselves: of a last layer, log-odds."""
        return (incoming @ self.weights) * self.step + self.bias


def levels(found: Floats) -> Floats:
    """Whole levels from 0 to 255, in place."""
    np.rint(found, out=found)
    np.maximum(found, 0, out=found)
    return np.minimum(found, MOST, out=found)
