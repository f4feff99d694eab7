"""What happens after a report, in plain words by what it tells of.

Only what always holds: who is told in the end follows from the whole report and the policy, and is not shown to the
reporter (`schemas/reports.py`, Accepted).
"""

from typing import Any, Final

from schemas.reports import Report
from service.texts import N_
from service.web.public.helplines import (
    AT_HOME,
    FRAUD,
    SEXUAL,
    helplines_for,
    tells_of_a_child,
    tells_of_care,
    tells_of_forced_work,
)

_ALWAYS: Final = N_("A person looks at every report. The urgent ones come first, by day and by night.")
_ANONYMOUS: Final = N_(
    "We do not know who you are, so nobody can ring you. Look with your receipt whether we have a question."
)
_SAFE: Final = N_("If somebody contacts you, they go by what you said is safe.")
_FORCED_WORK: Final = N_(
    "People who know about forced work can be told. We do not talk to the employer, the sponsor or a family,"
    " and we do not send it to immigration enforcement."
)
_CHILD: Final = N_(
    "If a child is at risk, the county's team for children can be told. Nobody has to agree to that."
)
_CARE: Final = N_("If somebody who needs care is at risk, the county's team for adults can be told.")
_SEXUAL: Final = N_(
    "You decide how far it goes. You can get medical help and keep evidence safe without the police."
)
_AT_HOME: Final = N_("We do not contact the family or the partner.")
_FRAUD: Final = N_("A report here does not get money back. Tell your bank and Report Fraud as well.")


def next_for(report: Report) -> list[str]:
    """Sentences to show, the most fitting ones first."""
    fitting = [
        (_ALWAYS, True),
        (_FORCED_WORK, tells_of_forced_work(report)),
        (_CHILD, tells_of_a_child(report)),
        (_CARE, tells_of_care(report)),
        (_SEXUAL, report.concern in SEXUAL),
        (_AT_HOME, report.concern in AT_HOME),
        (_FRAUD, report.concern in FRAUD),
        (_SAFE, report.contact is not None),
        (_ANONYMOUS, report.anonymity == "anonymous"),
    ]
    return [says for says, fits in fitting if fits]


def shown_after(report: Report) -> dict[str, Any]:
    """What the page after sending shows besides the answer of the intake."""
    return {"helplines": helplines_for(report), "next_steps": next_for(report)}
