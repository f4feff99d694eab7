"""What a kind of reporter's own answers show."""

from datetime import datetime
from typing import Final

import msgspec

from service.routing.model import Evidence

UNDECIDED: Final = frozenset({"not_sure", "other"})
"""The concerns under which an answer may itself name the concern."""


class Answers(msgspec.Struct, frozen=True):
    """Evidence, and the moments told; `nothing_taken` when the answers say so, since a theft is else believed."""

    evidence: list[Evidence]
    times: dict[str, datetime] = {}
    nothing_taken: bool = False


def answer(atom: str, words: str) -> Evidence:
    """An atom shown by an answer, with the question's name."""
    return Evidence(atom, "answer", words)


def followed(atom: str, words: str) -> Evidence:
    """An atom that follows from an answer, with what it follows from."""
    return Evidence(atom, "derived", words)
