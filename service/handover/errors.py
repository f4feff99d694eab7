"""What handing over refuses, and how it says so."""

from service.errors import ServiceError


class TierTooHigh(ServiceError):
    """This recipient may see less of a report than that. Choose a lower tier."""

    code = "tier-too-high"
    status = 403


class NotARecipient(ServiceError):
    """There is no such recipient in the policy. Choose one of the list."""

    code = "not-a-recipient"
    status = 422


class PackageNotFound(ServiceError):
    """There is no such hand-over of your team's. Only the team that made one can have it again."""

    code = "package-not-found"
    status = 404


class PackageChanged(ServiceError):
    """The file kept of this hand-over is not the one on the record. Do not use it, and tell your auditor."""

    code = "package-changed"
    status = 409
