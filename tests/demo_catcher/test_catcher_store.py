"""What the catcher keeps, and what it lets go."""

from datetime import UTC, datetime
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from service.demo.catcher_mail import read_mail
from service.demo.catcher_store import CaughtHook, CaughtItems, CaughtMail

NUMBERS = count()


def now() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


def mail(message_id: str, size: int = 10) -> CaughtMail:
    return read_mail(f"Message-ID: <{message_id}>\r\n\r\n{'x' * size}".encode(), ["a@b.test"], now)


def hook(message_id: str, fault: str = "") -> CaughtHook:
    return CaughtHook(
        key=str(next(NUMBERS)),
        message_id=message_id,
        recipient="asb_team",
        body=b"{}",
        fault=fault,
        caught_at=now(),
    )


def test_a_second_copy_is_recognised_by_its_message_id() -> None:
    items = CaughtItems()
    assert [items.add(mail(one)).copy for one in ("a", "b", "a", "a")] == [1, 1, 2, 3]
    assert items.repeats("mail") == 2


def test_a_mail_and_a_webhook_of_the_same_id_are_not_copies_of_each_other() -> None:
    items = CaughtItems()
    items.add(mail("a"))
    assert items.add(hook("a")).copy == 1


def test_a_refused_webhook_is_no_copy_of_anything() -> None:
    items = CaughtItems()
    items.add(hook("a"))
    assert items.add(hook("a", fault="forged")).copy == 1
    assert items.add(hook("a")).copy == 2


def test_the_oldest_go_when_there_are_too_many() -> None:
    items = CaughtItems(most_items=3)
    for name in "abcd":
        items.add(mail(name))
    assert [item.message_id for item in items.newest()] == ["d", "c", "b"]


def test_the_oldest_go_when_they_grow_too_large_but_never_the_newest() -> None:
    items = CaughtItems(most_bytes=1000)
    items.add(mail("a", 600))
    items.add(mail("b", 600))
    assert [item.message_id for item in items.newest()] == ["b"]
    items.add(mail("c", 5000))
    assert [item.message_id for item in items.newest()] == ["c"]


@given(st.lists(st.tuples(st.sampled_from("mhfx"), st.sampled_from("abc")), max_size=40))
def test_the_counts_agree_with_what_is_kept(steps: list[tuple[str, str]]) -> None:
    items = CaughtItems(most_items=7)
    for step, name in steps:
        match step:
            case "m":
                items.add(mail(name))
            case "h":
                items.add(hook(name))
            case "f":
                items.forget_mail([item.key for item in items.page(0, 1, "mail")])
            case _:
                items.forget_mail()
        kept = list(items.newest())
        assert items.count() == len(kept) <= 7
        for kind in ("mail", "hook"):
            of_kind = [item for item in kept if item.kind == kind]
            assert items.count(kind) == len(of_kind)
            assert items.repeats(kind) == sum(item.copy > 1 for item in of_kind)


@given(st.binary(max_size=2000))
def test_no_mail_is_too_odd_to_keep(raw: bytes) -> None:
    for body in (raw, b"Subject: " + raw + b"\r\nFrom: " + raw + b"\r\nTo: x@y.test\r\n\r\n" + raw):
        kept = read_mail(body, ["a@b.test"], now)
        assert kept.raw == body
        for text in (kept.subject, kept.text, kept.message_id, kept.sender.Address):
            text.encode()
