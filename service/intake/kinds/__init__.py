"""The kinds of reporter: one function each from a kind's own answers to evidence, listed here and nowhere else."""

from collections.abc import Callable
from typing import Any, Final

from schemas.reports import CareWorkerReport, Report, RuralResidentReport, TaxiDriverReport, VenueReport
from service.intake.kinds.answers import Answers
from service.intake.kinds.care_worker import care_worker
from service.intake.kinds.rural_resident import rural_resident
from service.intake.kinds.taxi_driver import taxi_driver
from service.intake.kinds.venue import venue

_KINDS: Final[dict[type, Callable[[Any], Answers]]] = {
    TaxiDriverReport: taxi_driver,
    VenueReport: venue,
    RuralResidentReport: rural_resident,
    CareWorkerReport: care_worker,
}


def answers_of(report: Report) -> Answers:
    """What this kind's own answers show."""
    return _KINDS[type(report)](report)
