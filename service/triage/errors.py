"""What triage refuses, and how it says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from service.errors import ServiceError


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done to a case, as the actor may see it. `by` is None for the service itself."""

    version: int
    at: datetime
    kind: str
    team: str | None
    by: UUID | None
    detail: dict[str, Any]


class CaseNotFound(ServiceError):
    """There is no such report in your teams' queues."""

    code = "case-not-found"
    status = 404

    def __init__(self, message: str = "", *, reference: str | None = None) -> None:
        super().__init__(message)
        self.reference = reference
        """The report that was asked for, where it is not the one that a change is made to."""


class StaleCase(ServiceError):
    """This report was changed after you opened it. Look at what changed, then decide again. Nothing was written."""

    code = "stale-case"
    status = 412

    def __init__(self, version: int, changes: Sequence[Change]) -> None:
        super().__init__()
        self.version = version
        self.changes = list(changes)


class VersionNeeded(ServiceError):
    """Say in If-Match which version of the report this change was made on: the ETag of the report as you read it."""

    code = "version-needed"
    status = 428


class AlreadyClaimed(ServiceError):
    """Somebody of your team is on it already. Ask them, or have it assigned."""

    code = "already-claimed"
    status = 409


class NotPossibleNow(ServiceError):
    """This cannot be done with the report as it stands."""

    code = "not-possible-now"
    status = 409


class ReasonNeeded(ServiceError):
    """Say why, in a sentence: it stays with the report."""

    code = "reason-needed"
    status = 422


class WrongValue(ServiceError):
    """A value is not one of those that can be given here."""

    code = "wrong-value"
    status = 422


class TooManyStreams(ServiceError):
    """This session has as many open pages as are told of changes. Close some of them."""

    code = "too-many-streams"
    status = 429


class TierTooLow(ServiceError):
    """Your team sees a part of this report only, and this needs the whole record."""

    code = "tier-too-low"
    status = 403
