"""Pubs, clubs and hotels by name."""

from collections.abc import Iterator
from typing import Final

import msgspec

from service.patterns.places import place_at
from service.patterns.wording import NAMELESS, Words, listed, quoted

NOUNS: Final = frozenset(
    {"arms", "inn", "hotel", "tavern", "nightclub", "lion", "head", "crown", "oak", "alehouse"}
)
"""Words that names of venues end in."""
_ALONE: Final = frozenset({"arms", "head", "crown", "oak", "lion"})
"""Words that need a capital or a "the" before the name: "his arms" is no pub."""
_LONGEST_TOWN: Final = 4
_COMMON: Final = frozenset(
    listed(
        "a an the pub club bar hotel inn nightclub restaurant cafe shop supermarket station rank stop centre"
        " center school park hospital home house flat town high street car bus train taxi petrol garage service"
        " services tesco sainsburys sainsbury aldi lidl asda morrisons waitrose coop co op spar mcdonalds kfc"
        " greggs burger king kebab chip chippy takeaway market square village green playground rec recreation"
        " ground our my local unknown none n"
    )
)
"""Words that alone, or together, name no one place: everybody's station is the same, and it links nobody."""


class Venue(msgspec.Struct, frozen=True):
    """A venue as it was read; `name` is in one spelling."""

    name: str
    words: str


def read_venues(words: Words, hits: list[int]) -> Iterator[Venue]:
    """The named venues of a text; `hits` are the places of NOUNS."""
    lower, raw = words.lower, words.raw
    for at in hits:
        if at > 0 and lower[at - 1] == "premier" and lower[at] == "inn":
            yield Venue("premier inn", quoted(words, at - 1, at + 1))
            continue
        first = at
        while (
            first > 0 and at - first < 2 and lower[first - 1].isalpha() and lower[first - 1] not in NAMELESS
        ):
            first -= 1
        first = _capitals_only(raw, first, at)
        if first == at or first < 0:
            continue
        capital = raw[first][:1].isupper() and raw[at][:1].isupper()
        introduced = first > 0 and lower[first - 1] == "the"
        if capital or (introduced and (lower[at] not in _ALONE or at - first == 1)):
            name = venue_name(" ".join(lower[first : at + 1]))
            if name:
                yield Venue(name, quoted(words, first - introduced, at + 1))


def _capitals_only(raw: list[str], first: int, at: int) -> int:
    """Where the name begins: in "near Example Arms" with the capital."""
    while first < at - 1 and not raw[first][:1].isupper() and raw[at][:1].isupper():
        first += 1
    return first


def venue_name(typed: str) -> str:
    """A venue's name in one spelling, without its town; empty when it is none of its own, as "the station"."""
    plain = "".join(character for character in typed.casefold() if character.isalnum() or character in " -,&")
    words = plain.replace("&", " and ").replace("-", " ").partition(",")[0].split()
    if words[:1] == ["the"]:
        words = words[1:]
    words = _without_town(words)
    if (
        len(words) > 1
        and words[-1] in {"pub", "club", "nightclub", "hotel", "bar", "inn"}
        and words[-2] not in _COMMON
    ):
        words = words[:-1]
    return "" if all(word in _COMMON or word.isdigit() for word in words) else " ".join(words)


def _without_town(words: list[str]) -> list[str]:
    """The words before a town or village at the end: a town by itself is no venue."""
    for at in range(max(0, len(words) - _LONGEST_TOWN), len(words)):
        place = place_at(words, at)
        if place is not None and len(place.split()) == len(words) - at:
            return words[:at]
    return words
