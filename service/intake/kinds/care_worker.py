from typing import Final

from schemas.reports import CareWorkerReport
from service.intake.kinds.answers import UNDECIDED, Answers, answer, followed
from service.routing.model import Evidence

_LONG_WEEK_HOURS: Final = 60
_KEPT_BY: Final = {"papers_held": "papers", "visa_threats": "visa", "escorted": "escort", "locked_in": "lock"}
_SLAVERY_MAY_BE_NAMED: Final = UNDECIDED | {
    "drug_use_nuisance",
    "suspicious_rural",
    "fly_tipping",
    "asb_personal",
    "asb_nuisance",
    "asb_environmental",
    "discrimination_mh",
}
_BESIDE_SLAVERY: Final = frozenset({"serious_violence", "sexual_assault"})
"""What is done to somebody who is kept. It is graver, and must not hide the keeping from the anti-slavery side."""


def care_worker(report: CareWorkerReport) -> Answers:
    """What a care worker's own answers show: how somebody is kept, whether help is wanted, who is cared for.

    Papers held, a debt owed, threats about the visa, an escort or a locked door each keep a person in the situation,
    and name exploitation of care workers when no graver concern was ticked, or beside violence against them. Two of
    low pay, a long week (60 hours or more), housing tied to the job and a fee paid for it do the same, except beside
    violence. Who reports on their own behalf asks for help, unless they said that they do not want it.
    """
    found = _kept(report)
    if (report.concern in _SLAVERY_MAY_BE_NAMED and (found or _hard_terms(report))) or (
        report.concern in _BESIDE_SLAVERY and found
    ):
        found.append(followed("concern=ms_care_sector", "answers about the work"))
    if report.consent == "yes":
        found.append(answer("victim_wants_help=yes", "consent"))
    elif report.on_behalf_of == "myself" and report.consent is None and report.victim_wants_help is None:
        found.append(followed("victim_wants_help=yes", "on_behalf_of myself"))
    if report.cared_for_at_risk in {"yes", "maybe"}:
        found.append(answer(f"adult_at_risk={report.cared_for_at_risk}", "cared_for_at_risk"))
        if report.cared_for_at_risk == "yes" and report.concern in UNDECIDED:
            found.append(followed("concern=care_abuse", "cared_for_at_risk"))
    return Answers(found)


def _kept(report: CareWorkerReport) -> list[Evidence]:
    """By what somebody is kept in the situation."""
    found = [
        answer(f"kept_by={how}", question)
        for question, how in _KEPT_BY.items()
        if getattr(report, question) == "yes"
    ]
    if report.debt is not None and report.debt.owed_gbp:
        found.append(answer("kept_by=debt", "debt/owed_gbp"))
    if report.locked_in == "yes":
        found.append(answer("held=yes", "locked_in"))
    return found


def _hard_terms(report: CareWorkerReport) -> bool:
    """Terms that alone prove nothing and together point to exploitation (domain indicators of the care sector)."""
    signs = (
        report.pay_below_contract == "yes",
        report.hours_per_week is not None and report.hours_per_week >= _LONG_WEEK_HOURS,
        report.housing_tied_to_job == "yes",
        report.debt is not None and bool(report.debt.paid_for_job_gbp),
    )
    return sum(signs) >= 2
