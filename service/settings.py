"""Everything that differs from one installation to the next, read from the environment once and frozen.

Every setting has a safe default or stops the start with a sentence that says what to set.
"""

import os
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from service.errors import SettingsError

_PROJECT = Path(__file__).resolve().parent.parent


class Secret(msgspec.Struct, frozen=True):
    """A value that never prints; `reveal` gives it to the one who needs it."""

    value: str

    def reveal(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where e-mail is handed over. `host` None means that there is no mail server, so no e-mail channel."""

    host: str | None = None
    port: int = 25
    username: str | None = None
    password: Secret | None = None
    start_tls: bool = False
    use_tls: bool = False
    sender: str = "evenlode@localhost"


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The identity provider at which coordinators may sign in (OpenID Connect)."""

    issuer: str
    client_id: str
    client_secret: Secret
    name: str = "your organisation"
    """What the button says after "Sign in with"."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process."""

    state: Path
    """Folder of the embedded services, generated keys and logs (`EVENLODE_STATE`)."""
    policy: Path
    """Folder of the policy files (`EVENLODE_POLICY`)."""
    key_file: Path
    """The key ring that protects sources and receipts (`EVENLODE_KEY_FILE`)."""
    database_url: Secret | None
    """PostgreSQL to use instead of the embedded one (`DATABASE_URL`)."""
    redis_url: Secret | None
    """Redis or Valkey to use instead of the embedded one (`REDIS_URL`)."""
    host: str
    port: int
    mail_port: int
    """Where the local mail catcher's page is served (`MAIL_PORT`)."""
    public_url: str
    """What links in notifications begin with (`EVENLODE_PUBLIC_URL`)."""
    proxies: Sequence[IPv4Network | IPv6Network]
    """Proxies in front whose `X-Forwarded-For` is believed (`EVENLODE_PROXIES`)."""
    contact: str | None
    """The e-mail address people can write to about privacy or the pages (`EVENLODE_CONTACT`)."""
    security_contact: str
    """Where to tell of a weakness, a URI (`EVENLODE_SECURITY_CONTACT`); by custom `security@` the public host."""
    mail: MailSettings
    oidc: OidcSettings | None
    """Where coordinators may sign in besides (`EVENLODE_OIDC_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`, `_NAME`)."""
    intake_connections: int
    """Most database connections that taking reports uses in one web process (`EVENLODE_INTAKE_CONNECTIONS`)."""
    desk_connections: int
    """Most database connections that the console uses in one web process (`EVENLODE_DESK_CONNECTIONS`)."""
    demo: bool
    """True when notifications may end in the local mail catcher (`EVENLODE_DEMO=1`, set by `make run`)."""
    metrics_token: Secret | None
    """What a scraper of `/metrics` must present (`EVENLODE_METRICS_TOKEN`); without one, demo only."""
    webhook_urls: Mapping[str, str]
    """Where a recipient's webhook is, when its policy leaves it open (`EVENLODE_WEBHOOK_URL_<RECIPIENT>`)."""
    webhook_secrets: Mapping[str, Secret]
    """Signing secret of each recipient's webhook (`EVENLODE_WEBHOOK_SECRET_<RECIPIENT>`)."""

    def require_database(self) -> str:
        """The PostgreSQL URL; SettingsError when none is set."""
        if self.database_url is None:
            raise SettingsError(
                "DATABASE_URL is not set. Set it to a PostgreSQL 15+ URL, or use `make run` for the embedded one."
            )
        return self.database_url.reveal()

    def require_redis(self) -> str:
        """The Redis URL; SettingsError when none is set."""
        if self.redis_url is None:
            raise SettingsError(
                "REDIS_URL is not set. Set it to a Redis or Valkey URL, or use `make run` for the embedded one."
            )
        return self.redis_url.reveal()


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    raw = environ.get(name, str(default))
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise SettingsError(f"{name}={raw!r} is not a port: set a number from 1 to 65535.")
    return int(raw)


def _connections(environ: Mapping[str, str], name: str, default: int) -> int:
    raw = environ.get(name, str(default))
    if not (raw.isascii() and raw.isdecimal()) or not 1 <= int(raw) <= 100:
        raise SettingsError(f"{name}={raw!r} is no number of connections: set one from 1 to 100.")
    return int(raw)


def _mail(environ: Mapping[str, str]) -> MailSettings:
    """Read `SMTP_URL` (`smtp://user:password@host:587?` or `smtps://…`) and `EVENLODE_MAIL_FROM`."""
    sender = environ.get("EVENLODE_MAIL_FROM", "evenlode@localhost")
    raw = environ.get("SMTP_URL")
    if not raw:
        return MailSettings(sender=sender)
    url = urlsplit(raw)
    if url.scheme not in {"smtp", "smtps", "smtp+starttls"} or not url.hostname:
        raise SettingsError(
            "SMTP_URL must look like smtp://host:25, smtp+starttls://user:password@host:587 or smtps://host:465."
        )
    defaults = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
    return MailSettings(
        host=url.hostname,
        port=url.port or defaults[url.scheme],
        username=url.username,
        password=Secret(url.password) if url.password else None,
        start_tls=url.scheme == "smtp+starttls",
        use_tls=url.scheme == "smtps",
        sender=sender,
    )


def _oidc(environ: Mapping[str, str]) -> OidcSettings | None:
    issuer = environ.get("EVENLODE_OIDC_ISSUER", "")
    if not issuer:
        return None
    url = urlsplit(issuer)
    here = url.hostname in {"localhost", "127.0.0.1", "::1"}
    client_id = environ.get("EVENLODE_OIDC_CLIENT_ID", "")
    secret = environ.get("EVENLODE_OIDC_CLIENT_SECRET", "")
    if not (url.scheme == "https" or (url.scheme == "http" and here)) or not client_id or not secret:
        raise SettingsError(
            "EVENLODE_OIDC_ISSUER must begin with https://, and EVENLODE_OIDC_CLIENT_ID and"
            " EVENLODE_OIDC_CLIENT_SECRET must be set with it."
        )
    name = environ.get("EVENLODE_OIDC_NAME") or "your organisation"
    return OidcSettings(issuer=issuer, client_id=client_id, client_secret=Secret(secret), name=name)


def _proxies(environ: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(
            ip_network(one.strip()) for one in environ.get("EVENLODE_PROXIES", "").split(",") if one.strip()
        )
    except ValueError:
        raise SettingsError(
            "EVENLODE_PROXIES must name addresses or networks, separated by commas, such as 192.0.2.7, 10.0.0.0/8."
        ) from None


def _contact(environ: Mapping[str, str]) -> str | None:
    given = environ.get("EVENLODE_CONTACT", "").strip()
    if given and ("@" not in given or " " in given):
        raise SettingsError("EVENLODE_CONTACT must be an e-mail address, such as reports@example.org.")
    return given or None


def _mail_host(host: str) -> str:
    """A host as it stands after the @ of a mailto URI: an address in brackets, encoded (RFC 5321, 4.1.3; RFC 6068)."""
    try:
        version = ip_address(host).version
    except ValueError:
        return host
    return f"%5B{'IPv6:' if version == 6 else ''}{host}%5D"


def _security_contact(environ: Mapping[str, str]) -> str:
    """A URI as RFC 9116 wants it; without one the mailbox that RFC 2142 names."""
    given = environ.get("EVENLODE_SECURITY_CONTACT", "").strip()
    if not given:
        host = urlsplit(environ.get("EVENLODE_PUBLIC_URL", "")).hostname or "localhost"
        return f"mailto:security@{_mail_host(host)}"
    if "@" in given and ":" not in given:
        given = f"mailto:{given}"
    if not given.startswith(("mailto:", "https://", "tel:")) or " " in given:
        raise SettingsError(
            "EVENLODE_SECURITY_CONTACT must be an e-mail address or begin with mailto:, https:// or tel:."
        )
    return given


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment (`os.environ` unless another mapping is passed).

    Raises SettingsError, naming the variable, when a value cannot be meant.
    """
    env = os.environ if environ is None else environ
    state = Path(env.get("EVENLODE_STATE", ".evenlode")).resolve()
    port = _port(env, "PORT", 8000)
    prefix, url_prefix = "EVENLODE_WEBHOOK_SECRET_", "EVENLODE_WEBHOOK_URL_"
    policy = Path(env["EVENLODE_POLICY"]) if "EVENLODE_POLICY" in env else default_policy_folder()
    return Settings(
        state=state,
        policy=policy.resolve(),
        key_file=Path(env.get("EVENLODE_KEY_FILE", state / "keys.json")).resolve(),
        database_url=Secret(env["DATABASE_URL"]) if env.get("DATABASE_URL") else None,
        redis_url=Secret(env["REDIS_URL"]) if env.get("REDIS_URL") else None,
        host=env.get("HOST", "127.0.0.1"),
        port=port,
        mail_port=_port(env, "MAIL_PORT", 8025),
        public_url=env.get("EVENLODE_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        proxies=_proxies(env),
        contact=_contact(env),
        security_contact=_security_contact(env),
        mail=_mail(env),
        oidc=_oidc(env),
        intake_connections=_connections(env, "EVENLODE_INTAKE_CONNECTIONS", 6),
        desk_connections=_connections(env, "EVENLODE_DESK_CONNECTIONS", 6),
        demo=env.get("EVENLODE_DEMO", "") == "1",
        metrics_token=Secret(env["EVENLODE_METRICS_TOKEN"]) if env.get("EVENLODE_METRICS_TOKEN") else None,
        webhook_urls={
            name.removeprefix(url_prefix).lower(): value
            for name, value in env.items()
            if name.startswith(url_prefix) and value
        },
        webhook_secrets={
            name.removeprefix(prefix).lower(): Secret(value)
            for name, value in env.items()
            if name.startswith(prefix) and value
        },
    )


def default_policy_folder() -> Path:
    """The policy of this source tree, or the one shipped inside the installed package."""
    in_tree = _PROJECT / "policy"
    return in_tree if in_tree.is_dir() else Path(__file__).parent / "policy" / "shipped"
