"""Finding the policy's phrases in a text."""

from typing import Final

from service.policy.model import PhraseIndex, PhrasePattern
from service.reading.negation import CLAUSE_ENDS, denied

_LINE_END: Final = "\n"
_GAP: Final = 3


def phrases_in(tokens: list[str], filed: PhraseIndex) -> dict[str, tuple[int, int]]:
    """The atoms that the phrases of a text show, each with the tokens (from, to) it was first read from.

    A phrase that its own clause denies just before shows nothing.
    """
    found: dict[str, tuple[int, int]] = {}
    marks: list[bool] | None = None
    for start, token in enumerate(tokens):
        seconds = filed.get(token)
        if seconds is None:
            continue
        for pattern in (*seconds.get(_next_word(tokens, start), ()), *seconds.get("", ())):
            end = _end_of_match(pattern, tokens, start + 1)
            if end:
                marks = denied(tokens) if marks is None else marks
                if not marks[start]:
                    for atom in pattern.adds:
                        found.setdefault(atom, (start, end))
    return found


def _next_word(tokens: list[str], start: int) -> str:
    """The word after `start`, across the end of a line; empty at the end of the text."""
    for token in tokens[start + 1 : start + 4]:
        if token != _LINE_END:
            return token
    return ""


def _end_of_match(pattern: PhrasePattern, tokens: list[str], at: int) -> int:
    """Where the phrase ends when the tokens from `at` are the rest of it, else 0.

    A phrase may run on over the end of a line. A gap takes the nearest place where the next word fits and is not
    tried again, so that the work is bounded by the length of the phrase whatever the text.
    """
    gap = False
    for place in pattern.rest:
        if place is None:
            gap = True
            continue
        while at < len(tokens) and tokens[at] == _LINE_END:
            at += 1
        if gap:
            at = _across_gap(place, tokens, at)
            gap = False
        if at < 0 or at >= len(tokens) or tokens[at] not in place:
            return 0
        at += 1
    return at


def _across_gap(place: frozenset[str], tokens: list[str], at: int) -> int:
    """Where a word of `place` stands within reach in the same clause; -1 when nowhere."""
    for index in range(at, min(at + _GAP + 1, len(tokens))):
        if tokens[index] in place:
            return index
        if tokens[index] in CLAUSE_ENDS:
            return -1
    return -1
