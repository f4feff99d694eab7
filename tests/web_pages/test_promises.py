"""The pages on which something is promised, and the file that says where to tell of a weakness."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from service.errors import SettingsError
from service.policy.model import Policy
from service.settings import Settings, load_settings
from tests.web import Shared, serving


async def test_the_privacy_notice_names_everybody_who_can_be_told(shared: Shared, policy: Policy) -> None:
    text = (await shared.http.get("/privacy")).text

    for recipient in policy.recipients.values():
        assert recipient.name in text
    assert policy.partnership.name in text


def test_the_policy_tells_no_immigration_enforcement_as_is_promised(policy: Policy) -> None:
    told = " ".join(recipient.name for recipient in policy.recipients.values()).lower()

    for word in ("immigration", "home office", "border", "visas"):
        assert word not in told


async def test_security_txt_has_what_rfc_9116_asks_for(shared: Shared) -> None:
    answer = await shared.http.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert fields["Contact"].startswith(("mailto:", "https://", "tel:"))
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=90) < expires - datetime.now(UTC) < timedelta(days=365)
    assert fields["Canonical"].endswith("/.well-known/security.txt")


async def test_the_contact_of_the_settings_is_given(web_environ: dict[str, str]) -> None:
    settings: Settings = load_settings(
        {**web_environ, "EVENLODE_CONTACT": "help@wo.example", "EVENLODE_SECURITY_CONTACT": "sec@wo.example"}
    )
    async with serving(settings) as http:
        assert await _both_pages_say(http, "mailto:help@wo.example")
        assert "Contact: mailto:sec@wo.example\n" in (await http.get("/.well-known/security.txt")).text


async def _both_pages_say(http: httpx.AsyncClient, text: str) -> bool:
    return all([text in (await http.get(path)).text for path in ("/privacy", "/accessibility")])


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("https://report.example/", "security@report.example"),
        # Of a machine without a name: brackets, which a URI encodes (RFC 6068, 2).
        ("http://[2001:db8::1]:8000", "security@%5BIPv6:2001:db8::1%5D"),
        ("http://192.0.2.7", "security@%5B192.0.2.7%5D"),
    ],
)
def test_without_a_setting_weaknesses_go_to_the_usual_mailbox_of_the_host(address: str, mailbox: str) -> None:
    settings = load_settings({"EVENLODE_PUBLIC_URL": address})

    assert settings.security_contact == f"mailto:{mailbox}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("EVENLODE_CONTACT", "nobody"), ("EVENLODE_SECURITY_CONTACT", "http://report.example/")],
)
def test_a_contact_that_cannot_be_meant_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value})
