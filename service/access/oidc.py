"""Signing in at a council's or a force's own identity provider: OpenID Connect, code flow with PKCE and a nonce.

Whoever the provider vouches for still has an account here only when an administrator invited them.
"""

import secrets
import time
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.access.errors import SignInRefused
from service.errors import ServiceError
from service.settings import OidcSettings

_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_STRONG: Final = frozenset({"mfa", "hwk", "otp", "fpt", "face", "sc", "swk"})
"""Methods by which a provider tells of more than a password (RFC 8176)."""
_LEEWAY: Final = 60
_KEPT: Final = 3600.0
_WITHIN: Final = httpx.Timeout(5.0)


class ProviderAway(ServiceError):
    """The identity provider does not answer just now. Sign in with your password, or try again."""

    code = "provider-away"
    status = 503


class Flow(msgspec.Struct, frozen=True):
    """What one sign-in asked the provider, kept until it answers."""

    state: str
    nonce: str
    verifier: str


class Vouched(msgspec.Struct, frozen=True):
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str | None
    """Only one that the provider has verified."""
    strong: bool
    """Whether the provider says that a second factor was shown."""


class _Metadata(msgspec.Struct, frozen=True):
    """What is used of OpenID Connect Discovery 1.0, section 3."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Provider:
    """The one identity provider of this installation."""

    def __init__(self, settings: OidcSettings, back: str) -> None:
        self.name = settings.name
        self._settings = settings
        self._back = back
        self._metadata: tuple[_Metadata, float] | None = None
        self._keys: KeySet | None = None

    async def begin(self) -> tuple[str, bytes]:
        """Where to send the browser, and what to keep meanwhile. Raises ProviderAway."""
        metadata = await self._described()
        flow = Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        address = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self._settings.client_id,
            response_type="code",
            redirect_uri=self._back,
            scope="openid email profile",
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return address, msgspec.json.encode(flow)

    async def finish(self, kept: bytes, state: str, code: str) -> Vouched:
        """Exchange the code the browser came back with. Raises SignInRefused or ProviderAway."""
        flow = msgspec.json.decode(kept, type=Flow)
        if not secrets.compare_digest(flow.state.encode(), state.encode()):
            raise SignInRefused
        metadata = await self._described()
        token = await self._exchange(metadata, code, flow)
        claims = await self._checked(metadata, token, flow)
        verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        amr = claims.get("amr")
        return Vouched(
            issuer=metadata.issuer,
            subject=str(claims["sub"]),
            email=claims["email"] if verified else None,
            strong=isinstance(amr, list) and not _STRONG.isdisjoint(map(str, amr)),
        )

    async def _exchange(self, metadata: _Metadata, code: str, flow: Flow) -> str:
        client, secret = self._settings.client_id, self._settings.client_secret.reveal()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": flow.verifier,
        }
        basic = "client_secret_basic" in metadata.token_endpoint_auth_methods_supported
        if not basic:
            fields |= {"client_id": client, "client_secret": secret}
        answer = await _fetched(
            "POST", metadata.token_endpoint, data=fields, auth=(client, secret) if basic else None
        )
        if answer.status_code != httpx.codes.OK:
            raise SignInRefused
        token = answer.json().get("id_token")
        if not isinstance(token, str):
            raise SignInRefused
        return token

    async def _checked(self, metadata: _Metadata, token: str, flow: Flow) -> CodeIDToken:
        """The claims of an ID token, checked as OpenID Connect Core 1.0, section 3.1.3.7, asks."""
        try:
            decoded = jwt.decode(token, await self._key_set(metadata), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have taken a new key since.
            self._keys = None
            try:
                decoded = jwt.decode(token, await self._key_set(metadata), algorithms=_ALGORITHMS)
            except (JoseError, ValueError) as fault:
                raise SignInRefused from fault
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": metadata.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "sub": {"essential": True},
            },
            params={"nonce": flow.nonce, "client_id": self._settings.client_id},
        )
        try:
            claims.validate(now=int(time.time()), leeway=_LEEWAY)
        except JoseError as fault:
            raise SignInRefused from fault
        return claims

    async def _described(self) -> _Metadata:
        if self._metadata is not None and time.monotonic() - self._metadata[1] < _KEPT:
            return self._metadata[0]
        issuer = self._settings.issuer
        answer = await _fetched("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            found = msgspec.json.decode(answer.content, type=_Metadata)
        except msgspec.MsgspecError as fault:
            raise ProviderAway from fault
        secure = urlsplit(issuer).scheme == "https"
        endpoints = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        if found.issuer != issuer or (secure and any(urlsplit(one).scheme != "https" for one in endpoints)):
            raise ProviderAway
        self._metadata = found, time.monotonic()
        return found

    async def _key_set(self, metadata: _Metadata) -> KeySet:
        if self._keys is None:
            answer = await _fetched("GET", metadata.jwks_uri)
            self._keys = KeySet.import_key_set(answer.json())
        return self._keys


async def _fetched(method: Literal["GET", "POST"], address: str, **given: Any) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=_WITHIN, follow_redirects=False) as http:
            answer = await http.request(method, address, **given)
    except httpx.HTTPError as fault:
        raise ProviderAway from fault
    if answer.status_code >= 500:
        raise ProviderAway
    return answer
