"""Finding the policy's phrases in a text."""

from collections.abc import Iterator
from typing import Final

from service.policy.model import Gap, PhraseIndex, PhrasePattern, Place
from service.reading.negation import CLAUSE_ENDS, NEGATORS, denied

_SENTENCE_ENDS: Final = frozenset(".!?;")
_REACH: Final = 28
"""How many words apart the parts of a phrase may stand; people who dictate write no full stops."""

Found = dict[str, tuple[int, int]]
"""Atoms, each with the tokens (from, to) it was first read from."""


def phrases_in(tokens: list[str], filed: PhraseIndex, aside: PhraseIndex) -> Found:
    """The atoms that the phrases of a text show.

    A phrase that its own clause denies just before shows nothing, and neither does any in a sentence that is set
    aside: about a film, a training course, or long ago.
    """
    text = _Text(tokens)
    found: Found = {}
    if text.matches(filed, found) and (idle := text.sentences_with(aside)):
        found = {}
        text.matches(filed, found, idle)
    return found


class _Text:
    """The tokens of one text without the ends of lines, over which a phrase may run on."""

    def __init__(self, tokens: list[str]) -> None:
        self.places = [at for at, token in enumerate(tokens) if token != "\n"]  # noqa: S105 - the end of a line, no secret
        self.words = [tokens[at] for at in self.places] if len(self.places) < len(tokens) else tokens
        self._tokens = tokens
        self._where: dict[str, list[int]] = {}
        for at, word in enumerate(self.words):
            self._where.setdefault(word, []).append(at)
        self._denied: list[bool] | None = None
        self._sentence: list[int] | None = None

    def matches(self, filed: PhraseIndex, found: Found, idle: frozenset[int] = frozenset()) -> bool:
        """Put every atom shown into `found`; True when there is any. Sentences of `idle` show nothing."""
        for word, pattern in self._candidates(filed):
            if all(atom in found for atom in pattern.adds):
                continue
            for start, end in self._each(word, pattern):
                if idle and self.sentence[start] in idle:
                    continue
                for atom in pattern.adds:
                    found.setdefault(atom, (self.places[start], self.places[end - 1] + 1))
                break
        return bool(found)

    def sentences_with(self, filed: PhraseIndex) -> frozenset[int]:
        """The sentences in which any of the phrases stands."""
        return frozenset(
            self.sentence[start]
            for word, pattern in self._candidates(filed)
            for start, _ in self._each(word, pattern)
        )

    @property
    def sentence(self) -> list[int]:
        """For each word the number of its sentence."""
        if self._sentence is None:
            number, numbers = 0, []
            for word in self.words:
                numbers.append(number)
                if word in _SENTENCE_ENDS:
                    number += 1
            self._sentence = numbers
        return self._sentence

    @property
    def denied(self) -> list[bool]:
        """For each word whether its clause denies it."""
        if self._denied is None:
            marks = denied(self._tokens)
            self._denied = [marks[at] for at in self.places]
        return self._denied

    def _candidates(self, filed: PhraseIndex) -> Iterator[tuple[str, PhrasePattern]]:
        """The phrases of whose rarest place the text has a word, and some word of each other place looked at."""
        known = frozenset(self._where)
        for word in self._where:
            for pattern in filed.get(word, ()):
                for need in pattern.needs:
                    if need.isdisjoint(known):
                        break
                else:
                    yield word, pattern

    def _each(self, word: str, pattern: PhrasePattern) -> Iterator[tuple[int, int]]:
        """Where the phrase stands about a word of its rarest place: first word and end of all its parts together."""
        for at in self._where[word]:
            span = self._around(pattern.anchor, pattern.at, at)
            if span is None or self.denied[span[0]]:
                continue
            whole = self._with_others(pattern, span)
            if whole is not None and not self._excepted(pattern, span):
                yield whole

    def _with_others(self, pattern: PhrasePattern, span: tuple[int, int]) -> tuple[int, int] | None:
        start, end = span
        for part in pattern.others:
            other = self._near(part, span)
            if other is None:
                return None
            start, end = min(start, other[0]), max(end, other[1])
        return start, end

    def _excepted(self, pattern: PhrasePattern, span: tuple[int, int]) -> bool:
        return any(self._near(part, span, denials=False) is not None for part in pattern.exceptions)

    def _near(
        self, part: tuple[Place, ...], span: tuple[int, int], *, denials: bool = True
    ) -> tuple[int, int] | None:
        """Where another part stands in the same sentence, outside of `span`."""
        sentence = self.sentence
        first = part[0]
        if isinstance(first, Gap):
            return None
        for word in sorted(first & self._where.keys()):
            for at in self._where[word]:
                if abs(at - span[0]) > _REACH or sentence[at] != sentence[span[0]]:
                    continue
                found = self._around(part, 0, at)
                if found is None or (denials and self.denied[found[0]]):
                    continue
                if found[1] <= span[0] or found[0] >= span[1] or not denials:
                    return found
        return None

    def _around(self, part: tuple[Place, ...], place: int, at: int) -> tuple[int, int] | None:
        """First word and end of a part whose place number `place` is the word `at`, or None."""
        last = self._along(part[place + 1 :], at, 1)
        if last is None:
            return None
        first = self._along(part[:place][::-1], at, -1)
        return None if first is None else (first, last + 1)

    def _along(self, places: tuple[Place, ...], at: int, step: int) -> int | None:
        """The word of the last of `places`, walking from `at` one way; None when they do not follow.

        A gap takes the nearest place where the next word fits and is not tried again, so that the work is bounded by
        the length of the phrase whatever the text.
        """
        gap: Gap | None = None
        words = self.words
        for place in places:
            if isinstance(place, Gap):
                gap = place
                continue
            at += step
            if gap is not None:
                at = self._across(place, at, step, gap)
                gap = None
            if not 0 <= at < len(words) or words[at] not in place:
                return None
        return at

    def _across(self, place: frozenset[str], at: int, step: int, gap: Gap) -> int:
        """Where a word of `place` stands within reach; -1 when nowhere."""
        ends = _SENTENCE_ENDS if gap.over_commas else CLAUSE_ENDS
        for index in range(at, at + (gap.words + 1) * step, step):
            if not 0 <= index < len(self.words):
                return -1
            if self.words[index] in place:
                return index
            # "Saw no sign of a knife": what stands between may deny what comes after it.
            if self.words[index] in ends or self.words[index] in NEGATORS:
                return -1
        return -1
