from typing import Final

from schemas.reports import TaxiDriverReport
from service.intake.kinds.answers import UNDECIDED, Answers, answer, followed
from service.routing.model import Evidence

_ADULT: Final = 18


def taxi_driver(report: TaxiDriverReport) -> Answers:
    """What a driver's own answers show: who was in the car, and when the driver pressed "mark".

    Somebody who looked under 18 is a child here. A child with an adult who is no relation names child sexual
    exploitation when the driver did not name a concern. Asking to be let out means being held.
    """
    found: list[Evidence] = []
    passengers = report.passengers
    if passengers is not None:
        young = [age for age in passengers.ages if age < _ADULT]
        if young:
            found.append(answer("child=yes", f"passengers/ages {min(young)}"))
        if passengers.child_with_unrelated_adult in {"yes", "maybe"}:
            with_adult = passengers.child_with_unrelated_adult
            found.append(answer(f"child={with_adult}", "passengers/child_with_unrelated_adult"))
            if with_adult == "yes" and report.concern in UNDECIDED:
                found.append(followed("concern=cse", "passengers/child_with_unrelated_adult"))
        if passengers.asked_to_be_let_out == "yes":
            found.append(answer("held=asked", "passengers/asked_to_be_let_out"))
    return Answers(found, {} if report.marked is None else {"marked_at": report.marked.at})
