"""Phrases made ready for matching: each is cut into words and filed under its first."""

import re
from collections.abc import Iterable
from itertools import product
from typing import Final

from service.policy.model import PhraseIndex, PhrasePattern, PhrasePolicy
from service.reading.words import tokens_of

_PIECE: Final = re.compile(r"\{[^{}]*\}|[^\s{}]+")
_ANY_WORDS: Final = "*"
_NO_SECOND: Final = frozenset({""})

Place = frozenset[str] | None
"""The words accepted at one place of a phrase; None where up to three words may stand."""


def compile_phrases(entries: Iterable[PhrasePolicy]) -> PhraseIndex:
    """File every phrase under each pair of words it can begin with.

    Two words, because many phrases begin with a word that every text is full of. Raises ValueError when a phrase
    cannot be meant.
    """
    filed: dict[str, dict[str, list[PhrasePattern]]] = {}
    for entry in entries:
        for phrase in entry.words:
            for first, *rest in places(phrase):
                pattern = PhrasePattern(rest=tuple(rest), adds=tuple(entry.adds))
                second = rest[0] if rest and rest[0] is not None else _NO_SECOND
                for word, following in product(first or (), second):
                    filed.setdefault(word, {}).setdefault(following, []).append(pattern)
    return {
        first: {second: tuple(patterns) for second, patterns in seconds.items()}
        for first, seconds in filed.items()
    }


def places(phrase: str) -> list[list[Place]]:
    """The places of a phrase, in every form that its choices of several words give it.

    Choices of one word stay together as one place, so that a long list of them costs nothing when matching. Raises
    ValueError when the phrase is empty, has an unclosed brace, or begins or ends with a gap.
    """
    pieces = _PIECE.findall(phrase)
    if "".join("".join(pieces).split()) != "".join(phrase.split()):
        raise ValueError(f"phrase {phrase!r} has a brace that is not closed, or stands in another")
    forms = [[place for part in form for place in part] for form in product(*map(_choices, pieces))]
    if not pieces or any(not form or form[0] is None or form[-1] is None for form in forms):
        raise ValueError(f"phrase {phrase!r} must begin and end with a word")
    return forms


def _choices(piece: str) -> list[list[Place]]:
    """The ways of one piece of a phrase: all its single words as one place, each longer choice by itself."""
    if piece == _ANY_WORDS:
        return [[None]]
    options = [tokens_of(option) for option in piece.strip("{}").split("|")]
    single = frozenset(option[0] for option in options if len(option) == 1)
    ways: list[list[Place]] = [[single]] if single else []
    ways += [[frozenset({token}) for token in option] for option in options if len(option) > 1]
    return ways
