"""Errors the service raises on purpose. Each carries a stable code; only the web edge makes problem documents.

The class docstring is the default message, so that a message is written once, where its meaning is.
"""

from typing import ClassVar

import msgspec


class FieldFault(msgspec.Struct, frozen=True):
    """One thing wrong in a body: where (an RFC 6901 JSON Pointer) and what, in words for the person filling it in."""

    pointer: str
    message: str


class ServiceError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "service-error"
    status: ClassVar[int] = 500
    retry_after: ClassVar[int | None] = None
    """Seconds after which to try again, where that helps."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class Unreadable(ServiceError):
    """There is a character in this that cannot be kept, or it is nested too deep. Write it anew and send it again."""

    code = "unreadable"
    status = 422


class SettingsError(ServiceError):
    """A setting is missing or cannot be meant."""

    code = "settings"


class PolicyError(ServiceError):
    """The policy cannot be used; the message names file, line and reason of each fault."""

    code = "policy"


class ReportInvalid(ServiceError):
    """The report cannot be accepted as it is; see the errors for what to change."""

    code = "report-invalid"
    status = 422

    def __init__(self, faults: list[FieldFault], message: str = "") -> None:
        super().__init__(message)
        self.faults = faults


class ReportMalformed(ReportInvalid):
    """The body is not a JSON object this service can read."""

    code = "report-malformed"
    status = 400


class IdempotencyKeyInvalid(ServiceError):
    """The Idempotency-Key must be 16 to 128 printable ASCII characters, for example a random UUID."""

    code = "idempotency-key-invalid"
    status = 400


class IdempotencyKeyReused(ServiceError):
    """This Idempotency-Key was already used for a report with a different body. Send a new report with a new key."""

    code = "idempotency-key-reused"
    status = 422


class StorageUnavailable(ServiceError):
    """The report could not be stored just now and was not accepted. Send it again with the same Idempotency-Key."""

    code = "storage-unavailable"
    status = 503
    retry_after = 5
