"""Settings: read once, said clearly when wrong, never printing a secret."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import Secret, default_policy_folder, load_settings


def test_nothing_set_gives_safe_defaults() -> None:
    settings = load_settings({})
    assert settings.host == "127.0.0.1"
    assert not settings.demo
    assert settings.metrics_token is None
    assert settings.mail.host is None
    assert settings.key_file == settings.state / "keys.json"
    assert settings.public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("name", ["PORT", "MAIL_PORT"])
@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", ""])
def test_a_port_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name}="):
        load_settings({name: value})


@pytest.mark.parametrize("value", ["0", "101", "six", "-1", ""])
def test_a_number_of_connections_that_cannot_be_meant_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^EVENLODE_DESK_CONNECTIONS="):
        load_settings({"EVENLODE_DESK_CONNECTIONS": value})


@pytest.mark.parametrize(
    ("url", "host", "port", "start_tls", "use_tls"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, False, False),
        ("smtp+starttls://user:pass@mail.example", "mail.example", 587, True, False),
        ("smtps://user:pass@mail.example", "mail.example", 465, False, True),
    ],
)
def test_the_mail_server_is_read_from_one_url(
    url: str, host: str, port: int, start_tls: bool, use_tls: bool
) -> None:
    mail = load_settings({"SMTP_URL": url, "EVENLODE_MAIL_FROM": "desk@example.org"}).mail
    assert (mail.host, mail.port, mail.start_tls, mail.use_tls) == (host, port, start_tls, use_tls)
    assert mail.sender == "desk@example.org"
    assert (mail.password is None) == ("@" not in url)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_a_mail_url_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL"):
        load_settings({"SMTP_URL": url})


def test_secrets_do_not_print() -> None:
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql://user:hidden@db/evenlode",
            "REDIS_URL": "redis://:hidden@cache",
            "SMTP_URL": "smtps://user:hidden@mail.example",
            "EVENLODE_METRICS_TOKEN": "hidden",
            "EVENLODE_WEBHOOK_SECRET_TVP": "hidden",
        }
    )
    assert "hidden" not in repr(settings)
    assert "hidden" not in f"{settings} {settings.database_url}"
    assert settings.require_database() == "postgresql://user:hidden@db/evenlode"
    assert settings.require_redis() == "redis://:hidden@cache"
    assert settings.webhook_secrets["tvp"] == Secret("hidden")


def test_webhooks_are_named_by_their_recipient() -> None:
    settings = load_settings(
        {"EVENLODE_WEBHOOK_URL_ASB_TEAM": "https://h.example/", "EVENLODE_WEBHOOK_URL_X": ""}
    )
    assert settings.webhook_urls == {"asb_team": "https://h.example/"}


@pytest.mark.parametrize("need", ["require_database", "require_redis"])
def test_a_missing_service_says_what_to_set(need: str) -> None:
    with pytest.raises(SettingsError, match="is not set"):
        getattr(load_settings({}), need)()


def test_a_trailing_slash_of_the_public_url_is_dropped(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "EVENLODE_PUBLIC_URL": "https://report.example/",
            "EVENLODE_POLICY": str(tmp_path),
            "EVENLODE_STATE": str(tmp_path / "s"),
        }
    )
    assert settings.public_url == "https://report.example"
    assert settings.policy == tmp_path.resolve()
    assert settings.key_file.parent == (tmp_path / "s").resolve()


def test_the_policy_of_the_source_tree_is_found() -> None:
    assert (default_policy_folder() / "partnership.toml").is_file()
