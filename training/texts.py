"""The texts that the reader learns from, in the form that it reads them."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from service.reading.features import folded
from service.reading.negation import denied
from service.reading.words import tokens_of
from training.reports import read_reports
from training.sentences import read_sentences

FEWEST: Final = 12
"""Texts that must show a fact before it is learnt."""
_OTHER_LANGUAGES: Final = "languages"
"""How the names of the files begin whose texts are not in English."""


class Text(NamedTuple):
    """A text and what it shows. `words` are folded tokens; `denied` says of each whether its clause denies it."""

    text: str
    words: tuple[str, ...]
    denied: tuple[bool, ...]
    atoms: frozenset[str]
    english: bool = False


def prepared(text: str, atoms: frozenset[str] = frozenset(), *, english: bool = False) -> Text:
    """A text as the reader will meet it."""
    tokens = tokens_of(text) or ["."]
    return Text(text, tuple(folded(token) for token in tokens), tuple(denied(tokens)), atoms, english)


def learnt_reports() -> list[Text]:
    """The whole reports to learn from."""
    return [
        prepared(one.report.description, one.atoms, english=not one.where.startswith(_OTHER_LANGUAGES))
        for one in read_reports()
    ]


def learnt_sentences() -> list[Text]:
    """The single sentences and short reports to learn from."""
    return [
        prepared(one.text, one.atoms, english=not one.file.startswith(_OTHER_LANGUAGES))
        for one in read_sentences()
    ]


def learnt_atoms(texts: Sequence[Text]) -> list[str]:
    """The facts that enough of the texts show, in order."""
    shown = Counter(atom for one in texts for atom in one.atoms)
    return sorted(atom for atom, number in shown.items() if number >= FEWEST)


def truth(texts: Sequence[Text], atoms: Sequence[str]) -> npt.NDArray[np.float32]:
    """1 where a text (row) shows an atom (column), else 0."""
    columns = {atom: column for column, atom in enumerate(atoms)}
    table = np.zeros((len(texts), len(atoms)), np.float32)
    for row, one in enumerate(texts):
        for atom in one.atoms & columns.keys():
            table[row, columns[atom]] = 1
    return table
