"""Checks on what conditions and atoms say: known facts, known values, and values that a fact can take."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, Final, get_args

import msgspec

from schemas.reports import Report
from service.policy.model import AtLeast, Condition
from service.policy.read import Fault, Located, Written
from service.policy.vocabulary import FACTS

_REPORTERS: Final = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Report))
_ONLY_AFTER_GRADING: Final = "grade"


class Words(msgspec.Struct, frozen=True):
    """The values that the policy itself brings: its groups, and the kinds of reporter there are."""

    groups: frozenset[str]

    def values(self, fact: str) -> frozenset[str]:
        """Every value a fact can take."""
        if fact == "group":
            return self.groups
        if fact == "reporter":
            return _REPORTERS
        return FACTS[fact].values or frozenset()

    def fault(self, fact: str, value: str) -> str | None:
        """What is wrong with `fact=value`, or None."""
        if fact not in FACTS:
            return f"there is no fact {fact!r}{_perhaps(fact, FACTS)}"
        if FACTS[fact].number:
            return f"{fact!r} is a number: write {fact} = {{ at_least = 3 }}"
        if value not in self.values(fact):
            return f"{fact!r} is never {value!r}{_perhaps(value, self.values(fact))}"
        return None


def words_of(written: Written) -> Words:
    """The words of a policy."""
    return Words(frozenset(group for located in written.concerns for group in located.entry.groups))


def wanted_values(wanted: str | list[str] | AtLeast) -> list[str]:
    """The values a condition accepts for a fact; empty for a number."""
    if isinstance(wanted, AtLeast):
        return []
    return [wanted] if isinstance(wanted, str) else wanted


def check_conditions(written: Written) -> Iterator[Fault]:
    """Every fact or value that no report can have, in rules, routes, advice, clocks, phrases and concerns."""
    words = words_of(written)
    for rule in written.rules:
        yield from _conditions(rule, rule.entry.when, words)
        for condition in rule.entry.when:
            if _ONLY_AFTER_GRADING in condition:
                yield rule.fault(
                    f"{rule.entry.id}: a rule makes the grade and cannot ask for it", "{ grade =", ", grade ="
                )
    for route in written.routes:
        yield from _conditions(route, route.entry.when, words)
        yield from _conditions(route, route.entry.unless, words)
    for line in written.advice:
        yield from _conditions(line, line.entry.when, words)
    for clock in written.clocks:
        yield from _conditions(clock, clock.entry.when, words)
    for phrase in written.phrases:
        yield from _atoms(phrase, phrase.entry.adds, words)
    for reading in written.readings:
        yield from _atoms(reading, [reading.entry.atom], words)
    for concern in written.concerns:
        yield from _conditions(concern, concern.entry.shown_by, words)
        yield from _atoms(concern, concern.entry.implies, words)


def _conditions(located: Located[Any], conditions: Iterable[Condition], words: Words) -> Iterator[Fault]:
    for condition in conditions:
        if not condition:
            yield located.fault("an empty condition would always hold", "{}")
        for fact, wanted in condition.items():
            if isinstance(wanted, AtLeast):
                if fact not in FACTS or not FACTS[fact].number:
                    yield located.fault(f"{fact!r} is not a number", f"{fact} =", fact)
                continue
            values = wanted_values(wanted)
            if not values:
                yield located.fault(f"{fact!r} accepts nothing, so the condition can never hold", f"{fact} =")
            for value in values:
                reason = words.fault(fact, value)
                if reason is not None:
                    seek = f'"{value}"' if fact in FACTS else f"{fact} ="
                    yield located.fault(reason, seek, fact)


def _atoms(located: Located[Any], atoms: Iterable[str], words: Words) -> Iterator[Fault]:
    for atom in atoms:
        fact, equals, value = atom.partition("=")
        if fact in FACTS and FACTS[fact].number and value.isdecimal():
            continue
        reason = words.fault(fact, value) if equals else f"{atom!r} is not of the form fact=value"
        if reason is not None:
            yield located.fault(reason, f'"{atom}"')


def _perhaps(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
