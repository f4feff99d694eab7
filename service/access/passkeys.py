"""Passkeys (WebAuthn): what a browser is asked, and checking what it answers.

Always with user verification: the device has asked for a finger, a face or its PIN, so a passkey is two factors in one.
"""

from typing import Any, Final, NamedTuple

import webauthn
from webauthn.helpers import base64url_to_bytes, generate_challenge, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.access.accounts import Account, Passkey
from service.access.errors import SignInRefused
from service.access.site import Site

_VERIFIED: Final = UserVerificationRequirement.REQUIRED


class NewPasskey(NamedTuple):
    """A passkey just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def new_challenge() -> bytes:
    """What has to be signed: 64 random bytes."""
    return generate_challenge()


def questions(site: Site, challenge: bytes, known: list[Passkey]) -> dict[str, Any]:
    """What the browser is asked to sign in. Without `known`, whichever passkey of this site the person chooses."""
    return options_to_json_dict(
        webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
            user_verification=_VERIFIED,
        )
    )


def making(site: Site, challenge: bytes, account: Account, known: list[Passkey]) -> dict[str, Any]:
    """What the browser is asked to make a passkey."""
    return options_to_json_dict(
        webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name="Evenlode",
            user_id=account.id.bytes,
            user_name=account.email,
            user_display_name=account.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        )
    )


def made(site: Site, challenge: bytes, answer: dict[str, Any]) -> NewPasskey:
    """The passkey a browser has made. Raises SignInRefused."""
    try:
        checked = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise SignInRefused from fault
    return NewPasskey(checked.credential_id, checked.credential_public_key, checked.sign_count)


def credential_of(answer: dict[str, Any]) -> bytes:
    """Which passkey an answer says it is. Raises SignInRefused."""
    try:
        return base64url_to_bytes(answer["rawId"])
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise SignInRefused from fault


def shown(site: Site, challenge: bytes, answer: dict[str, Any], public_key: bytes, count: int) -> int:
    """Check an answer against the passkey's public key; returns its new count. Raises SignInRefused."""
    try:
        checked = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise SignInRefused from fault
    return checked.new_sign_count
