"""What follows from what is known: families and groups of the concerns, and thresholds reached."""

from typing import Final

from service.policy.model import ConcernPolicy, Policy
from service.routing.model import Evidence, Known

_UNDECIDED: Final = frozenset({"not_sure", "other"})
_WEAPON_SHOWN: Final = ("weapon=used", "weapon=threatened", "weapon=seen")
_NOTHING_USABLE: Final = Evidence("text=nothing_usable", "derived", "not sure, and no concern was shown")


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
    if undecided:
        _name_exploitation(atoms)
    if known.concern == "not_sure":
        _make_sure(atoms)
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


def _name_exploitation(atoms: dict[str, Evidence]) -> None:
    """Somebody kept by papers, debt, a visa or an escort is exploited, though the reporter has no name for it."""
    kept = next((atom for atom in atoms if atom.startswith("kept_by=")), None)
    if kept is not None and not any(atom.startswith("concern=ms_") for atom in atoms):
        concern = "concern=ms_care_sector" if "reporter=care_worker" in atoms else "concern=ms_labour"
        atoms.setdefault(concern, Evidence(concern, "derived", kept))


def _make_sure(atoms: dict[str, Evidence]) -> None:
    """A reporter who is not sure: a weapon names the concern; where nothing does, a person has to read it."""
    shown = next((atom for atom in _WEAPON_SHOWN if atom in atoms), None)
    if shown is not None:
        atoms.setdefault("concern=weapons", Evidence("concern=weapons", "derived", shown))
    if not any(atom.startswith("concern=") and atom != "concern=not_sure" for atom in atoms):
        atoms[_NOTHING_USABLE.atom] = _NOTHING_USABLE


def _reach(
    atoms: dict[str, Evidence], evidence: Evidence, fact: str, number: int, thresholds: tuple[int, ...]
) -> None:
    for threshold in thresholds:
        if number >= threshold:
            reached = f"{fact}>={threshold}"
            atoms.setdefault(reached, Evidence(reached, evidence.origin, evidence.words or evidence.atom))
