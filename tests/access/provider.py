"""A real provider of OpenID Connect for the tests: oidc-provider-mock, made to hold its clients to PKCE as well.

python -m tests.access.provider PORT
"""

import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")

import oidc_provider_mock._app as provider  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from oidc_provider_mock._storage import User  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

CHALLENGES: dict[str, tuple[str | None, str | None]] = {}
USERS = (
    User(sub="ada", claims={"email": "ada@council.example", "email_verified": True, "amr": ["pwd", "mfa"]}),
    User(sub="bob", claims={"email": "bob@council.example", "email_verified": True}),
    User(sub="eve", claims={"email": "victim@council.example", "email_verified": False}),
)


class Challenge(CodeChallenge):  # type: ignore[misc]
    """Knows what the browser was sent with by the code that it came back with."""

    def get_authorization_code_challenge(self, authorization_code: Any) -> str | None:
        return CHALLENGES[authorization_code.code][0]

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> str | None:
        return CHALLENGES[authorization_code.code][1]


class Grant(provider.AuthorizationCodeGrant):
    """The code flow, with PKCE."""

    def __init__(self, request: Any, server: Any) -> None:
        super().__init__(request, server)
        Challenge(required=True)(self)

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload.data
        CHALLENGES[code] = asked.get("code_challenge"), asked.get("code_challenge_method")
        if CHALLENGES[code][1] != "S256":
            raise ValueError("a client without PKCE")
        super().save_authorization_code(code, request)


provider.AuthorizationCodeGrant = Grant  # type: ignore[misc]

if __name__ == "__main__":
    application = provider.app(require_nonce=True, user_claims=USERS)
    make_server("localhost", int(sys.argv[1]), application).serve_forever()
