"""Who else helps, by what a report tells of. Nothing is sent to them: the reporter rings, if they want to.

Each has where its number was looked up, and when; look them up again at least once a year, as with the policy's
advice. At most four are shown, those for the gravest first.
"""

import re
from typing import Any, Final

import msgspec

from schemas.reports import CareWorkerReport, Report
from service.texts import N_

_SHOWN: Final = 4


class Helpline(msgspec.Struct, frozen=True, kw_only=True):
    """A number to ring: for whom it is, and where it was looked up."""

    code: str
    name: str
    number: str
    says: str
    source: str

    @property
    def tel(self) -> str:
        """The number as a link rings it."""
        return "tel:" + re.sub(r"\D", "", self.number)


HELPLINES: Final = (
    Helpline(
        code="modern_slavery",
        name="Modern Slavery & Exploitation Helpline",
        number="08000 121 700",
        says=N_("Free advice for people forced to work, in many languages. You need not give a name."),
        source="modernslaveryhelpline.org, looked up November 2026",
    ),
    Helpline(
        code="rape_crisis",
        name="Rape Crisis, 24/7 Rape & Sexual Abuse Support Line",
        number="0808 500 2222",
        says=N_("For anyone over 16 after something sexual they did not want. Free, day and night."),
        source="247sexualabusesupport.org.uk (hours, ages) and public directories (number), looked up November 2026",
    ),
    Helpline(
        code="domestic_abuse",
        name="National Domestic Abuse Helpline",
        number="0808 2000 247",
        says=N_("Free, day and night. Ring from a phone that nobody else looks at."),
        source="nationaldahelpline.org.uk, looked up 2026",
    ),
    Helpline(
        code="childline",
        name="Childline",
        number="0800 1111",
        says=N_("For anyone under 19. Free, day and night. It does not show on the bill."),
        source="247sexualabusesupport.org.uk and public directories, looked up November 2026",
    ),
    Helpline(
        code="nspcc",
        name="NSPCC",
        number="0808 800 5000",
        says=N_("For adults who worry about a child."),
        source="nspcc.org.uk, looked up November 2026",
    ),
    Helpline(
        code="hourglass",
        name="Hourglass",
        number="0808 808 8141",
        says=N_("About harm to older people, at home or in care. Free."),
        source="public directories naming wearehourglass.org, looked up November 2026; its hours have changed often",
    ),
    Helpline(
        code="report_fraud",
        name="Report Fraud",
        number="0300 123 2040",
        says=N_("If you lost money: report it there yourself. We cannot do it for you."),
        source="reportfraud.police.uk, which replaced Action Fraud on 4 December 2025; looked up 2026",
    ),
    Helpline(
        code="bank_159",
        name=N_("Your bank"),
        number="159",
        says=N_("Ring first if money is gone or about to go. It puts you through to most banks."),
        source="Stop Scams UK, looked up 2026",
    ),
    Helpline(
        code="victim_support",
        name="Victim Support",
        number="0808 168 9111",
        says=N_("For anyone hurt by a crime, reported or not. Free, day and night."),
        source="victimsupport.org.uk, looked up November 2026",
    ),
    Helpline(
        code="samaritans",
        name="Samaritans",
        number="116 123",
        says=N_("If it is too much, somebody listens. Free, day and night."),
        source="public directories, looked up November 2026",
    ),
    Helpline(
        code="crimestoppers",
        name="Crimestoppers",
        number="0800 555 111",
        says=N_("Tell of a crime without saying who you are. Free."),
        source="crimestoppers-uk.org, looked up 2026",
    ),
)
_BY_CODE: Final = {one.code: one for one in HELPLINES}

SLAVERY: Final = frozenset(
    {
        "ms_labour",
        "ms_care_sector",
        "ms_sexual",
        "ms_criminal",
        "ms_domestic",
        "debt_bondage",
        "trafficking_child",
    }
)
SEXUAL: Final = frozenset(
    {"sexual_assault", "cse", "ms_sexual", "spiking_drink", "spiking_needle", "vawg_public"}
)
AT_HOME: Final = frozenset({"domestic_abuse", "stalking_harassment", "hbv_fgm_fm"})
FRAUD: Final = frozenset({"fraud_advance_fee", "fraud_courier", "fraud_romance", "fraud_doorstep"})
CHILD: Final = frozenset({"county_lines", "cce", "cse", "trafficking_child", "youth_violence_gangs"})
_NUISANCE: Final = frozenset({"fly_tipping", "asb_nuisance", "asb_environmental", "drug_use_nuisance"})
_KEPT: Final = (
    "papers_held",
    "escorted",
    "locked_in",
    "visa_threats",
    "pay_below_contract",
    "housing_tied_to_job",
)


def tells_of_forced_work(report: Report) -> bool:
    """True when somebody may be made to work, by what was ticked or by a care worker's answers."""
    if report.concern in SLAVERY:
        return True
    return isinstance(report, CareWorkerReport) and any(getattr(report, fact) == "yes" for fact in _KEPT)


def tells_of_a_child(report: Report) -> bool:
    """True when a child is or may be concerned."""
    return report.child in {"yes", "maybe"} or report.concern in CHILD


def tells_of_care(report: Report) -> bool:
    """True when somebody who needs care is or may be at risk."""
    asked: Any = getattr(report, "cared_for_at_risk", None)
    return bool({asked, report.adult_at_risk} & {"yes", "maybe"}) or report.concern == "care_abuse"


def helplines_for(report: Report) -> list[Helpline]:
    """The helplines that fit what the report tells of."""
    fitting = [
        ("rape_crisis", report.concern in SEXUAL),
        ("modern_slavery", tells_of_forced_work(report)),
        ("domestic_abuse", report.concern in AT_HOME),
        ("childline", tells_of_a_child(report)),
        ("nspcc", tells_of_a_child(report)),
        ("hourglass", tells_of_care(report)),
        ("bank_159", report.concern in FRAUD),
        ("report_fraud", report.concern in FRAUD),
        ("victim_support", report.injured in {"hurt", "seriously"} or report.concern == "hate_incident"),
        ("samaritans", report.concern in {"discrimination_mh", "missing_vulnerable"}),
        ("crimestoppers", report.concern not in _NUISANCE | FRAUD | SEXUAL),
    ]
    return [_BY_CODE[code] for code, fits in fitting if fits][:_SHOWN]
