"""Detectors: what the words of a report show. Words can add to what is known and never take away.

A detector is a function from text and policy to evidence. `DETECTORS` is the one list of them; a better reader is
added there and nothing else changes.
"""

import re
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
    {"no", "not", "never", "without", "nobody", "none", "nothing", "neither", "nor", "cannot"}
) | {f"{verb}nt" for verb in ("is", "was", "are", "were", "did", "does", "do", "has", "have", "had")}
# "No" in these is no denial of what comes after them: "without warning he stabbed her".
_NO_DENIAL: Final[dict[str, frozenset[str]]] = {
    "no": frozenset({"joke", "doubt", "kidding", "reason", "idea", "question"}),
    "not": frozenset({"only", "just", "joking", "kidding", "stop", "stopping", "long", "far", "once"}),
    "nothing": frozenset({"but"}),
    "never": frozenset({"stops", "stopped"}),
    "without": frozenset({"warning", "provocation", "reason", "permission", "consent"}),
    "cannot": frozenset({"believe"}),
    "didnt": frozenset({"stop", "realise"}),
    "doesnt": frozenset({"stop"}),
    "dont": frozenset({"stop"}),
}
_SAID: Final = frozenset({"said", "say", "says", "saying"})
_NEW_SUBJECT: Final = frozenset({"i", "he", "she", "they", "we", "it", "then", "now", "theres"})
"""After "and" these begin a clause of their own: "nobody came and he has a knife"."""
_LINE_END: Final = "\n"
# Capitals only when there is a space, or "OX28 and" would be one.
_REGISTRATION: Final = re.compile(
    r"\b(?:[A-HJ-PR-Y]{2}[0-9]{2} [A-HJ-PR-Z]{3}|[A-HJ-PR-Ya-hj-pr-y]{2}[0-9]{2}[A-HJ-PR-Za-hj-pr-z]{3})\b"
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
        seconds = filed.get(token)
        if seconds is None:
            continue
        for pattern in (*seconds.get(_next_word(tokens, start), ()), *seconds.get("", ())):
            end = _end_of_match(pattern, tokens, start + 1)
            if end and not _denied(tokens, start):
                words = " ".join(tokens[start:end])
                for atom in pattern.adds:
                    if atom not in found:
                        found[atom] = Evidence(atom, "text", words)
    return list(found.values())


def read_registrations(text: str, _tokens: list[str], _policy: Policy) -> list[Evidence]:
    """A registration of the current form written in the text, such as AB00 CDE."""
    found = _REGISTRATION.search(text)
    return [] if found is None else [Evidence("identifier=vehicle_registration", "text", found[0])]


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
        if tokens[index] in _CLAUSE_ENDS:
            return -1
    return -1


def _denied(tokens: list[str], start: int) -> bool:
    """Whether the clause says just before `start` that the thing is not so."""
    for index in range(start - 1, max(-1, start - 1 - _NEGATION_REACH), -1):
        word = tokens[index]
        if word in _CLAUSE_ENDS or (word == "and" and tokens[index + 1] in _NEW_SUBJECT):
            return False
        if word in _NEGATORS:
            said_no = word == "no" and index > 0 and tokens[index - 1] in _SAID
            return not said_no and tokens[index + 1] not in _NO_DENIAL.get(word, ())
    return False


DETECTORS: Final[tuple[Detector, ...]] = (read_phrases, read_registrations, read_language)
