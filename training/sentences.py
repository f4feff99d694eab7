"""The labelled sentences: one a line, `labels<TAB>sentence`, `-` for a sentence that shows nothing."""

from pathlib import Path
from typing import Final, NamedTuple

from service.policy.vocabulary import FACTS

FOLDER: Final = Path(__file__).with_name("sentences")


class Labelled(NamedTuple):
    """A sentence, the atoms it shows, and the file and line it stands on."""

    text: str
    atoms: frozenset[str]
    file: str
    line: int


def read_sentences(folder: Path = FOLDER) -> list[Labelled]:
    """Every sentence of every file, in order of file name. Raises ValueError with file and line for a bad one."""
    return [
        _read(path.name, number, line)
        for path in sorted(folder.glob("*.tsv"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line and not line.startswith("#")
    ]


def labels_of(written: str) -> frozenset[str]:
    """The atoms of a field of labels; `-` for none. Raises ValueError for one that is no fact."""
    atoms = frozenset() if written == "-" else frozenset(label.strip() for label in written.split(","))
    for atom in atoms:
        fact, _, value = atom.partition("=")
        known = FACTS.get(fact)
        if known is None or not (value in (known.values or ()) or (known.number and value.isdecimal())):
            raise ValueError(f"{atom!r} is not a fact of the policy's vocabulary")
    return atoms


def _read(file: str, number: int, line: str) -> Labelled:
    labels, tab, text = line.partition("\t")
    if not tab or not text.strip():
        raise ValueError(f"{file}:{number}: there must be labels, a tab and a sentence")
    try:
        return Labelled(text, labels_of(labels), file, number)
    except ValueError as fault:
        raise ValueError(f"{file}:{number}: {fault}") from fault
