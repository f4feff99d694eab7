"""The policy folder read, checked as a whole and made ready for deciding."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from service.errors import PolicyError
from service.policy.check import check
from service.policy.model import (
    AdviceRule,
    AtLeast,
    Clause,
    ClockRule,
    Condition,
    Confidence,
    PhrasePolicy,
    Policy,
    Route,
    Rule,
)
from service.policy.phrases import compile_phrases
from service.policy.read import Located, PolicyFiles, T, Written
from service.policy.vocabulary import GRADES
from service.reading.reader import shipped_reader

_MOST_KEPT: Final = 8
_kept: Final[dict[bytes, Policy]] = {}
"""Policies by their content. A policy is frozen, so that whoever asks for the same files may have the same one."""


def load_policy(folder: Path) -> Policy:
    """The policy that the files of a folder make, checked as a whole; each content is worked through once a process.

    Raises PolicyError with every fault as `file:line: reason`, one a line.
    """
    files = PolicyFiles(folder)
    content = _digest(files.content)
    if files.faults or content not in _kept:
        made = _make(files)
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[content] = made
    return _kept[content]


def _make(files: PolicyFiles) -> Policy:
    written = files.written()
    faults = files.faults or check(written)
    if faults or written.partnership is None or written.otherwise is None or written.language is None:
        raise PolicyError("\n".join(str(fault) for fault in sorted(set(faults))))
    partnership = written.partnership.entry
    rules = [rule.entry for rule in written.rules]
    reader = shipped_reader()
    phrases = compile_phrases(_entries(written.phrases), written.classes)
    return Policy(
        version=f"{partnership.label}+{_digest(files.content).hex()[:8]}.{reader.version}",
        partnership=partnership,
        concerns={concern.code: concern for concern in _entries(written.concerns)},
        shown={
            f"concern={concern.code}": clauses(concern.shown_by)
            for concern in _entries(written.concerns)
            if concern.shown_by
        },
        grades={grade.grade: grade for grade in _entries(written.grades)},
        rules={
            grade: tuple(
                Rule(rule.id, rule.grade, rule.says, clauses(rule.when))
                for rule in rules
                if rule.grade == grade
            )
            for grade in GRADES
        },
        otherwise=written.otherwise.entry,
        routes=tuple(
            Route(
                route.id,
                route.says,
                tuple(dict.fromkeys(route.must + route.also)),
                clauses(route.when),
                clauses(route.unless),
            )
            for route in _entries(written.routes)
        ),
        recipients={recipient.code: recipient for recipient in _entries(written.recipients)},
        hours={hours.code: hours for hours in _entries(written.hours)},
        advice=tuple(
            AdviceRule(line.code, line.text, clauses(line.when)) for line in _entries(written.advice)
        ),
        clocks=tuple(
            ClockRule(clock.code, clock.text, clock.hours, tuple(clock.start), clauses(clock.when))
            for clock in _entries(written.clocks)
        ),
        phrases=phrases,
        aside=compile_phrases(
            [PhrasePolicy(adds=["aside"], words=entry.words) for entry in _entries(written.asides)],
            written.classes,
        ),
        spelling=reader.spelling.with_words(phrases),
        common_words=frozenset(written.language.entry.common),
        confidences={
            reading.atom: Confidence(
                reading.sure,
                reading.beside or reading.sure,
                reading.phrase,
                reading.short or 0.0,
                frozenset(reading.unless_denied),
            )
            for reading in _entries(written.readings)
        },
        foreign_words={
            word: name for name, words in written.language.entry.foreign.items() for word in words
        },
        thresholds=_thresholds(written),
    )


def clauses(conditions: Iterable[Condition]) -> tuple[Clause, ...]:
    """Conditions as sets of atoms; the narrowest set first, since it is the likeliest to fail."""
    return tuple(
        tuple(sorted((_accepted(fact, wanted) for fact, wanted in condition.items()), key=len))
        for condition in conditions
    )


def _accepted(fact: str, wanted: str | list[str] | AtLeast) -> frozenset[str]:
    if isinstance(wanted, AtLeast):
        return frozenset({f"{fact}>={wanted.at_least}"})
    values = [wanted] if isinstance(wanted, str) else wanted
    return frozenset(f"{fact}={value}" for value in values)


def _entries(located: Iterable[Located[T]]) -> list[T]:
    return [item.entry for item in located]


def _digest(content: dict[str, bytes]) -> bytes:
    """Of the files' names and content; the version shows eight digits of it."""
    digest = sha256()
    for name in sorted(content):
        digest.update(f"{name}\n{len(content[name])}\n".encode() + content[name])
    return digest.digest()


def _thresholds(written: Written) -> dict[str, tuple[int, ...]]:
    """Every number that some condition asks a fact to reach."""
    conditions: list[Condition] = []
    for rule in _entries(written.rules):
        conditions.extend(rule.when)
    for concern in _entries(written.concerns):
        conditions.extend(concern.shown_by)
    for line in _entries(written.advice):
        conditions.extend(line.when)
    for clock in _entries(written.clocks):
        conditions.extend(clock.when)
    for route in _entries(written.routes):
        conditions.extend(route.when + route.unless)
    reached: dict[str, set[int]] = {}
    for condition in conditions:
        for fact, wanted in condition.items():
            if isinstance(wanted, AtLeast):
                reached.setdefault(fact, set()).add(wanted.at_least)
    return {fact: tuple(sorted(numbers)) for fact, numbers in reached.items()}
