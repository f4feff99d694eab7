"""Detectors: what the words of a report show. Words can add to what is known and never take away.

A detector is a function from a text and the policy to evidence. `DETECTORS` is the one list of them; a better reader is
added there and nothing else changes.
"""

from collections.abc import Callable
from functools import lru_cache
from math import log
from typing import Final

import numpy as np
import numpy.typing as npt

from service.intake.language import foreign_language
from service.intake.phrases import phrases_in
from service.policy.model import Policy
from service.reading.registrations import registration_in
from service.reading.sentences import shipped_reader
from service.reading.spelling import Spelling
from service.reading.words import tokens_of, written_places
from service.routing.model import Evidence

_UNDECIDED: Final = frozenset({"not_sure", "other"})
_NEVER: Final = np.float32(np.inf)


class Words:
    """A text made ready for reading: as written, as tokens, and as tokens with the spelling mended.

    `open` is true when the reporter named no concern, so that the words have to.
    """

    def __init__(self, text: str, spelling: Spelling, *, concern_is_open: bool) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.mended = spelling.mended(self.tokens)
        self.open = concern_is_open
        self._places: list[tuple[int, int]] | None = None
        self._placed = False

    def quoted(self, start: int, end: int) -> str:
        """The words from token `start` to `end` as the reporter wrote them."""
        if not self._placed:
            self._places = written_places(self.text, self.tokens)
            self._placed = True
        if self._places is None:
            return " ".join(self.tokens[start:end])
        return " ".join(self.text[self._places[start][0] : self._places[end - 1][1]].split())


Detector = Callable[[Words, Policy], list[Evidence]]


def read_text(text: str, policy: Policy, concern: str) -> list[Evidence]:
    """Everything the detectors read in a text, beside the concern that was ticked."""
    if not text:
        return []
    words = Words(text, policy.spelling, concern_is_open=concern in _UNDECIDED)
    return [evidence for detector in DETECTORS for evidence in detector(words, policy)]


def read_phrases(words: Words, policy: Policy) -> list[Evidence]:
    """The policy's phrases, unless the same clause denies them just before."""
    found = phrases_in(words.mended, policy.phrases, policy.aside)
    return [Evidence(atom, "text", words.quoted(*place)) for atom, place in found.items()]


def read_sentences(words: Words, policy: Policy) -> list[Evidence]:
    """What the trained reader is sure enough of, by the policy's confidences."""
    reader = shipped_reader()
    return [
        Evidence(read.atom, "text", words.quoted(read.start, read.end))
        for read in reader.read(words.mended, _least(policy, words.open))
    ]


def read_registrations(words: Words, _policy: Policy) -> list[Evidence]:
    """A registration of the current form written in the text, such as AB00 CDE."""
    found = registration_in(words.text)
    return [] if found is None else [Evidence("identifier=vehicle_registration", "text", found)]


def read_language(words: Words, policy: Policy) -> list[Evidence]:
    """Say so when a text cannot be read here."""
    language = foreign_language(words.tokens, policy)
    return [] if language is None else [Evidence("text=unreadable", "text", f"in {language}")]


@lru_cache(maxsize=8)
def _least(policy: Policy, concern_is_open: bool) -> npt.NDArray[np.float32]:
    """The log-odds that each of the reader's atoms must reach under a policy; infinite where it asks for none."""
    least = []
    for atom in shipped_reader().atoms:
        confidence = policy.confidences.get(atom)
        if confidence is None:
            least.append(_NEVER)
        else:
            sure = confidence.alone if concern_is_open else confidence.beside
            least.append(np.float32(log(sure / (1 - sure))))
    return np.array(least, np.float32)


DETECTORS: Final[tuple[Detector, ...]] = (read_phrases, read_sentences, read_registrations, read_language)
