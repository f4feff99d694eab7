"""What a recipient is handed of a report: one sanitised package, in a shape that other systems may rely on.

`format` names the shape and its version; a field is only ever added within a version, and its meaning stays. The JSON
Schema is at `GET /v1/schemas/handover`. Times are RFC 3339 with their offset.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from schemas.base import Outgoing

FORMAT = "evenlode.handover/1"


class Named(Outgoing, frozen=True, kw_only=True):
    """Something of the policy: its stable code, and what people call it."""

    code: str
    name: str


class MadeBy(Outgoing, frozen=True, kw_only=True):
    """Who made the package, for which of their teams, when and why."""

    person: str
    team: Named
    at: datetime
    why: str


class Place(Outgoing, frozen=True, kw_only=True):
    """Where it was, as precisely as the tier allows: the town at D1, the venues too at D2, what was said at D3.

    `details` has the fields of `location` in the report's own form (schemas/facts.py). Coordinates that a reporter's
    device gave are cut to 3 decimals, about 100 m: they tell where the reporter stood.
    """

    town: str | None = None
    venues: list[str] = []
    details: dict[str, Any] = {}


class Clock(Outgoing, frozen=True, kw_only=True):
    """Evidence that will be gone, and by when to ask for it."""

    act_by: datetime
    text: str


class Link(Outgoing, frozen=True, kw_only=True):
    """Another report that this recipient may read too; `kind` is what the two have in common."""

    reference: str
    kind: str


class Grading(Outgoing, frozen=True, kw_only=True):
    """A 3x5x2 grading suggested by the service. It is no grading: only a trained officer makes one."""

    status: Literal["ungraded: suggested by the service, to be graded by a trained officer"]
    source_evaluation: Annotated[
        Literal["1", "2", "3"], Meta(description="1 reliable, 2 untested, 3 not reliable.")
    ]
    intelligence_assessment: Annotated[
        Literal["A", "B", "C", "D", "E"],
        Meta(
            description="A known directly to the source, B indirectly and corroborated, C indirectly, D not known,"
            " E suspected false."
        ),
    ]
    handling_code: Annotated[
        Literal["P", "C"], Meta(description="P lawful sharing permitted, C permitted with conditions.")
    ]
    conditions: list[str] = []
    because: list[str]


class Removed(Outgoing, frozen=True, kw_only=True):
    """How much was taken out of the words, by what it was."""

    kind: Literal["phone", "email", "name", "about_reporter", "own_vehicle", "struck_out", "answer"]
    count: int


class HandOver(Outgoing, frozen=True, kw_only=True):
    """A report as one recipient may have it, at a tier. Who reported is never part of it.

    D1 is a pointer: reference, grade, times to the hour, town and concerns. D2 adds the summary: answers by which the
    reporter cannot be known, venues, the rules that held. D3 adds what was said, all answers and the links. `answers`
    has the report's own field names (schemas/reports.py).
    """

    format: Literal["evenlode.handover/1"] = "evenlode.handover/1"
    id: UUID
    reference: str
    tier: Literal["D1", "D2", "D3"]
    recipient: Named
    made: MadeBy
    grade: Named
    concerns: list[Named]
    received_at: datetime
    due_at: datetime
    occurred_at: datetime | None = None
    place: Place
    said: str | None = None
    answers: dict[str, Any] = {}
    reasons: list[str] = []
    clocks: list[Clock] = []
    links: list[Link] = []
    suggested_grading: Grading | None = None
    handling: list[str]
    removed: list[Removed] = []
