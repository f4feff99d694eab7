"""Fitting the sentence reader: one logistic regression a fact, folded into one table of small whole numbers."""

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from service.reading.features import features, folded, words_only
from service.reading.negation import denied
from service.reading.words import tokens_of
from training.sentences import Labelled
from training.vectors import WordVectors

FEWEST: Final = 12
"""Sentences that must show a fact before it is learnt."""
_STRENGTH: Final = 1.0
_VECTOR_SCALE: Final = 0.06
_SOUGHT: Final = 4
_FLOOR: Final = 0.02
"""Weights smaller than this share of a fact's largest are noise; a feature with nothing else is left out."""


class Design:
    """The sentences as a matrix: a column for each feature, and the word vectors beside them."""

    def __init__(self, texts: Sequence[str], vectors: WordVectors) -> None:
        counted = [_features(text) for text in texts]
        uses = Counter(name for names in counted for name in names)
        self.names = sorted(name for name, number in uses.items() if " " not in name or number > 1)
        self.uses = uses
        self._columns = {name: column for column, name in enumerate(self.names)}
        self._vectors = vectors
        self.matrix = self._matrix(counted)

    def of(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Other texts in the same columns."""
        return self._matrix([_features(text) for text in texts])

    def _matrix(self, counted: list[set[str]]) -> sparse.csr_matrix:
        places, ends = [], [0]
        for names in counted:
            places += sorted(self._columns[name] for name in names if name in self._columns)
            ends.append(len(places))
        shown = sparse.csr_matrix(
            (np.ones(len(places), np.float32), places, ends), (len(counted), len(self.names))
        )
        dense = np.array([self._sum(names) for names in counted], np.float32)
        return sparse.hstack([shown, sparse.csr_matrix(dense)]).tocsr()

    def _sum(self, names: set[str]) -> npt.NDArray[np.float32]:
        total = np.zeros(self._vectors.size, np.float32)
        for name in sorted(names):
            total += word_vector(name, self._vectors)
        return total


def word_vector(name: str, vectors: WordVectors) -> npt.NDArray[np.float32]:
    """The vector of a feature that is one undenied word, else zeros; scaled to sit beside counted features."""
    if " " in name or name[0] in "!#":
        return np.zeros(vectors.size, np.float32)
    return vectors.of(name) * np.float32(_VECTOR_SCALE)


def fit(labelled: Sequence[Labelled]) -> bytes:
    """Train on the sentences; returns the content of the weights file."""
    vectors = WordVectors()
    design = Design([one.text for one in labelled], vectors)
    uses = Counter(atom for one in labelled for atom in one.atoms)
    atoms = sorted(atom for atom, number in uses.items() if number >= FEWEST)
    coefficients, bias = [], []
    for atom in atoms:
        model = regression().fit(design.matrix, [atom in one.atoms for one in labelled])
        coefficients.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return _stored(design, vectors, atoms, np.array(coefficients, np.float32), np.array(bias, np.float32))


def regression() -> LogisticRegression:
    """The classifier of one fact, untrained."""
    return LogisticRegression(solver="liblinear", C=_STRENGTH, max_iter=300, random_state=0)


def _stored(
    design: Design,
    vectors: WordVectors,
    atoms: list[str],
    coefficients: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
) -> bytes:
    """Fold the vectors' weights into each word's row, and write all rows as whole numbers of one byte."""
    counted = len(design.names)
    by_vector = coefficients[:, counted:].T
    trained = coefficients[:, :counted].T + np.array(
        [word_vector(name, vectors) @ by_vector for name in design.names], np.float32
    )
    others = sorted(set(vectors.whole_words()) - set(design.names))
    untrained = np.array([word_vector(name, vectors) @ by_vector for name in others], np.float32)
    table = np.concatenate([np.zeros((1, len(atoms)), np.float32), trained, untrained])
    names = ["", *design.names, *others]
    scale = np.abs(table).max(axis=0) / 127
    small = np.round(table / scale).astype(np.int8)
    # Words stay whatever they weigh: the spelling must know them.
    kept = [
        row
        for row, name in enumerate(names)
        if not row or " " not in name or np.abs(small[row]).max() >= 127 * _FLOOR
    ]
    sought = sorted(name for name in design.names if name.isalpha() and design.uses[name] >= _SOUGHT)
    content = BytesIO()
    np.savez_compressed(
        content,
        features=_lines([names[row] for row in kept]),
        atoms=_lines(atoms),
        sought=_lines(sought),
        weights=small[kept],
        scale=scale.astype(np.float32),
        bias=bias,
    )
    return content.getvalue()


def _lines(values: list[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(values).encode(), np.uint8)


def _features(text: str) -> set[str]:
    tokens = tokens_of(text)
    marks = denied(tokens)
    places = words_only(tokens)
    return set(features([folded(tokens[at]) for at in places], [marks[at] for at in places]))
