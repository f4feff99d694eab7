"""What follows from what is known: families and groups of the concerns, and thresholds reached."""

from typing import Final

from service.policy.model import Clause, ConcernPolicy, Policy
from service.routing.model import Evidence, Known

_UNDECIDED: Final = frozenset({"not_sure", "other"})
NOTHING_USABLE: Final = "text=nothing_usable"


def derive(known: Known, policy: Policy) -> dict[str, Evidence]:
    """Every atom that holds, each with where it was first read, ticked answers first."""
    atoms: dict[str, Evidence] = {}
    thresholds = policy.thresholds
    undecided = known.concern in _UNDECIDED
    for evidence in known.evidence:
        atom = evidence.atom
        if atom in atoms:
            continue
        fact, _, value = atom.partition("=")
        if fact in thresholds:
            _reach(atoms, evidence, fact, int(value), thresholds[fact])
        elif (
            fact != "concern"
            or evidence.origin == "ticked"
            or undecided
            or _grave(policy.concerns.get(value))
        ):
            atoms[atom] = evidence
    _show(atoms, policy)
    if known.concern == "not_sure" and len(concerns_of(atoms)) == 1:
        atoms[NOTHING_USABLE] = Evidence(NOTHING_USABLE, "derived", "not sure, and no concern was shown")
    for atom in [atom for atom in atoms if atom.startswith("concern=")]:
        concern = policy.concerns.get(atom.removeprefix("concern="))
        if concern is not None:
            for implied in concern.tells():
                atoms.setdefault(implied, Evidence(implied, "derived", atom))
    return atoms


def concerns_of(atoms: dict[str, Evidence]) -> list[str]:
    """The concern codes, the ticked one first."""
    return [atom.removeprefix("concern=") for atom in atoms if atom.startswith("concern=")]


def _grave(concern: ConcernPolicy | None) -> bool:
    """A nuisance mentioned in passing does not spread a report about something else to more bodies."""
    return concern is not None and concern.family in {"serious_harm", "crime"}


def _show(atoms: dict[str, Evidence], policy: Policy) -> None:
    """Add each concern that the policy sees in what was ticked, answered and read."""
    known = frozenset(atoms)
    for concern, clauses in policy.shown.items():
        if concern not in known and (clause := matching(clauses, known)) is not None:
            seen = ", ".join(atom for atom in atoms if any(atom in accepted for accepted in clause))
            atoms[concern] = Evidence(concern, "derived", seen)


def matching(clauses: tuple[Clause, ...], atoms: frozenset[str]) -> Clause | None:
    """The first clause that holds, or None."""
    for clause in clauses:
        for accepted in clause:
            if accepted.isdisjoint(atoms):
                break
        else:
            return clause
    return None


def _reach(
    atoms: dict[str, Evidence], evidence: Evidence, fact: str, number: int, thresholds: tuple[int, ...]
) -> None:
    for threshold in thresholds:
        if number >= threshold:
            reached = f"{fact}>={threshold}"
            atoms.setdefault(reached, Evidence(reached, evidence.origin, evidence.words or evidence.atom))
