"""Detectors: what the words of a report show. Words can add to what is known and never take away.

A detector is a function from a text and the policy to evidence. `DETECTORS` is the one list of them; a better reader is
added there and nothing else changes.
"""

from collections.abc import Callable
from functools import lru_cache
from math import log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from service.intake.language import foreign_language
from service.intake.phrases import phrases_in
from service.policy.model import Policy
from service.reading.registrations import registration_in
from service.reading.sentences import shipped_reader
from service.reading.words import as_written, tokens_of
from service.routing.model import Evidence

_UNDECIDED: Final = frozenset({"not_sure", "other"})
_NEVER: Final = np.float32(np.inf)


class Words(NamedTuple):
    """A text made ready for reading: as written, as tokens, and as tokens with the spelling mended.

    `open` is true when the reporter named no concern, so that the words have to.
    """

    text: str
    tokens: list[str]
    mended: list[str]
    open: bool

    def quoted(self, start: int, end: int) -> str:
        """The words from token `start` to `end` as the reporter wrote them."""
        return as_written(self.text, self.tokens, start, end)


Detector = Callable[[Words, Policy], list[Evidence]]


def read_text(text: str, policy: Policy, concern: str) -> list[Evidence]:
    """Everything the detectors read in a text, beside the concern that was ticked."""
    if not text:
        return []
    tokens = tokens_of(text)
    words = Words(text, tokens, policy.spelling.mended(tokens), concern in _UNDECIDED)
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
