"""A 3x5x2 grading to suggest, from what a report shows. Pure, cautious, and never a grading.

Source: intelligence report 3x5x2 of the College of Policing (APP, information management) as the domain notes give it;
only trained officers grade. Everybody who reports here is untested (2). What somebody says they saw or heard is known
directly to them (A); what they were told is known indirectly (C), and corroborated (B) only where a person has linked
the report with another: links the service finds may come from the same reporter twice. What does not say is not known
(D), also where the text is not in English. E, suspected false, is nobody's to suggest.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from schemas.handover import Grading

_SAW: Final = re.compile(
    r"\b(?:I|we)(?:\s+(?:just|also|clearly|personally|have|had|could|can))*"
    r"\s+(?:saw|see|seen|heard|hear|watched|witnessed|noticed|filmed|found|smelt|smelled)\b(?!\s+(?:that|from)\b)",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(
    r"\b(?:(?:I|we)\s+(?:was|were|have been|am|are)\s+told|told\s+(?:me|us)"
    r"|(?:I|we)(?:\s+have)?\s+heard\s+(?:that|from)"
    r"|apparently|rumou?rs?|people\s+(?:say|are saying)|word\s+is|says?\s+that|said\s+that|according\s+to)\b",
    re.IGNORECASE,
)
_CONSULT: Final = "S2: consult the originator before sharing further or using it openly"


def suggest(body: Mapping[str, Any], anonymity: str | None, *, linked_by_person: bool) -> Grading:
    """The grading to suggest for a stored body (wire form); `linked_by_person` when somebody linked another report."""
    text = str(body.get("description", ""))
    assessment: Literal["A", "B", "C", "D"]
    because = ["source untested: nobody who reports here has been evaluated"]
    if _TOLD.search(text):
        assessment = "B" if linked_by_person else "C"
        because.append(
            "told by somebody else, and a person linked another report with it"
            if linked_by_person
            else "told by somebody else"
        )
    elif _SAW.search(text):
        assessment = "A"
        because.append("says it was seen or heard by the reporter")
    else:
        assessment = "D"
        because.append("does not say how it is known")
    guarded = anonymity in {"anonymous", "confidential"} or body.get("threat_to_reporter") == "yes"
    because.append(
        "the reporter does not want to be known" if guarded else "the reporter set no condition on who knows"
    )
    return Grading(
        status="ungraded: suggested by the service, to be graded by a trained officer",
        source_evaluation="2",
        intelligence_assessment=assessment,
        handling_code="C" if guarded else "P",
        conditions=[_CONSULT] if guarded else [],
        because=because,
    )
