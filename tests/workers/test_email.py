"""E-mail, to a real SMTP server that can refuse, hang and hang up."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from service.routing.model import ActBy
from service.settings import MailSettings, Settings
from tests.workers.conftest import HeldClock
from tests.workers.receivers import MailServer, mail_server
from workers.channels import smtp_connections
from workers.channels.base import Channel, Notification, PermanentFault, TransientFault
from workers.channels.registry import Channels

ITEM = Notification(
    id=uuid4(),
    reference="WO-7F3K-9MPQ",
    recipient="tvp",
    recipient_name="Thames Valley Police",
    concerns=["cse", "county_lines"],
    grade="P2",
    due_at=datetime(2026, 7, 1, 14, 30, tzinfo=UTC),
    link="https://evenlode.test/queue/WO-7F3K-9MPQ",
)


@pytest.fixture
def email(channels: Channels) -> Channel:
    return channels.get("tvp", "email")


async def test_the_subject_shows_grade_and_reference_and_nothing_else(
    email: Channel, mail: MailServer
) -> None:
    await email.send(ITEM)
    assert mail.taken[0]["Subject"] == "P2 item WO-7F3K-9MPQ awaits you"


async def test_the_message_points_to_the_item_and_quotes_nothing_of_it(
    email: Channel, mail: MailServer, clock: HeldClock
) -> None:
    await email.send(ITEM)
    message = mail.taken[0]
    text = message.get_content()
    for told in (
        "WO-7F3K-9MPQ",
        "A child sexually exploited; County lines: ",
        "P2",
        ITEM.link,
        "Thames Valley Police",
    ):
        assert told in text
    assert "Wednesday 1 July 2026, 15:30 BST" in text
    assert message["To"] == "duty@tvp.test"
    assert message["From"] == "evenlode@csp.test"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == clock().replace(microsecond=0)


async def test_deadlines_are_told_in_local_time_and_without_saying_of_what(
    email: Channel, mail: MailServer
) -> None:
    hours = (datetime(2026, 7, 1, 23, tzinfo=UTC), datetime(2026, 11, 21, 11, tzinfo=UTC))
    await email.send(msgspec.structs.replace(ITEM, act_by=[ActBy("evidence", hour) for hour in hours]))
    await email.send(ITEM)
    with_deadlines, without = (message.get_content() for message in mail.taken)
    assert [line for line in with_deadlines.splitlines() if line.startswith("Act by:")] == [
        "Act by:     Thursday 2 July 2026, 00:00 BST (evidence)",
        "Act by:     Saturday 21 November 2026, 11:00 GMT (evidence)",
    ]
    assert "Act by:" not in without


async def test_what_comes_from_another_body_and_what_is_due_say_so(email: Channel, mail: MailServer) -> None:
    await email.send(msgspec.structs.replace(ITEM, about="escalation"))
    items = [ITEM.reference, *(f"WO-{number}" for number in range(30))]
    await email.send(msgspec.structs.replace(ITEM, about="reminder", items=items))
    await email.send(msgspec.structs.replace(ITEM, about="reminder", items=items[:1]))
    taken, digest, single = mail.taken
    assert taken["Subject"] == "P2 item WO-7F3K-9MPQ comes to you: nobody has acknowledged it"
    assert "was not acknowledged in time and now comes to Thames Valley Police" in taken.get_content()
    assert digest["Subject"] == "P2 item WO-7F3K-9MPQ and 30 more: due soon or late"
    assert digest.get_content().splitlines()[21:23] == ["  WO-18", "  and 11 more"]
    assert single["Subject"] == "P2 item WO-7F3K-9MPQ: due soon or late"


async def test_every_copy_carries_the_same_message_id(email: Channel, mail: MailServer) -> None:
    await email.send(ITEM)
    await email.send(ITEM)
    assert mail.message_ids == [f"<{ITEM.id}@csp.test>"] * 2


async def test_connections_are_few_and_used_again(email: Channel, mail: MailServer) -> None:
    await asyncio.gather(*(email.send(ITEM) for _ in range(40)))
    assert len(mail.taken) == 40
    assert mail.connections <= 4


async def test_a_connection_closed_between_two_messages_is_no_fault(email: Channel, mail: MailServer) -> None:
    await email.send(ITEM)
    mail.drop_connections()
    await email.send(ITEM)
    assert len(mail.taken) == 2


@pytest.mark.parametrize(
    "answer",
    [
        "450 4.2.1 try later",
        "451 greylisted",
        "421 4.7.0 too many messages",
        "550 5.7.1 relaying denied",
        "554 5.7.1 relay access denied",
        "530 5.7.0 sign in first",
        "553 5.1.8 sender address rejected",
    ],
)
async def test_a_passing_refusal_and_a_fault_of_our_own_set_up_are_tried_again(
    email: Channel, mail: MailServer, answer: str
) -> None:
    mail.at_recipient = answer
    with pytest.raises(TransientFault, match=answer[:3]):
        await email.send(ITEM)


@pytest.mark.parametrize(
    "answer", ["550 5.1.1 no such user", "550 no such user", "553 no", "552 5.2.2 mailbox full"]
)
async def test_a_refusal_of_the_recipients_address_is_permanent(
    email: Channel, mail: MailServer, answer: str
) -> None:
    mail.at_recipient = answer
    with pytest.raises(PermanentFault, match=answer[:3]):
        await email.send(ITEM)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("554 transaction failed", PermanentFault),
        ("554 5.6.0 malformed", PermanentFault),
        ("554 5.7.1 blocked by policy", TransientFault),
        ("451 4.3.0 disk full", TransientFault),
    ],
)
async def test_a_refusal_of_the_message_is_told_apart_from_one_for_now(
    email: Channel, mail: MailServer, answer: str, fault: type[Exception]
) -> None:
    mail.at_data = answer
    with pytest.raises(fault):
        await email.send(ITEM)


async def test_after_a_refusal_the_next_message_goes_through(email: Channel, mail: MailServer) -> None:
    mail.at_recipient = "550 5.1.1 no such user"
    with pytest.raises(PermanentFault):
        await email.send(ITEM)
    mail.at_recipient = "250 OK"
    await email.send(ITEM)
    assert len(mail.taken) == 1


async def test_a_server_that_hangs_up_is_tried_again(email: Channel, mail: MailServer) -> None:
    mail.hangs_up = True
    with pytest.raises(TransientFault):
        await email.send(ITEM)


async def test_a_server_that_does_not_answer_is_given_up_in_time(
    email: Channel, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_connections, "TIME_LIMIT", 0.2)
    mail.silent = True
    with pytest.raises(TransientFault, match="in time"):
        await email.send(ITEM)


async def test_a_server_that_is_not_there_is_tried_again(
    demo_settings: Settings, policy: object, clock: HeldClock
) -> None:
    async with mail_server() as gone:
        port = gone.port
    settings = msgspec.structs.replace(demo_settings, mail=MailSettings(host="127.0.0.1", port=port))
    channels = Channels(settings, policy, clock)
    with pytest.raises(TransientFault, match="cannot be reached"):
        await channels.get("tvp", "email").send(ITEM)
    await channels.close()
