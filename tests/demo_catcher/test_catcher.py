"""The catcher as a process: a real SMTP server, a webhook sink, Mailpit's API and a page."""

import asyncio
import json
import signal
import smtplib
import socket
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import msgspec
import pytest
from standardwebhooks import Webhook

from tests.workers.processes import processes

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CATCHER = ("-m", "service.demo.catcher")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Catcher(msgspec.Struct):
    """A running catcher and ways to send to it."""

    smtp_port: int
    pages: httpx.AsyncClient
    process: subprocess.Popen[bytes]

    def send(
        self, subject: str, *, message_id: str = "<1@csp.test>", text: str = "Reference:  WO-7F3K-9MPQ"
    ) -> None:
        message = EmailMessage()
        message["From"] = "Evenlode <evenlode@csp.test>"
        message["To"] = "tvp@evenlode.invalid"
        message["Subject"] = subject
        message["Message-ID"] = message_id
        message.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as client:
            client.send_message(message)

    async def call(
        self, body: bytes, *, message_id: str = "1", secret: str = SECRET, at: datetime | None = None
    ) -> httpx.Response:
        moment = at or datetime.now(UTC)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, moment, body.decode()),
        }
        return await self.pages.post("/hooks/asb_team", content=body, headers=headers)


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Catcher]:
    smtp_port, port = free_port(), free_port()
    environ = {
        "CATCHER_SMTP_PORT": str(smtp_port),
        "MAIL_PORT": str(port),
        "EVENLODE_WEBHOOK_SECRET_ASB_TEAM": SECRET,
    }
    with processes(environ, tmp_path_factory.mktemp("catcher")) as started:
        process = started.start(CATCHER)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", transport=httpx.AsyncHTTPTransport()
        ) as pages:
            loop = asyncio.get_running_loop()
            deadline = loop.time() + 20
            while True:
                try:
                    await pages.get("/hooks")
                    break
                except httpx.TransportError:
                    assert loop.time() < deadline, started.log(process)
                    await asyncio.sleep(0.05)
            yield Catcher(smtp_port, pages, process)


@pytest.fixture
async def catcher(running: Catcher) -> Catcher:
    await running.pages.delete("/api/v1/messages")
    return running


async def test_mail_is_listed_newest_first_in_mailpits_form(catcher: Catcher) -> None:
    catcher.send("P1 item WO-AAAA-AAAA awaits you", message_id="<a@csp.test>")
    catcher.send("P2 item WO-BBBB-BBBB awaits you", message_id="<b@csp.test>")
    listing = (await catcher.pages.get("/api/v1/messages", params={"limit": 1})).json()
    assert {name: listing[name] for name in ("total", "unread", "count", "messages_count", "start", "tags")} == {
        "total": 2, "unread": 2, "count": 1, "messages_count": 2, "start": 0, "tags": [],
    }  # fmt: skip
    [newest] = listing["messages"]
    assert newest["MessageID"] == "b@csp.test"
    assert newest["From"] == {"Name": "Evenlode", "Address": "evenlode@csp.test"}
    assert newest["To"] == [{"Name": "", "Address": "tvp@evenlode.invalid"}]
    assert newest["Subject"] == "P2 item WO-BBBB-BBBB awaits you"
    assert newest["Snippet"] == "Reference: WO-7F3K-9MPQ"
    assert {"ID", "Cc", "Bcc", "Created", "Size", "Read", "Tags", "Attachments"} <= set(newest)
    second = (await catcher.pages.get("/api/v1/messages", params={"start": 1})).json()
    assert [one["MessageID"] for one in second["messages"]] == ["a@csp.test"]


async def test_one_mail_can_be_read_whole_and_the_latest_by_that_name(catcher: Catcher) -> None:
    catcher.send("P1 item", text="Line one.\nLine two.")
    latest = (await catcher.pages.get("/api/v1/message/latest")).json()
    assert latest["Text"].splitlines() == ["Line one.", "Line two."]
    assert (await catcher.pages.get(f"/api/v1/message/{latest['ID']}")).json() == latest
    assert (await catcher.pages.get("/api/v1/message/nothing")).status_code == 404


async def test_mail_can_be_searched_and_deleted(catcher: Catcher) -> None:
    catcher.send("P1 item WO-AAAA-AAAA awaits you", message_id="<a@csp.test>")
    catcher.send("P2 item WO-BBBB-BBBB awaits you", message_id="<b@csp.test>")
    found = (await catcher.pages.get("/api/v1/search", params={"query": "wo-aaaa-aaaa tvp@"})).json()
    assert [one["MessageID"] for one in found["messages"]] == ["a@csp.test"]
    await catcher.pages.request("DELETE", "/api/v1/messages", json={"IDs": [found["messages"][0]["ID"]]})
    left = (await catcher.pages.get("/api/v1/messages")).json()
    assert [one["MessageID"] for one in left["messages"]] == ["b@csp.test"]


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("GET", "/api/v1/messages?start=99999999999999999999999", b"", 200),
        ("GET", "/hooks?start=99999999999999999999999", b"", 200),
        ("GET", "/?start=99999999999999999999999", b"", 200),
        ("GET", "/api/v1/search?start=-3&limit=-1", b"", 200),
        ("DELETE", "/api/v1/messages", b"{", 400),
        ("DELETE", "/api/v1/messages", b"\xff", 400),
        ("DELETE", "/api/v1/messages", b'{"IDs": 1}', 400),
    ],
)
async def test_a_question_that_makes_no_sense_is_no_fault_of_the_catcher(
    catcher: Catcher, method: str, address: str, body: bytes, status: int
) -> None:
    assert (await catcher.pages.request(method, address, content=body)).status_code == status


async def test_a_signed_webhook_is_kept_and_a_second_copy_recognised(catcher: Catcher) -> None:
    body = b'{"type":"item.waiting","data":{"reference":"WO-7F3K-9MPQ","grade":"P2"}}'
    before = (await catcher.pages.get("/hooks")).json()
    for _ in range(2):
        assert (await catcher.call(body, message_id="twice")).status_code == 200
    after = (await catcher.pages.get("/hooks")).json()
    assert after["total"] == before["total"] + 2
    assert after["repeats"] == before["repeats"] + 1
    assert [(one["verified"], one["copy"]) for one in after["hooks"][:2]] == [(True, 2), (True, 1)]
    assert json.loads(after["hooks"][0]["body"])["data"]["grade"] == "P2"
    page = (await catcher.pages.get("/")).text
    assert "Copy 2: recognised by its message id" in page
    shown = (await catcher.pages.get(f"/items/{after['hooks'][0]['id']}")).text
    assert "verified (Standard Webhooks, v1)" in shown


async def test_a_forged_an_old_and_an_unsigned_webhook_are_refused_and_shown_as_such(
    catcher: Catcher,
) -> None:
    forged = await catcher.call(b"{}", secret="whsec_" + "A" * 32)
    old = await catcher.call(b"{}", at=datetime.now(UTC) - timedelta(hours=1))
    unsigned = await catcher.pages.post("/hooks/asb_team", content=b"\xff not json")
    assert [answer.status_code for answer in (forged, old, unsigned)] == [401] * 3
    hooks = (await catcher.pages.get("/hooks", params={"limit": 3})).json()["hooks"]
    assert not any(one["verified"] for one in hooks)
    assert "Refused: signature not accepted" in (await catcher.pages.get("/?only=hook")).text
    assert "answered with 401" in (await catcher.pages.get(f"/items/{hooks[0]['id']}")).text


async def test_a_webhook_of_nobody_is_not_found(catcher: Catcher) -> None:
    assert (await catcher.pages.post("/hooks/nobody", content=b"{}")).status_code == 404


async def test_what_arrives_is_shown_as_text_never_as_markup(catcher: Catcher) -> None:
    hostile = "<script>alert(1)</script>"
    catcher.send(f"P1 {hostile}", text=hostile)
    page = await catcher.pages.get("/")
    key = (await catcher.pages.get("/api/v1/message/latest")).json()["ID"]
    shown = await catcher.pages.get(f"/items/{key}")
    for answer in (page, shown):
        assert hostile not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_pages_of_mail_and_of_webhooks_are_told_apart(catcher: Catcher) -> None:
    catcher.send("P3 item WO-CCCC-CCCC awaits you")
    await catcher.call(b'{"data":{"reference":"WO-DDDD-DDDD","grade":"P4"}}', message_id="d")
    mails = (await catcher.pages.get("/?only=mail")).text
    hooks = (await catcher.pages.get("/?only=hook")).text
    assert "WO-CCCC-CCCC" in mails
    assert "WO-CCCC-CCCC" not in hooks
    assert "WO-DDDD-DDDD" in hooks
    assert "WO-DDDD-DDDD" not in mails


async def test_a_long_list_has_pages(catcher: Catcher) -> None:
    for number in range(52):
        catcher.send(f"P4 item {number}", message_id=f"<{number}@csp.test>")
    first = (await catcher.pages.get("/?only=mail")).text
    assert "1 to 50 of 52" in first
    assert "Older" in first
    rest = (await catcher.pages.get("/?only=mail&start=50")).text
    assert "51 to 52 of 52" in rest
    assert "Newer" in rest


async def test_assets_are_served_and_nothing_else(catcher: Catcher) -> None:
    assert (await catcher.pages.get("/catcher.css")).headers["content-type"].startswith("text/css")
    assert (await catcher.pages.get("/catcher.js")).headers["content-type"].startswith("text/javascript")
    for path in ("/frame.html", "/items/unknown", "/..%2fcatcher.py"):
        assert (await catcher.pages.get(path)).status_code == 404


async def test_an_empty_box_says_what_to_do(tmp_path: Path) -> None:
    from litestar.testing import AsyncTestClient

    from service.clock import utc_now
    from service.demo.catcher_store import CaughtItems
    from service.demo.catcher_web import create_catcher_app

    async with AsyncTestClient(create_catcher_app(CaughtItems(), {}, utc_now)) as client:
        assert "Nothing has arrived yet" in (await client.get("/")).text


@pytest.mark.parametrize(
    ("environ", "words"),
    [({"CATCHER_SMTP_PORT": "no"}, "is not a port"), ({"CATCHER_SMTP_PORT": "taken"}, "is taken")],
)
async def test_a_port_that_cannot_be_used_is_told_in_a_sentence(
    running: Catcher, tmp_path: Path, environ: dict[str, str], words: str
) -> None:
    if environ["CATCHER_SMTP_PORT"] == "taken":
        environ = {"CATCHER_SMTP_PORT": str(running.smtp_port)}
    with processes({"MAIL_PORT": str(free_port())}, tmp_path) as started:
        refused = started.start(CATCHER, **environ)
        assert await asyncio.to_thread(refused.wait, 20) == 1
        assert words in started.log(refused)


async def test_it_ends_when_asked(tmp_path: Path) -> None:
    port = free_port()
    with processes({"MAIL_PORT": str(port), "CATCHER_SMTP_PORT": str(free_port())}, tmp_path) as started:
        process = started.start(CATCHER)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + 20
        while "catcher.ready" not in started.log(process):
            assert loop.time() < deadline
            await asyncio.sleep(0.05)
        assert await asyncio.to_thread(started.stop, process, signal.SIGINT) == 0
