"""The decision: what is known and the policy in; grade, recipients, due time, advice and every reason out.

No I/O, no clock of its own: the same in gives the same out, so that a decision can be replayed later.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from service.policy.model import Clause, ClockRule, Policy, Route
from service.policy.vocabulary import GRADES, Grade
from service.routing.act_by import act_by, of_the_category
from service.routing.derive import NOTHING_USABLE, concerns_of, derive, matching
from service.routing.due import due_at, team_due
from service.routing.model import Advice, Decision, Evidence, EvidenceClock, Known, Reason, Recipient


class Applied(NamedTuple):
    """What a policy says of one set of atoms: each rule and row that holds, with the atoms that make it hold.

    A row's `unless` is left for each report, since it depends on where an atom was read.
    """

    grade: Grade
    rules: list[tuple[str, str, frozenset[str]]]
    routes: list[tuple[Route, frozenset[str]]]
    advice: list[Advice]
    clocks: list[tuple[ClockRule, bool]]
    """Each with whether the category alone sets it running."""
    least_age: timedelta
    """How long ago it was at least, where only the bucket was told."""


_Decided = tuple[frozenset[str], frozenset[str] | None, Grade | None]
# Which rules hold depends on nothing but the atoms, and the same few ticks come again and again, so what each policy
# said of the sets seen last is kept. Only atoms are kept, never a reporter's words.
_APPLIED: Final[WeakKeyDictionary[Policy, dict[_Decided, Applied]]] = WeakKeyDictionary()
_MOST_KEPT: Final = 20_000
BY_PERSON: Final = "person"
"""The reason of a grade that a person gave."""
_NO_TIME_TOLD: Final = "happening=unknown"
_TIME_TOLD: Final = "time=told"
_AT_LEAST: Final = {"happening=last_7_days": timedelta(hours=24), "happening=older": timedelta(days=7)}


def decide(
    known: Known,
    policy: Policy,
    received_at: datetime,
    now: datetime | None = None,
    *,
    given: Grade | None = None,
) -> Decision:
    """Decide one report. `received_at` carries an offset; times in the decision are UTC.

    `now` is when it is decided, where that is later: due times count from then, and evidence gone by then has no clock.
    `given` is the grade that a person gave, in place of the ladder's; the rest is as the policy has it at that grade.
    """
    now = now or received_at
    atoms = derive(known, policy)
    least = _least(known, atoms, policy)
    untold = {_NO_TIME_TOLD} if least is not None else set()
    applied = _applied(frozenset(atoms.keys() - untold), policy, least, given)
    by_grade = f"grade={applied.grade}"
    atoms[by_grade] = Evidence(by_grade, "derived", ", ".join(rule for rule, _, _ in applied.rules))
    running = [
        (clock, of_category)
        for rule, of_category in applied.clocks
        if (clock := _clock(rule, known, applied.least_age, received_at)) is not None and clock.act_by > now
    ]
    grade = policy.grades[applied.grade]
    return Decision(
        grade=applied.grade,
        concerns=concerns_of(atoms),
        recipients=_recipients(applied, atoms, policy, named=known.named),
        reasons=[Reason(rule, says, _because(cited, atoms)) for rule, says, cited in applied.rules],
        advice=applied.advice,
        due=due_at(grade, policy.partnership, now.astimezone(UTC)),
        clocks=[clock for clock, _ in running],
        policy=policy.version,
        act_by=act_by((clock for clock, of_category in running if of_category), now),
        team_due=team_due(grade, policy, now),
    )


def _least(known: Known, atoms: dict[str, Evidence], policy: Policy) -> frozenset[str] | None:
    """What was ticked and answered, where the words tell a time that the reporter did not; else None.

    Rules take a time nobody told at its worst. Words that tell it put an end to that for what the words show, and for
    nothing else: what was ticked is graded as if they had not been written, so that words never lower a grade. That
    a person must read a text with nothing usable in it is no answer, and not among them.
    """
    if _NO_TIME_TOLD not in atoms or _TIME_TOLD not in atoms:
        return None
    ticked = [evidence for evidence in known.evidence if evidence.origin != "text"]
    return frozenset(derive(msgspec.structs.replace(known, evidence=ticked), policy)) - {NOTHING_USABLE}


def _applied(
    atoms: frozenset[str], policy: Policy, least: frozenset[str] | None, given: Grade | None
) -> Applied:
    kept = _APPLIED.setdefault(policy, {})
    applied = kept.get((atoms, least, given))
    if applied is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        applied = kept[atoms, least, given] = _apply(atoms, policy, least, given)
    return applied


def _apply(
    atoms: frozenset[str], policy: Policy, least: frozenset[str] | None, given: Grade | None
) -> Applied:
    """Hold every rule, row, line of advice and clock of the policy against the atoms.

    The grade is no less urgent than that of the atoms of `least` alone, unless it is `given` by a person.
    """
    grade, rules = _grade(atoms, policy)
    if least is not None:
        grade, rules = min((grade, rules), _grade(least, policy), key=lambda graded: GRADES.index(graded[0]))
    if given is not None:
        grade, rules = given, [(BY_PERSON, "a person gave this grade", frozenset())]
    graded = atoms | {f"grade={grade}"}
    return Applied(
        grade=grade,
        rules=rules,
        routes=[
            (route, _cited(clause, graded))
            for route in policy.routes
            if route.tell and (clause := matching(route.clauses, graded)) is not None
        ],
        advice=[
            Advice(line.code, line.text)
            for line in policy.advice
            if matching(line.clauses, graded) is not None
        ],
        clocks=[
            (rule, of_the_category(rule.clauses, graded))
            for rule in policy.clocks
            if matching(rule.clauses, graded) is not None
        ],
        least_age=_least_age(atoms),
    )


def _least_age(atoms: frozenset[str]) -> timedelta:
    """The least age of what was told to have happened: none when it may have been today."""
    told = {atom for atom in atoms if atom.startswith("happening=")}
    return min((_AT_LEAST.get(atom, timedelta()) for atom in told), default=timedelta())


def _cited(clause: Clause, atoms: frozenset[str]) -> frozenset[str]:
    """The atoms that make a clause hold."""
    return atoms & frozenset().union(*clause)


def _because(cited: frozenset[str], atoms: dict[str, Evidence]) -> list[Evidence]:
    """The evidence of the cited atoms, in this report's own order."""
    return [evidence for atom, evidence in atoms.items() if atom in cited]


def _grade(atoms: frozenset[str], policy: Policy) -> tuple[Grade, list[tuple[str, str, frozenset[str]]]]:
    """The most urgent grade of which a rule holds, with each of its rules that does."""
    for grade in GRADES:
        rules = [
            (rule.id, rule.says, _cited(clause, atoms))
            for rule in policy.rules[grade]
            if (clause := matching(rule.clauses, atoms)) is not None
        ]
        if rules:
            return grade, rules
    otherwise = policy.otherwise
    return otherwise.grade, [(otherwise.id, otherwise.says, frozenset())]


def _recipients(
    applied: Applied, atoms: dict[str, Evidence], policy: Policy, *, named: bool
) -> list[Recipient]:
    """Everybody whom a row of the policy tells, with each row that does."""
    why: dict[str, list[Reason]] = {}
    for route, cited in applied.routes:
        if route.unless and matching(route.unless, _without_words(atoms)) is not None:
            continue
        reason = Reason(route.id, route.says, _because(cited, atoms))
        for code in route.tell:
            why.setdefault(code, []).append(reason)
    told = []
    for code, reasons in why.items():
        recipient = policy.recipients[code]
        tier = (recipient.tier_if_named or recipient.tier) if named else recipient.tier
        told.append(Recipient(code, tier, reasons))
    return told


def _without_words(atoms: dict[str, Evidence]) -> frozenset[str]:
    """What was ticked or answered: words can bring a recipient in, and never take one away."""
    return frozenset(atom for atom, evidence in atoms.items() if evidence.origin != "text")


def _clock(
    rule: ClockRule, known: Known, least_age: timedelta, received_at: datetime
) -> EvidenceClock | None:
    """When the evidence will be gone, from the first known of the rule's moments, else from `least_age` ago.

    None once it is gone. A moment told as still to come counts from receipt.
    """
    told = (known.times[moment] for moment in rule.start if moment in known.times)
    moment = next(told, None)
    age = least_age if moment is None else max(received_at - moment, timedelta())
    left = timedelta(hours=rule.hours) - age
    if left <= timedelta():
        return None
    return EvidenceClock(rule.code, rule.text, received_at.astimezone(UTC) + left)
