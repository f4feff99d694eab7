"""Addresses in a text: a numbered or named house with its street, and streets by themselves."""

from collections.abc import Iterator
from typing import Final

import msgspec

from service.patterns.places import place_near
from service.patterns.wording import NAMELESS, Words, number_at, quoted

SUFFIXES: Final = {
    "street": "street", "st": "street", "str": "street", "road": "road", "rd": "road", "lane": "lane", "ln": "lane",
    "avenue": "avenue", "ave": "avenue", "av": "avenue", "close": "close", "drive": "drive", "crescent": "crescent",
    "cres": "crescent", "court": "court", "crt": "court", "place": "place", "gardens": "gardens", "gdns": "gardens",
    "grove": "grove", "terrace": "terrace", "terr": "terrace", "hill": "hill", "green": "green", "row": "row",
    "mews": "mews", "walk": "walk", "square": "square", "sq": "square", "view": "view", "rise": "rise", "way": "way",
    "park": "park", "parade": "parade", "end": "end", "mead": "mead", "leys": "leys", "leas": "leas",
    "meadow": "meadow", "meadows": "meadows", "croft": "croft", "crofts": "crofts", "field": "field",
    "fields": "fields", "piece": "piece", "yard": "yard", "wharf": "wharf", "broadway": "broadway",
}  # fmt: skip
"""How streets end, and the one spelling of each ending."""
_SURE: Final = frozenset({"street", "road", "lane", "avenue", "crescent"})
"""Endings that make a street of the word before even without a number."""
_NUMBER_WORDS: Final = frozenset({"no", "nr", "num", "number", "house"})
_BETWEEN: Final = frozenset({"in", "on", "at", "of", "along", "down"})
UNITS: Final = frozenset({"flat", "unit", "apartment", "apt", "room", "studio"})
HOUSES: Final = frozenset(
    {"cottage", "farm", "farmhouse", "house", "barn", "lodge", "manor", "rectory", "vicarage", "grange"}
)
_MOST_NAMES: Final = 3
_PLACE_REACH: Final = 4
_INDEFINITE: Final = frozenset({"top", "ground", "upstairs", "downstairs"})


class Door(msgspec.Struct, frozen=True):
    """A house as it was read. `house` is its number or name; empty when only the street was told.

    `unit` is the flat in it; `place` the town or village, empty when it was not told beside the street.
    """

    house: str
    street: str
    unit: str = ""
    place: str = ""
    words: str = ""

    @property
    def building(self) -> str:
        """House and street in one spelling."""
        return f"{self.house}|{self.street}"


def read_doors(words: Words, hits: list[int]) -> Iterator[Door]:
    """The houses and streets of a text; `hits` are the places of words that end streets or name houses.

    Bounded work for each hit, so linear in the text.
    """
    lower = words.lower
    done = -1
    for at in hits:
        if at <= done:
            continue
        door = _street_at(words, at) if lower[at] in SUFFIXES else _house_at(words, at)
        if door is not None:
            done = at
            yield door


def _street_at(words: Words, at: int) -> Door | None:
    lower = words.lower
    end = at
    if end + 1 < len(lower) and lower[end] != "st" and lower[end + 1] in {"street", "road", "lane", "close"}:
        end += 1  # "Church Green Lane"
    elif end + 1 < len(lower) and lower[end] == "st" and end + 2 < len(lower) and lower[end + 2] in SUFFIXES:
        return None  # "St Johns Road": the road ends it
    first = at
    while first > 0 and at - first < _MOST_NAMES and _names(lower[first - 1]):
        first -= 1
        if (numbered := _numbered(words, first, end)) is not None:
            return numbered
    if SUFFIXES[lower[end]] not in _SURE or first == at or lower[at - 1] == "the":
        return None
    # Without a number the name is what is written with capitals, else the word before.
    start = at - 1
    while start > first and words.raw[start][:1].isupper() and words.raw[start - 1][:1].isupper():
        start -= 1
    return Door("", _spelling(lower[start : end + 1]), "", _place(lower, end), quoted(words, start, end + 1))


def _numbered(words: Words, first: int, end: int) -> Door | None:
    """The door whose street is `first` to `end`, when a number stands before it."""
    lower = words.lower
    before = first - 1
    linked = before > 0 and lower[before] in _BETWEEN
    if linked:
        before -= 1
    number = number_at(lower, before)
    if number is None:
        return None
    house, start = number
    said = start > 0 and lower[start - 1] in _NUMBER_WORDS
    in_flat = start > 0 and lower[start - 1] in UNITS and not (start > 1 and lower[start - 2] in _INDEFINITE)
    if (linked and not said) or in_flat or _sentence_ends(words, house, first):
        return None
    if said:
        start -= 1
    unit, start = _unit(lower, start)
    return Door(
        house, _spelling(lower[first : end + 1]), unit, _place(lower, end), quoted(words, start, end + 1)
    )


def _sentence_ends(words: Words, number: str, first: int) -> bool:
    """Whether a full stop parts the number from the name: "she is 12. Mill Street is dark"."""
    return f"{number}. {words.raw[first]}" in words.text


def _unit(lower: list[str], start: int) -> tuple[str, int]:
    """The flat told before a house: "flat 3, 12 Mill Street", "top flat, 12 Mill Street"."""
    for back in (1, 2):
        at = start - back
        if at < 0:
            break
        if lower[at] in UNITS:
            told = (
                lower[at + 1]
                if back == 2
                else (lower[at - 1] if at > 0 and lower[at - 1] in _INDEFINITE else "")
            )
            number = number_at(lower, at + 1) if back == 2 else None
            return (number[0] if number else told), at
    return "", start


def _house_at(words: Words, at: int) -> Door | None:
    """A house with a name and a street or place: "Rose Cottage, Mill Lane", "Manor Farm, Leafield"."""
    lower = words.lower
    first = at
    while first > 0 and at - first < 2 and _names(lower[first - 1]) and words.raw[first - 1][:1].isupper():
        first -= 1
    if first == at or not words.raw[at][:1].isupper():
        return None
    name = " ".join(lower[first : at + 1])
    for end in range(at + 2, min(at + 2 + _MOST_NAMES, len(lower))):
        if lower[end] in SUFFIXES and all(map(_names, lower[at + 1 : end])):
            return Door(
                name,
                _spelling(lower[at + 1 : end + 1]),
                "",
                _place(lower, end),
                quoted(words, first, end + 1),
            )
    place = place_near(lower, at + 1, 2)
    return None if place is None else Door(name, "", "", place, quoted(words, first, at + 2))


def _names(word: str) -> bool:
    return (word not in NAMELESS or word == "the") and word.isalpha()


def _spelling(street: list[str]) -> str:
    *names, suffix = street
    return " ".join([*(name.replace("saint", "st") for name in names if name != "the"), SUFFIXES[suffix]])


def _place(lower: list[str], end: int) -> str:
    return place_near(lower, end + 1, _PLACE_REACH) or ""
