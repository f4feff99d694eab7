"""Detectors: what the words of a report show. Words can add to what is known and never take away.

A detector is a function from text and policy to evidence. `DETECTORS` is the one list of them; a better reader is
added there and nothing else changes.
"""

from collections.abc import Callable
from typing import Final

from service.intake.language import read_language
from service.policy.model import PhrasePattern, Policy
from service.policy.phrases import tokens_of
from service.routing.model import Evidence

Detector = Callable[[str, list[str], Policy], list[Evidence]]
"""(text as written, its tokens, policy) → what it shows."""

_CLAUSE_ENDS: Final = frozenset(".,;:!?()\n") | {"but", "because", "although", "though"}
_NEGATORS: Final = frozenset(
    "no not never without nobody none nothing neither nor cannot "
    "isnt wasnt arent werent didnt doesnt dont hasnt havent hadnt".split()
)
_NEGATION_REACH: Final = 4
_GAP: Final = 3


def read_text(text: str, policy: Policy) -> list[Evidence]:
    """Everything the detectors read in a text."""
    if not text:
        return []
    tokens = tokens_of(text)
    return [evidence for detector in DETECTORS for evidence in detector(text, tokens, policy)]


def read_phrases(_text: str, tokens: list[str], policy: Policy) -> list[Evidence]:
    """The policy's phrases, unless the same clause denies them just before."""
    found: dict[str, Evidence] = {}
    filed = policy.phrases
    for start, token in enumerate(tokens):
        patterns = filed.get(token)
        if patterns is None:
            continue
        for pattern in patterns:
            if _matches(pattern, tokens, start + 1) and not _denied(tokens, start):
                for atom in pattern.adds:
                    if atom not in found:
                        found[atom] = Evidence(atom, "text", pattern.phrase)
    return list(found.values())


def _matches(pattern: PhrasePattern, tokens: list[str], at: int) -> bool:
    """Whether the tokens from `at` are the rest of the phrase.

    Each gap takes the nearest place where the words up to the next gap fit, so the work is bounded by the phrase.
    """
    rest = pattern.rest
    if None not in rest:
        return not rest or (at < len(tokens) and rest[0] == tokens[at] and tuple(tokens[at : at + len(rest)]) == rest)
    position = at
    run: list[str] = []
    gap = 0
    for word in (*rest, None):
        if word is not None:
            run.append(word)
            continue
        found = _place(run, tokens, position, gap)
        if found < 0:
            return False
        position = found + len(run)
        run, gap = [], _GAP
    return True


def _place(run: list[str], tokens: list[str], position: int, gap: int) -> int:
    """Where a run of words begins, at most `gap` words further on in the same clause; -1 when nowhere."""
    for begin in range(position, position + gap + 1):
        if tokens[begin : begin + len(run)] == run:
            return begin
        if begin < len(tokens) and tokens[begin] in _CLAUSE_ENDS:
            return -1
    return -1


def _denied(tokens: list[str], start: int) -> bool:
    for index in range(start - 1, max(-1, start - 1 - _NEGATION_REACH), -1):
        token = tokens[index]
        if token in _CLAUSE_ENDS:
            return False
        if token in _NEGATORS:
            return True
    return False


DETECTORS: Final[tuple[Detector, ...]] = (read_phrases, read_language)
