"""Detectors: what the words of a report show. Words can add to what is known and never take away.

A detector is a function from a text and the policy to evidence. `DETECTORS` is the one list of them; a better reader is
added there and nothing else changes.
"""

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from math import inf, log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.facts import Facts
from service.intake.language import foreign_language
from service.intake.phrases import phrases_in
from service.policy.model import Policy
from service.reading.negation import denied
from service.reading.reader import Look, shipped_reader
from service.reading.registrations import registration_in
from service.reading.spelling import Spelling
from service.reading.words import tokens_of, written_places
from service.routing.model import Evidence

TIME_TOLD: Final = "time=told"
"""The words tell when it was: more surely than a time needs to be read to raise a grade."""
_SHORT: Final = 20
"""A text of fewer tokens tells the text reader little: it has to be surer, and cannot doubt a phrase."""
_TIME: Final = "happening="
_UNDECIDED: Final = frozenset({"not_sure", "other"})


class Words:
    """A text made ready for reading: as written, as tokens with the spelling mended, and looked at by the reader.

    `open` is true when the reporter named no concern, `time_is_open` when they told no time, so that the words have to.
    `read` are the atoms that a detector has found already.
    """

    def __init__(
        self, text: str, spelling: Spelling, *, concern_is_open: bool, time_is_open: bool = True
    ) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.mended = spelling.mended(self.tokens)
        self.open = concern_is_open
        self.time_is_open = time_is_open
        self.short = len(self.tokens) < _SHORT
        self.read: set[str] = set()

    @classmethod
    def of(cls, report: Facts, policy: Policy) -> "Words":
        """The words of a report."""
        return cls(
            report.description,
            policy.spelling,
            concern_is_open=report.concern in _UNDECIDED,
            time_is_open=report.happening is None,
        )

    @cached_property
    def look(self) -> Look | None:
        """What the text reader makes of the text; None when it has no words."""
        return shipped_reader().look(self.mended) if self.mended else None

    @cached_property
    def _denied(self) -> list[bool]:
        return denied(self.mended)

    def denies(self, column: int, policy: Policy) -> bool:
        """Whether the word that speaks most for an atom of the reader is one that the policy heeds denied, and is."""
        return self.look is not None and self.denies_at(
            self.look.runs([column])[0].strongest, shipped_reader().atoms[column], policy
        )

    def denies_at(self, at: int, atom: str, policy: Policy) -> bool:
        """The same where it is known already which token speaks most for the atom."""
        confidence = policy.confidences.get(atom)
        return confidence is not None and self.mended[at] in confidence.unless_denied and self._denied[at]

    @cached_property
    def _places(self) -> list[tuple[int, int]] | None:
        return written_places(self.text, self.tokens)

    def quoted(self, start: int, end: int) -> str:
        """The words from token `start` to `end` as the reporter wrote them."""
        if self._places is None:
            return " ".join(self.tokens[start:end])
        return " ".join(self.text[self._places[start][0] : self._places[end - 1][1]].split())


Detector = Callable[[Words, Policy], list[Evidence]]


def read_words(words: Words, policy: Policy) -> list[Evidence]:
    """Everything the detectors read in a text, beside what was ticked."""
    if not words.tokens:
        return []
    found: list[Evidence] = []
    for detector in DETECTORS:
        read = detector(words, policy)
        words.read.update(evidence.atom for evidence in read)
        found += read
    return found


def look_together(several: Iterable[Words]) -> None:
    """Let the text reader look at several texts at once: each costs less, and what it sees is the same."""
    some = [words for words in several if words.mended]
    if some:
        looks = shipped_reader().look_together([words.mended for words in some])
        for words, look in zip(some, looks, strict=True):
            words.look = look


def read_phrases(words: Words, policy: Policy) -> list[Evidence]:
    """The policy's phrases, unless the same clause denies them or the text reader is sure they mean something else.

    Of a short text it is sure of little, so there a phrase counts by itself.
    """
    found = phrases_in(words.mended, policy.phrases, policy.aside)
    if not words.short and words.look is not None:
        columns, least = (
            shipped_reader().columns,
            _needs(policy, words.open, words.time_is_open, words.short).phrase,
        )
        found = {
            atom: place
            for atom, place in found.items()
            if (column := columns.get(atom)) is None or words.look.scores[column] >= least[column]
        }
    read = [Evidence(atom, "text", words.quoted(*place)) for atom, place in found.items()]
    times = [Evidence(TIME_TOLD, "text", one.words) for one in read if one.atom.startswith(_TIME)]
    return read + times[:1]


def read_meaning(words: Words, policy: Policy) -> list[Evidence]:
    """What the text reader is sure enough of, by the policy's confidences."""
    look = words.look
    if look is None:
        return []
    atoms, needs = shipped_reader().atoms, _needs(policy, words.open, words.time_is_open, words.short)
    # What a phrase has shown already has its words.
    columns = [
        column
        for column in np.flatnonzero(look.scores >= needs.alone).tolist()
        if atoms[column] not in words.read
    ]
    told = [(column, atoms[column]) for column in columns]
    surest = max(_times(), key=lambda column: look.scores[column])
    if look.scores[surest] >= needs.time:
        told.append((surest, TIME_TOLD))
    # The words of all of them are found together, which costs little more than those of one.
    runs = look.runs([column for column, _ in told])
    return [
        Evidence(atom, "text", words.quoted(run.start, run.end))
        for (_, atom), run in zip(told, runs, strict=True)
        if atom == TIME_TOLD or not words.denies_at(run.strongest, atom, policy)
    ]


def read_registrations(words: Words, _policy: Policy) -> list[Evidence]:
    """A registration of the current form written in the text, such as AB00 CDE."""
    found = registration_in(words.text)
    return [] if found is None else [Evidence("identifier=vehicle_registration", "text", found)]


def read_language(words: Words, policy: Policy) -> list[Evidence]:
    """Say so when a text cannot be read here."""
    language = foreign_language(words.tokens, policy, shipped_reader().english)
    return [] if language is None else [Evidence("text=unreadable", "text", f"in {language}")]


class _Needs(NamedTuple):
    """The log-odds that each of the reader's atoms must reach: to count alone, and for a phrase to count."""

    alone: npt.NDArray[np.float32]
    phrase: npt.NDArray[np.float32]
    time: float
    """What the surest time must reach to count as told."""


@lru_cache(maxsize=8)
def _needs(policy: Policy, concern_is_open: bool, time_is_open: bool, short: bool) -> _Needs:
    alone, phrase = [], []
    for atom in shipped_reader().atoms:
        confidence = policy.confidences.get(atom)
        is_open = time_is_open if atom.startswith(_TIME) else concern_is_open
        if confidence is None:  # the policy does not ask the reader about it
            alone.append(inf)
            phrase.append(-inf)
        else:
            alone.append(_log_odds(confidence.needed(is_open=is_open, short=short)))
            phrase.append(_log_odds(confidence.phrase) if confidence.phrase else -inf)
    told = policy.confidences.get(TIME_TOLD)
    time = inf if told is None else _log_odds(told.needed(is_open=True, short=short))
    return _Needs(np.array(alone, np.float32), np.array(phrase, np.float32), time)


@lru_cache(maxsize=1)
def _times() -> list[int]:
    """The columns of the reader's times."""
    return [column for atom, column in shipped_reader().columns.items() if atom.startswith(_TIME)]


def _log_odds(sure: float) -> float:
    return log(sure / (1 - sure))


DETECTORS: Final[tuple[Detector, ...]] = (read_phrases, read_meaning, read_registrations, read_language)
