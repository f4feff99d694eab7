"""Checks on the ladder: no rule can lower a grade, every line can matter, and what others bear out is raised."""

from collections.abc import Iterator
from typing import Any, Final

from service.policy.conditions import wanted_values
from service.policy.model import AtLeast, Condition
from service.policy.read import Fault, Located, Written
from service.policy.vocabulary import FACTS, GRADES, missing_worse_values

_RAISED_TO: Final = "P2"
Implied = dict[str, frozenset[str]]
"""For each concern code the atoms that follow from it."""


def check_ladder(written: Written) -> Iterator[Fault]:
    """Every rule that could lower a grade, every line that a more urgent rule makes idle, and what is not raised."""
    for rule in written.rules:
        yield from _lowering(rule, rule.entry.id, rule.entry.when)
    for concern in written.concerns:
        yield from _lowering(concern, concern.entry.code, concern.entry.shown_by)
    yield from _idle(written)
    yield from _not_raised(written)
    if written.otherwise is not None and written.otherwise.entry.grade != GRADES[-1]:
        yield written.otherwise.fault(f"`otherwise` must be the least urgent grade, {GRADES[-1]}", "grade =")


def _lowering(located: Located[Any], name: str, conditions: list[Condition]) -> Iterator[Fault]:
    for condition in conditions:
        for fact, wanted in condition.items():
            values = frozenset(wanted_values(wanted))
            if fact not in FACTS or isinstance(wanted, AtLeast):
                continue
            left_out = missing_worse_values(fact, values)
            if left_out:
                names = ", ".join(sorted(left_out))
                written = ", ".join(f'"{value}"' for value in wanted_values(wanted))
                yield located.fault(
                    f"{name} could lower a grade when {fact} gets worse: add {names}",
                    f"{fact} = [{written}]",
                    f"{fact} = {written}",
                    fact,
                )


def _idle(written: Written) -> Iterator[Fault]:
    """Lines that hold only when a more urgent rule holds too, so that they never decide anything."""
    implied = _implied_by_concern(written)
    ranked = sorted(written.rules, key=lambda located: GRADES.index(located.entry.grade))
    for located in ranked:
        above = [
            (other.entry.id, condition)
            for other in ranked
            if other.entry.grade < located.entry.grade
            for condition in other.entry.when
        ]
        for number, condition in enumerate(located.entry.when, 1):
            covering = next((name for name, other in above if _follows(condition, other, implied)), None)
            if covering is not None:
                yield located.fault(
                    f"{located.entry.id}, line {number} of `when` can never decide: whenever it holds, {covering} does"
                )


def _not_raised(written: Written) -> Iterator[Fault]:
    """Concerns of serious harm that stay below P2 although reports by different people bear each other out.

    Nothing else would show it: a replay decides each report by itself.
    """
    implied = _implied_by_concern(written)
    urgent = [
        condition
        for located in written.rules
        if located.entry.grade <= _RAISED_TO
        for condition in located.entry.when
    ]
    left_out = [
        located.entry.code
        for located in written.concerns
        if located.entry.family == "serious_harm"
        and not any(
            _follows({"concern": located.entry.code, "pattern": "shared"}, condition, implied)
            for condition in urgent
        )
    ]
    if written.rules and left_out:
        yield written.rules[-1].fault(
            f"no rule raises {', '.join(left_out)} when other reports bear it out: there must be one of {_RAISED_TO} or"
            ' above with when = [{ family = "serious_harm", pattern = "shared" }]'
        )


def _follows(narrow: Condition, wide: Condition, implied: Implied) -> bool:
    """True when every report that fits `narrow` fits `wide`."""
    return all(
        any(_within(fact, wanted, other_fact, other, implied) for fact, wanted in narrow.items())
        for other_fact, other in wide.items()
    )


def _within(
    fact: str,
    wanted: str | list[str] | AtLeast,
    other_fact: str,
    other: str | list[str] | AtLeast,
    implied: Implied,
) -> bool:
    if isinstance(wanted, AtLeast) or isinstance(other, AtLeast):
        return (
            fact == other_fact
            and isinstance(wanted, AtLeast)
            and isinstance(other, AtLeast)
            and wanted.at_least >= other.at_least
        )
    accepted = {f"{other_fact}={value}" for value in wanted_values(other)}
    atoms = [f"{fact}={value}" for value in wanted_values(wanted)]
    return bool(atoms) and all(
        atom in accepted or (fact == "concern" and not accepted.isdisjoint(implied.get(atom, ())))
        for atom in atoms
    )


def _implied_by_concern(written: Written) -> Implied:
    return {f"concern={item.entry.code}": frozenset(item.entry.tells()) for item in written.concerns}
