"""How a report stands, in plain words for whoever holds its receipt. Pure.

Never the grade, and never why. A body is named once a notification has arrived there, and only where the policy says
that its name gives nothing away to somebody who has come by the receipt (decision 0022).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from schemas.follow_up import Standing, Status
from service.policy.model import RecipientPolicy
from service.texts import N_
from service.triage.outcomes import OUTCOMES

RECEIVED: Final = N_("We have your report. It is on its way to the people whose work it is.")
DELIVERED: Final = N_("The people whose work it is have your report. It is waiting to be looked at.")
DELIVERED_TO: Final = N_("Your report is with {bodies}. It is waiting to be looked at.")
LOOKED_AT: Final = N_("Somebody is looking at your report.")
LOOKED_AT_BY: Final = N_("Your report is with {bodies}. It is being looked at.")
SENTENCES: Final[Mapping[tuple[Standing, bool], str]] = {
    ("received", False): RECEIVED,
    ("delivered", False): DELIVERED,
    ("delivered", True): DELIVERED_TO,
    ("being_looked_at", False): LOOKED_AT,
    ("being_looked_at", True): LOOKED_AT_BY,
}
"""By how a report that is worked on stands, and whether a body is named. How one ended is told by its outcome."""


def standing(
    arrived: Mapping[str, bool],
    *,
    looked_at: bool,
    outcome: str | None,
    recipients: Mapping[str, RecipientPolicy],
) -> Status:
    """The status. `arrived` tells of each body that is told whether a notification has arrived there.

    `looked_at` is true once a person has taken it up; `outcome` is how the work on it ended, None while it goes on. A
    report that nobody is told of is read by the coordinators, and stands as one that has arrived with a body without a
    name.
    """
    if outcome is not None:
        return Status(code="ended", text=OUTCOMES[outcome].told, bodies=[])
    names = [
        recipients[code].name
        for code, there in arrived.items()
        if there and code in recipients and recipients[code].may_be_named
    ]
    if looked_at:
        code: Standing = "being_looked_at"
    elif not arrived or any(arrived.values()):
        code = "delivered"
    else:
        code = "received"
    bodies = names if code != "received" else []
    return Status(code=code, text=sentence(code, bodies), bodies=bodies)


def sentence(code: Standing, bodies: Sequence[str]) -> str:
    """The status of a report that is worked on, in English."""
    return SENTENCES[code, bool(bodies)].format(bodies=", ".join(bodies))
