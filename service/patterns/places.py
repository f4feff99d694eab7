"""Towns and villages by name, and a grid of cells about 500 m wide for what happened near each other.

The gazetteer (`places.tsv`) is from GeoNames, CC BY 4.0, and open lists.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

CELL_METRES: Final = 500.0
_METRES_A_DEGREE: Final = 111_320.0
# One width for the whole country, so that neighbouring cells are neighbours everywhere. At 54 degrees north a cell is
# square; in Cornwall it is a tenth wider, in Shetland a sixth narrower.
_NARROWING: Final = math.cos(math.radians(54.0))
_HALF_SURE: Final = frozenset(
    {"aston", "combe", "crawley", "churchill", "hailey", "langford", "reading", "salford"}
)
"""Places whose names are also surnames or words: believed only right after a street."""

Cell = tuple[int, int]


def cell_of(latitude: float, longitude: float) -> Cell:
    """The cell of a position (WGS84 degrees)."""
    north = math.floor(latitude * _METRES_A_DEGREE / CELL_METRES)
    east = math.floor(longitude * _METRES_A_DEGREE * _NARROWING / CELL_METRES)
    return north, east


def neighbourhood(cell: Cell) -> Iterator[Cell]:
    """The cell and the eight around it."""
    north, east = cell
    return ((north + up, east + right) for up in (-1, 0, 1) for right in (-1, 0, 1))


def metres_between(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The distance of two positions (latitude, longitude); good to a few metres over what matters here."""
    middle = math.radians((first[0] + second[0]) / 2)
    north = (first[0] - second[0]) * _METRES_A_DEGREE
    east = (first[1] - second[1]) * _METRES_A_DEGREE * math.cos(middle)
    return math.hypot(north, east)


@cache
def _gazetteer() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """By first word: the words of each name, longest first, and the place's one spelling."""
    filed: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for line in files("service.patterns").joinpath("places.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, _, _, _, others = line.split("\t")
        place = " ".join(_words(name))
        for spelling in (name, *filter(None, others.split(", "))):
            words = tuple(_words(spelling))
            filed.setdefault(words[0], []).append((words, place))
    return {first: tuple(sorted(names, reverse=True)) for first, names in filed.items()}


def _words(name: str) -> list[str]:
    return name.casefold().replace("-", " ").split()


def place_at(words: Sequence[str], at: int) -> str | None:
    """The place whose name begins at `words[at]`, in its one spelling; None when none does. Words are lower case."""
    for name, place in _gazetteer().get(words[at], ()):
        if tuple(words[at : at + len(name)]) == name:
            return place
    return None


def place_near(words: Sequence[str], start: int, reach: int) -> str | None:
    """The first place named in `words[start:start + reach]`."""
    for at in range(start, min(start + reach, len(words))):
        if (place := place_at(words, at)) is not None:
            return place
    return None


def only_place(words: Sequence[str]) -> str | None:
    """The place a text names, when it names one and no other; names that may be people's do not count."""
    gazetteer = _gazetteer()
    named: set[str] = set()
    beyond = 0
    for at, word in enumerate(words):
        if at >= beyond and word in gazetteer and (place := place_at(words, at)) is not None:
            named.add(place)
            beyond = at + len(place.split())  # "little faringdon" does not name Faringdon as well
    named -= _HALF_SURE
    return named.pop() if len(named) == 1 else None
