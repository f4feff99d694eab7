"""What can be wrong when a reporter comes back."""

from service.errors import ServiceError


class ReceiptUnknown(ServiceError):
    """No report has this receipt. Check each character: a receipt has no 0, O, 1, I or L."""

    code = "receipt-unknown"
    status = 404


class TooManyTries(ServiceError):
    """Many wrong receipts came from this network. A right one is still taken; wait ten minutes before trying others."""

    code = "too-many-tries"
    status = 429
    retry_after = 600


class ConversationFull(ServiceError):
    """This report has as many messages as it can take. Send a new report and name this one's reference in it."""

    code = "conversation-full"
    status = 422


class FilesFull(ServiceError):
    """This report has as many photos as it can take."""

    code = "files-full"
    status = 422


class FileRefused(ServiceError):
    """This is not a photo that can be read. Send it as JPEG, PNG or WebP."""

    code = "file-refused"
    status = 422


class UploadOutOfStep(ServiceError):
    """This piece does not follow what has arrived. Ask for the offset, and go on from there."""

    code = "upload-out-of-step"
    status = 409


class UploadInvalid(ServiceError):
    """The headers of this upload cannot be meant; see the description of the call."""

    code = "upload-invalid"
    status = 400
