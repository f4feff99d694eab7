"""Phrases made ready for matching: each is cut into places and filed under its rarest words.

knife                     the word
{knife|big blade}         either of these
<blade>                   any word of a class of words.toml
lock~                     the word in its regular forms: lock, locks, locked, locking
*  **                     up to three words, up to eight words, inside the clause or the sentence
<passport> & <keeps>      both in one sentence, in any order
<passport> ! {lost|new}   but not in a sentence that also says this
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product
from typing import Final

from service.policy.model import Gap, PhraseIndex, PhrasePattern, PhrasePolicy, Place
from service.reading.words import tokens_of

_PIECE: Final = re.compile(r"\{[^{}]*\}|<[^<>]*>|[^\s{}<>]+")
_GAPS: Final = {"*": Gap(3, over_commas=False), "**": Gap(8, over_commas=True)}
_CLASS: Final = re.compile(r"<([a-z][a-z0-9_]*)>")
_VOWELS: Final = frozenset("aeiou")
_MOST_FORMS: Final = 400

Classes = Mapping[str, Iterable[str]]
"""The words of each class of words.toml; an entry may be several words."""


def compile_phrases(entries: Iterable[PhrasePolicy], classes: Classes) -> PhraseIndex:
    """File every phrase under the words of its rarest place. Raises ValueError when a phrase cannot be meant."""
    patterns = [
        (form, exceptions, tuple(entry.adds))
        for entry in entries
        for phrase in entry.words
        for form, exceptions in forms_of(phrase, classes)
    ]
    # How many phrases hold a word tells how common it is in what people report: a place of few and rare words is
    # where to begin.
    common = Counter(
        word
        for form, _, _ in patterns
        for part in form
        for place in part
        if not isinstance(place, Gap)
        for word in place
    )
    filed: dict[str, list[PhrasePattern]] = {}
    for form, exceptions, adds in patterns:
        places = [
            (sum(common[word] + 5 for word in place), number, at)
            for number, part in enumerate(form)
            for at, place in enumerate(part)
            if not isinstance(place, Gap)
        ]
        _, number, at = min(places)
        needs = sorted(
            (place for n, part in enumerate(form) for a, place in enumerate(part)
             if not isinstance(place, Gap) and (n, a) != (number, at)),
            key=len,
        )  # fmt: skip
        pattern = PhrasePattern(
            anchor=form[number],
            at=at,
            others=tuple(part for n, part in enumerate(form) if n != number),
            exceptions=exceptions,
            needs=tuple(needs[:3]),
            adds=adds,
        )
        anchors = form[number][at]
        for word in sorted(anchors if not isinstance(anchors, Gap) else ()):
            filed.setdefault(word, []).append(pattern)
    return {word: tuple(found) for word, found in filed.items()}


Form = tuple[tuple[Place, ...], ...]
"""The parts of a phrase in one of its forms, each a run of places."""


def forms_of(phrase: str, classes: Classes) -> list[tuple[Form, Form]]:
    """Every form of a phrase, each with what it must not stand beside.

    Choices of one word stay together as one place, so that a long list of them costs nothing when matching. Raises
    ValueError when the phrase is empty, names no class that there is, has an unclosed brace, or when a part begins or
    ends with a gap.
    """
    wanted, *unwanted = re.split(r"\s+!\s+", phrase)
    parts = [_runs(part, phrase, classes) for part in re.split(r"\s+&\s+", wanted)]
    exceptions = tuple(run for part in unwanted for run in _runs(part, phrase, classes))
    forms = [(form, exceptions) for form in product(*parts)]
    if len(forms) > _MOST_FORMS:
        raise ValueError(
            f"phrase {phrase!r} has {len(forms)} forms; at most {_MOST_FORMS} can be read quickly"
        )
    return forms


def _runs(part: str, phrase: str, classes: Classes) -> list[tuple[Place, ...]]:
    pieces = _PIECE.findall(part)
    if "".join("".join(pieces).split()) != "".join(part.split()):
        raise ValueError(f"phrase {phrase!r} has a brace that is not closed, or stands in another")
    ways = [_choices(piece, phrase, classes) for piece in pieces]
    runs = [tuple(place for way in run for place in way) for run in product(*ways)]
    if not pieces or any(not run or isinstance(run[0], Gap) or isinstance(run[-1], Gap) for run in runs):
        raise ValueError(f"phrase {phrase!r} must begin and end with a word")
    return runs


def _choices(piece: str, phrase: str, classes: Classes) -> list[list[Place]]:
    """The ways of one piece of a phrase: all its single words as one place, each longer choice by itself."""
    gap = _GAPS.get(piece)
    if gap is not None:
        return [[gap]]
    options: list[str] = []
    for option in piece.strip("{}").split("|"):
        named = _CLASS.fullmatch(option.strip())
        if named is None:
            options.append(option)
        elif named[1] in classes:
            options.extend(classes[named[1]])
        else:
            raise ValueError(f"phrase {phrase!r}: words.toml has no class {named[1]!r}")
    single: set[str] = set()
    longer: list[list[Place]] = []
    for option in options:
        words = [_spelt(word) for word in option.split()]
        if len(words) == 1 and all(len(tokens) == 1 for tokens in words[0]):
            single.update(tokens[0] for tokens in words[0])
        else:
            longer.append([frozenset(token) for forms in words for token in zip(*forms, strict=False)])
    ways: list[list[Place]] = [[frozenset(single)]] if single else []
    return ways + longer


@lru_cache(maxsize=1 << 14)
def _spelt(word: str) -> tuple[tuple[str, ...], ...]:
    """The tokens of each form of a policy's word; kept, since phrases share words and are checked, then compiled."""
    return tuple(tuple(tokens_of(form)) for form in _forms(word))


def _forms(word: str) -> list[str]:
    """The regular forms of a word written with `~`; just the word otherwise."""
    if not word.endswith("~"):
        return [word]
    stem = word[:-1]
    forms = [stem, f"{stem}s", f"{stem}es", f"{stem}ed", f"{stem}ing"]
    if stem.endswith("e"):
        forms += [f"{stem}d", f"{stem[:-1]}ing"]
    elif stem.endswith("y"):
        forms += [f"{stem[:-1]}ies", f"{stem[:-1]}ied"]
    elif len(stem) > 2 and stem[-1] not in _VOWELS and stem[-2] in _VOWELS:
        forms += [f"{stem}{stem[-1]}ed", f"{stem}{stem[-1]}ing"]
    return forms
