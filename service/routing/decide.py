"""The decision: what is known and the policy in; grade, recipients, due time, advice and every reason out.

No I/O, no clock of its own: the same in gives the same out, so that a decision can be replayed later.
"""

from datetime import UTC, datetime, timedelta

from service.policy.model import Clause, ClockRule, Policy
from service.routing.derive import concerns_of, derive
from service.routing.due import due_at
from service.routing.model import (
    GRADES,
    Advice,
    Decision,
    Evidence,
    EvidenceClock,
    Grade,
    Known,
    Reason,
    Recipient,
)


def decide(known: Known, policy: Policy, received_at: datetime) -> Decision:
    """Decide one report. `received_at` carries an offset; times in the decision are UTC."""
    atoms = derive(known, policy)
    grade, reasons = _grade(atoms, policy)
    by_grade = f"grade={grade}"
    atoms[by_grade] = Evidence(by_grade, "derived", ", ".join(reason.rule for reason in reasons))
    return Decision(
        grade=grade,
        concerns=concerns_of(atoms),
        recipients=_recipients(atoms, policy, named=known.named),
        reasons=reasons,
        advice=[
            Advice(line.code, line.text)
            for line in policy.advice
            if matching(line.clauses, atoms) is not None
        ],
        due=due_at(policy.grades[grade], policy.partnership, received_at),
        clocks=[
            clock
            for rule in policy.clocks
            if matching(rule.clauses, atoms) is not None
            and (clock := _clock(rule, known, received_at)) is not None
        ],
        policy=policy.version,
    )


def matching(clauses: tuple[Clause, ...], atoms: dict[str, Evidence]) -> Clause | None:
    """The first clause that holds, or None."""
    known = atoms.keys()
    for clause in clauses:
        for accepted in clause:
            if accepted.isdisjoint(known):
                break
        else:
            return clause
    return None


def _because(clause: Clause, atoms: dict[str, Evidence]) -> list[Evidence]:
    """The evidence that made a clause hold."""
    return [evidence for atom, evidence in atoms.items() if any(atom in accepted for accepted in clause)]


def _grade(atoms: dict[str, Evidence], policy: Policy) -> tuple[Grade, list[Reason]]:
    """The most urgent grade of which a rule holds, with each of its rules that does."""
    for grade in GRADES:
        reasons = [
            Reason(rule.id, rule.says, _because(clause, atoms))
            for rule in policy.rules[grade]
            if (clause := matching(rule.clauses, atoms)) is not None
        ]
        if reasons:
            return grade, reasons
    otherwise = policy.otherwise
    return otherwise.grade, [Reason(otherwise.id, otherwise.says, [])]


def _recipients(atoms: dict[str, Evidence], policy: Policy, *, named: bool) -> list[Recipient]:
    """Everybody whom a row of the policy tells, with each row that does."""
    why: dict[str, list[Reason]] = {}
    for route in policy.routes:
        if not route.tell:
            continue
        clause = matching(route.clauses, atoms)
        if clause is None or matching(route.unless, atoms) is not None:
            continue
        reason = Reason(route.id, route.says, _because(clause, atoms))
        for code in route.tell:
            why.setdefault(code, []).append(reason)
    told = []
    for code, reasons in why.items():
        recipient = policy.recipients[code]
        tier = (recipient.tier_if_named or recipient.tier) if named else recipient.tier
        told.append(Recipient(code, tier, reasons))
    return told


def _clock(rule: ClockRule, known: Known, received_at: datetime) -> EvidenceClock | None:
    """When the evidence will be gone, from the first known of the rule's moments, else from receipt.

    None once it is gone. A moment told as still to come counts from receipt.
    """
    told = (known.times[moment] for moment in rule.start if moment in known.times)
    age = max(received_at - next(told, received_at), timedelta())
    left = timedelta(hours=rule.hours) - age
    if left <= timedelta():
        return None
    return EvidenceClock(rule.code, rule.text, received_at.astimezone(UTC) + left)
