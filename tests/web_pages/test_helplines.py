"""Helplines: numbers that can be rung, and the ones that fit."""

import phonenumbers
import pytest

from schemas.reports import CareWorkerReport, RuralResidentReport, TaxiDriverReport, VenueReport
from service.web.public.helplines import HELPLINES, Helpline, helplines_for
from service.web.public.next_steps import next_for


@pytest.mark.parametrize("line", HELPLINES, ids=lambda line: line.code)
def test_a_number_can_be_rung_in_this_country(line: Helpline) -> None:
    number = phonenumbers.parse(line.number, "GB")

    assert phonenumbers.is_valid_number(number) or phonenumbers.is_valid_short_number_for_region(number, "GB")
    assert line.tel == "tel:" + "".join(digit for digit in line.number if digit.isdigit())
    assert "looked up" in line.source


@pytest.mark.parametrize(
    ("report", "codes"),
    [
        (CareWorkerReport(concern="not_sure", papers_held="yes"), {"modern_slavery"}),
        (CareWorkerReport(concern="sexual_assault", papers_held="yes"), {"rape_crisis", "modern_slavery"}),
        (CareWorkerReport(concern="not_sure", cared_for_at_risk="maybe"), {"hourglass"}),
        (VenueReport(concern="spiking_drink"), {"rape_crisis"}),
        (TaxiDriverReport(concern="cce", child="yes"), {"childline", "nspcc"}),
        (RuralResidentReport(concern="domestic_abuse"), {"domestic_abuse"}),
        (RuralResidentReport(concern="fraud_doorstep"), {"bank_159", "report_fraud"}),
    ],
)
def test_the_helplines_fit_the_concern(report: CareWorkerReport, codes: set[str]) -> None:
    shown = [line.code for line in helplines_for(report)]

    assert codes <= set(shown)
    assert len(shown) <= 4


def test_a_nuisance_gets_no_helplines() -> None:
    assert helplines_for(RuralResidentReport(concern="fly_tipping")) == []


def test_only_who_said_who_they_are_is_told_of_being_contacted() -> None:
    anonymous = " ".join(next_for(CareWorkerReport(concern="ms_care_sector", anonymity="anonymous")))

    assert "nobody can ring you" in anonymous
    assert "what you said is safe" not in anonymous
    assert "immigration enforcement" in anonymous
