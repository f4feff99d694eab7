"""How a report can end, and what its reporter reads of it: honest, and no more than is safe to say."""

from collections.abc import Mapping
from typing import Final

import msgspec

from service.texts import N_


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome. `label` is for coordinators, `told` for the reporter; `why_needed` where it has to be explained."""

    label: str
    told: str
    why_needed: bool = False


OUTCOMES: Final[Mapping[str, Outcome]] = {
    "action_taken": Outcome(
        label="Action taken",
        told=N_("We acted on your report. We cannot always say what was done. Thank you for telling us."),
    ),
    "people_safe": Outcome(
        label="People made safe",
        told=N_(
            "Somebody checked, and the people you were worried about were found. Thank you for telling us."
        ),
    ),
    "under_investigation": Outcome(
        label="Under investigation elsewhere",
        told=N_(
            "Your report is part of work that goes on. It may take long, and we may not be able to say more."
        ),
    ),
    "kept_for_pattern": Outcome(
        label="Kept as intelligence",
        told=N_(
            "There was not enough to act on now. Your report is kept, and counts if others tell us of the same thing."
        ),
    ),
    "passed_to": Outcome(
        label="Not for us, passed on",
        told=N_("This was not for us. We passed it to the people whose work it is."),
        why_needed=True,
    ),
    "advice_given": Outcome(
        label="Advice given, signposted",
        told=N_("We could not deal with this ourselves, and told you who can."),
    ),
    "no_further_action": Outcome(
        label="No further action, and why",
        told=N_(
            "We looked at your report and will not take it further. This does not mean that we do not believe you."
        ),
        why_needed=True,
    ),
    "not_found": Outcome(
        label="Looked, nothing found",
        told=N_("Somebody looked and found nothing. If it happens again, please tell us again."),
    ),
    "duplicate": Outcome(
        label="Same event as another report",
        told=N_("Somebody else told us of the same thing. We look at both together."),
    ),
    "test": Outcome(label="A test", told=N_("This report was taken for a test and closed."), why_needed=True),
    "malicious": Outcome(
        label="Malicious", told=N_("We looked at your report and will not take it further."), why_needed=True
    ),
}
"""By code. A reporter never reads that a report was thought malicious: it could be wrong, and it could be a threat."""
