"""Where the console is served from, and the cookies that follow from it."""

from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
from litestar.datastructures import Cookie

from service.settings import Settings

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
CookieKind = Literal["session", "sign-in", "device"]
_NAMES: Final[dict[CookieKind, str]] = {
    "session": "evenlode",
    "sign-in": "evenlode-sign-in",
    "device": "evenlode-device",
}


class Site(msgspec.Struct, frozen=True):
    """The address people use, `EVENLODE_PUBLIC_URL`."""

    origin: str
    host: str
    plain: bool
    """True for http on this machine itself, where a browser keeps no `Secure` cookie of that name."""

    @property
    def passkeys(self) -> bool:
        """Whether a browser makes passkeys for this address: it wants a name, not a number, and https or localhost."""
        named = not self.host.replace(".", "").isdecimal() and ":" not in self.host
        return named and (self.origin.startswith("https:") or self.host == "localhost")

    def cookie_name(self, kind: CookieKind) -> str:
        """The cookie's name. `__Host-` lets no other host, path or plain connection set it (RFC 6265bis, 4.1.3)."""
        return _NAMES[kind] if self.plain else f"__Host-{_NAMES[kind]}"

    def cookie(self, kind: CookieKind, value: str, *, max_age: int | None = None) -> Cookie:
        """A cookie that no script reads. Without `max_age` it ends with the browser."""
        return Cookie(
            key=self.cookie_name(kind),
            value=value,
            path="/",
            max_age=max_age,
            secure=not self.plain,
            httponly=True,
            samesite="lax",
        )

    def no_cookie(self, kind: CookieKind) -> Cookie:
        """Takes a cookie away."""
        return self.cookie(kind, "", max_age=0)


def site_of(settings: Settings) -> Site:
    """The site of an installation."""
    url = urlsplit(settings.public_url)
    host = url.hostname or "localhost"
    return Site(
        origin=f"{url.scheme}://{url.netloc}", host=host, plain=url.scheme == "http" and host in _LOOPBACK
    )
