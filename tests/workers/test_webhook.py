"""Webhooks, to a real HTTP receiver that can refuse, hang and hang up."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from service.policy.directory import Directory
from service.settings import Secret, Settings
from tests.workers.conftest import SECRET, HeldClock
from tests.workers.receivers import Receiver
from workers.channels import webhook
from workers.channels.base import Channel, PermanentFault, TransientFault
from workers.channels.registry import Channels
from workers.channels.webhook import asked_wait, safe_to_call

from .test_email import ITEM

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hook(channels: Channels) -> Channel:
    return channels.get("asb_team", "webhook")


async def test_the_receiver_can_verify_who_called_and_that_nothing_was_changed(
    hook: Channel, receiver: Receiver
) -> None:
    await hook.send(ITEM)
    [(headers, body)] = receiver.calls
    Webhook(SECRET).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"P2", b"P4"), headers)


async def test_the_body_is_a_pointer_and_nothing_more(hook: Channel, receiver: Receiver) -> None:
    await hook.send(ITEM)
    body = json.loads(receiver.calls[0][1])
    assert body["type"] == "item.waiting"
    assert set(body["data"]) == {
        "id", "reference", "recipient", "recipient_name", "concerns", "grade", "due_at", "act_by", "link",
    }  # fmt: skip


async def test_every_copy_carries_the_same_webhook_id(hook: Channel, receiver: Receiver) -> None:
    await hook.send(ITEM)
    await hook.send(ITEM)
    assert [headers["webhook-id"] for headers, _ in receiver.calls] == [str(ITEM.id)] * 2


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_success_is_a_delivery(hook: Channel, receiver: Receiver, status: int) -> None:
    receiver.status, receiver.body = status, b""
    assert await hook.send(ITEM) == f"HTTP {status}"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_receiver_in_trouble_is_tried_again(hook: Channel, receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(TransientFault, match=str(status)):
        await hook.send(ITEM)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_a_refusal_is_permanent(hook: Channel, receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(PermanentFault, match=str(status)):
        await hook.send(ITEM)


async def test_a_redirect_is_refused_and_never_followed(hook: Channel, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, [("location", receiver.url)]
    with pytest.raises(PermanentFault, match="302"):
        await hook.send(ITEM)
    assert len(receiver.calls) == 1


async def test_the_wait_a_receiver_asks_for_is_passed_on(hook: Channel, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, [("retry-after", "120")]
    with pytest.raises(TransientFault) as raised:
        await hook.send(ITEM)
    assert raised.value.retry_after == timedelta(minutes=2)


async def test_a_receiver_that_hangs_up_is_tried_again(hook: Channel, receiver: Receiver) -> None:
    receiver.hangs_up = True
    with pytest.raises(TransientFault):
        await hook.send(ITEM)


async def test_a_receiver_that_does_not_answer_is_given_up_in_time(
    hook: Channel, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIME_LIMIT", 0.2)
    receiver.silent = True
    with pytest.raises(TransientFault, match="no answer"):
        await hook.send(ITEM)


async def test_an_endless_answer_is_not_read_to_its_end(hook: Channel, receiver: Receiver) -> None:
    receiver.body = b"x" * 5_000_000
    assert await hook.send(ITEM) == "HTTP 200"


@pytest.mark.parametrize(
    ("url", "demo", "safe"),
    [
        ("https://council.example/hooks", False, True),
        ("http://council.example/hooks", False, False),
        ("http://127.0.0.1:8025/hooks", False, True),
        ("http://[::1]:8025/hooks", False, True),
        ("http://localhost/hooks", False, True),
        ("http://mail/hooks", True, True),
        ("ftp://council.example/hooks", True, False),
        ("https:///hooks", True, False),
        ("https://[none/hooks", True, False),
    ],
)
def test_plain_http_is_used_on_this_machine_and_in_the_demo_only(url: str, demo: bool, safe: bool) -> None:
    assert safe_to_call(url, demo=demo) is safe


async def test_an_insecure_address_and_a_malformed_secret_wait_to_be_put_right(
    demo_settings: Settings, policy: Directory, clock: HeldClock, receiver: Receiver
) -> None:
    for changed, words in (
        ({"demo": False, "webhook_urls": {"asb_team": "http://council.example/in"}}, "https://"),
        ({"webhook_secrets": {"asb_team": Secret("whsec_a")}}, "Standard Webhooks"),
        ({"webhook_secrets": {"asb_team": Secret("whsec_")}}, "Standard Webhooks"),
        ({"webhook_secrets": {}}, "no webhook channel"),
    ):
        channels = Channels(msgspec.structs.replace(demo_settings, **changed), policy, clock)
        with pytest.raises(TransientFault, match=words):
            await channels.get("asb_team", "webhook").send(ITEM)
        await channels.close()
    assert receiver.calls == []


def test_a_date_is_understood_as_a_wait() -> None:
    assert asked_wait("Mon, 23 Nov 2026 12:05:00 GMT", NOW) == timedelta(minutes=5)
    assert asked_wait("Mon, 23 Nov 2026 11:00:00 GMT", NOW) == timedelta(0)
    assert asked_wait("Mon, 23 Nov 2026 12:05:00", NOW) == timedelta(minutes=5)
    assert asked_wait(None, NOW) is None


@given(st.text())
def test_no_retry_after_header_is_too_odd_to_read(value: str) -> None:
    wait = asked_wait(value, NOW)
    assert wait is None or wait >= timedelta(0)
