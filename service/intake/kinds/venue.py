from typing import Final

from schemas.reports import Spiking, VenueReport
from service.intake.kinds.answers import Answers, answer, followed
from service.routing.model import Evidence

_NEEDLE: Final = frozenset({"puncture_mark", "sudden_pain"})
_SERIOUS: Final = frozenset({"collapsed", "unconscious", "seizure", "trouble_breathing"})
_SPIKING: Final = frozenset({"spiking_drink", "spiking_needle"})


def venue(report: VenueReport) -> Answers:
    """What a venue's own answers show: the questions about a suspected spiking.

    Answering them about the person or the drink tells of spiking whatever concern was ticked. Somebody left with a
    stranger is still with the suspect.
    """
    spiking = report.spiking
    if spiking is None:
        return Answers([])
    found: list[Evidence] = []
    symptoms = spiking.symptoms
    serious = next((symptom for symptom in symptoms if symptom in _SERIOUS), None)
    if serious is not None:
        found.append(answer("injured=seriously", f"spiking/symptoms {serious}"))
    if spiking.with_them == "stranger":
        found.append(answer("victim_still_there=yes", "spiking/with_them stranger"))
    if spiking.similar_tonight:
        found.append(answer(f"times_seen={spiking.similar_tonight + 1}", "spiking/similar_tonight"))
    if report.concern not in _SPIKING and _tells_of_spiking(spiking):
        needle = not _NEEDLE.isdisjoint(symptoms)
        found.append(followed("concern=spiking_needle" if needle else "concern=spiking_drink", "spiking"))
    began = spiking.symptoms_began
    return Answers(found, {} if began is None else {"symptoms_began": began})


def _tells_of_spiking(spiking: Spiking) -> bool:
    return bool(
        spiking.symptoms
        or spiking.symptoms_began
        or spiking.drink
        or spiking.drink_kept
        or spiking.sample_taken
        or spiking.similar_tonight
    )
