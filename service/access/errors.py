"""What access refuses, and how it says so."""

from typing import Final

from service.errors import ServiceError

_LONG: Final = 90
"""Seconds from which a wait is told in minutes."""


class NotSignedIn(ServiceError):
    """Sign in first: there is no session, or it has ended."""

    code = "not-signed-in"
    status = 401


class NotAllowed(ServiceError):
    """Your account may not do this."""

    code = "not-allowed"
    status = 403


class CrossSite(ServiceError):
    """The request did not come from a page of this service, or the page is too old. Load the page again."""

    code = "cross-site"
    status = 403


class ApiKeyRefused(ServiceError):
    """This API key is not known, has ended, or is for other work. Send the request without it, or ask for a new one."""

    code = "api-key-refused"
    status = 401


class SignInRefused(ServiceError):
    """That did not fit. Check what you typed and try again."""

    code = "sign-in-refused"
    status = 422


class SignInOver(ServiceError):
    """This took too long, or was begun in another window. Start again."""

    code = "sign-in-over"
    status = 409


class SignInThrottled(ServiceError):
    """There were too many tries. Wait, then try again."""

    code = "sign-in-throttled"
    status = 429

    def __init__(self, wait_seconds: int) -> None:
        minutes = -(-wait_seconds // 60)
        plural = "" if wait_seconds == 1 else "s"
        long = f"{wait_seconds} second{plural}" if wait_seconds < _LONG else f"{minutes} minutes"
        super().__init__(f"There were too many tries. Wait {long}, then try again.")
        self.wait_seconds = wait_seconds


class PasswordWeak(ServiceError):
    """This password is too easy to guess."""

    code = "password-weak"
    status = 422


class AccountUnknown(ServiceError):
    """There is no account of this e-mail address. `evenlode user list` shows those there are."""

    code = "account-unknown"
    status = 404


class AccountExists(ServiceError):
    """There is an account of this e-mail address already."""

    code = "account-exists"
    status = 409


class AccountNeedsWork(ServiceError):
    """An account has at least one team, or is an auditor or an administrator without any."""

    code = "account-needs-work"
    status = 422


class LastAdministrator(ServiceError):
    """This is the last administrator. Make another one first."""

    code = "last-administrator"
    status = 409


class OwnAccount(ServiceError):
    """Nobody changes their own rights. Ask another administrator."""

    code = "own-account"
    status = 409


class TeamUnknown(ServiceError):
    """There is no such team. `evenlode team list` shows those there are; `evenlode team sync` takes in new ones."""

    code = "team-unknown"
    status = 422


class ApiKeyUnknown(ServiceError):
    """There is no such key. `evenlode api-key list` shows those there are."""

    code = "api-key-unknown"
    status = 404
