"""Phrases made ready for matching: each is cut into words and filed under its first."""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from service.policy.model import PhrasePattern, PhrasePolicy

_APOSTROPHES: Final = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`\N{MODIFIER LETTER APOSTROPHE}]")
_TOKEN: Final = re.compile(r"[^\W_]+|[£.,;:!?()\n]")
_CHOICE: Final = re.compile(r"\{([^{}]*)\}")
_ANY_WORDS: Final = "*"


def tokens_of(text: str) -> list[str]:
    """The words of a text and the marks that end a clause, in one spelling: lower case and without apostrophes."""
    return _TOKEN.findall(_APOSTROPHES.sub("", text.casefold()))


def compile_phrases(entries: Iterable[PhrasePolicy]) -> dict[str, tuple[PhrasePattern, ...]]:
    """File every spelling of every phrase under its first word."""
    filed: dict[str, list[PhrasePattern]] = {}
    for entry in entries:
        for phrase in entry.words:
            for spelling in spellings(phrase):
                first, *rest = pattern_of(spelling)
                if first is None:
                    raise ValueError(f"phrase {phrase!r} must begin with a word")
                pattern = PhrasePattern(rest=tuple(rest), adds=tuple(entry.adds), phrase=spelling)
                filed.setdefault(first, []).append(pattern)
    return {first: tuple(patterns) for first, patterns in filed.items()}


def spellings(phrase: str) -> Iterator[str]:
    """Every phrase that `{a|b}` stands for."""
    parts = _CHOICE.split(phrase)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    for chosen in product(*choices):
        yield " ".join("".join(chosen).split())


def pattern_of(spelling: str) -> list[str | None]:
    """The words of one spelling; None where up to three words may stand."""
    pattern: list[str | None] = []
    for piece in spelling.split():
        if piece == _ANY_WORDS:
            pattern.append(None)
        else:
            pattern.extend(tokens_of(piece))
    if not pattern:
        raise ValueError("a phrase needs at least one word")
    return pattern
