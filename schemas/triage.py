"""What coordinators send and are answered: each verb's body, and what a stale change is told."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from schemas.base import Incoming, Outgoing, ReportText
from schemas.problems import Problem

Reason = Annotated[str, Meta(max_length=1000)]
Reference = Annotated[str, Meta(max_length=20)]
TeamCode = Annotated[str, Meta(max_length=40)]


class Act(Incoming, frozen=True):
    """A verb that needs no more; `team` is on whose behalf, where the actor has several."""

    team: TeamCode | None = None


class Assign(Act, frozen=True, kw_only=True):
    """Hand it to a colleague of the team."""

    to: UUID


class Note(Act, frozen=True, kw_only=True):
    """A note for the team, or `shared` with every team that may see the record."""

    text: ReportText
    shared: bool = False


class Tags(Act, frozen=True, kw_only=True):
    """The team's tags, in place of those it had."""

    tags: Annotated[list[Annotated[str, Meta(max_length=30)]], Meta(max_length=12)]


class Regrade(Act, frozen=True, kw_only=True):
    """Another grade; less urgent only with a reason."""

    grade: Literal["P1", "P2", "P3", "P4"]
    why: Reason | None = None


class Reroute(Act, frozen=True, kw_only=True):
    """A further recipient; `instead` of one's own team."""

    to: TeamCode
    why: Reason
    instead: bool = False


class Say(Act, frozen=True, kw_only=True):
    """A question to the reporter, or what was told by telephone."""

    text: ReportText


class Merge(Act, frozen=True, kw_only=True):
    """The report that goes on for both."""

    into: Reference


class Pair(Act, frozen=True, kw_only=True):
    """Another report to link with, or to cut from."""

    other: Reference
    why: Reason


class Why(Act, frozen=True, kw_only=True):
    """A verb that wants a reason."""

    why: Reason | None = None


class Remark(Act, frozen=True, kw_only=True):
    """A verb that takes a note along."""

    note: Reason = ""


class Mark(Act, frozen=True, kw_only=True):
    """A test, malicious, or neither any more (null)."""

    mark: Literal["test", "malicious"] | None
    why: Reason


class Close(Act, frozen=True, kw_only=True):
    """An outcome of the list; some need a why."""

    outcome: TeamCode
    why: Reason | None = None


class Target(Incoming, frozen=True):
    """A report, and the version it was seen at; `team` on whose behalf, where it is not that of all."""

    reference: Reference
    version: Annotated[int, Meta(ge=0)]
    team: TeamCode | None = None


class Bulk(Act, frozen=True, kw_only=True):
    """One verb for many reports; `body` is what the verb takes."""

    targets: Annotated[list[Target], Meta(min_length=1, max_length=200)]
    body: dict[str, Any] = {}


class Acknowledge(Incoming, frozen=True):
    """What a receiver says of a notification. `token` is that of the link it came with, where no API key is sent."""

    verdict: Literal["accepted", "refused", "outcome"]
    their_reference: Annotated[str, Meta(max_length=60)] | None = None
    note: Reason | None = None
    token: Annotated[str, Meta(max_length=100)] | None = None


class Version(Outgoing, frozen=True):
    """What a change left behind: the report, and the version the next change names."""

    reference: str
    version: int


class StaleChange(Outgoing, frozen=True):
    """One thing done since."""

    version: int
    at: datetime
    kind: str
    team: str | None
    by: UUID | None
    detail: dict[str, Any]


class StaleProblem(Problem, frozen=True, kw_only=True):
    """The change was made on a version that is no longer the newest; `changes` are what the actor may see of since."""

    version: int
    changes: list[StaleChange] = []
