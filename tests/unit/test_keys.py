"""The key ring: rotation, derivation, and what a stolen or moved ciphertext is worth."""

import stat
from pathlib import Path

import msgspec
import pytest

from service.errors import SettingsError
from service.keys import SourceUnreadable, ensure_key_ring, load_key_ring, rotate_key_ring

_REPORT, _OTHER = b"r" * 16, b"o" * 16


@pytest.fixture
def ring_file(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "keys.json"
    assert ensure_key_ring(path)
    return path


def test_a_source_opens_for_its_report_only(ring_file: Path) -> None:
    ring = load_key_ring(ring_file)
    key_id, ciphertext = ring.close(_REPORT, b"07700 900123")
    assert b"07700" not in ciphertext
    assert ring.open(_REPORT, key_id, ciphertext) == b"07700 900123"
    with pytest.raises(SourceUnreadable):
        ring.open(_OTHER, key_id, ciphertext)


def test_a_changed_ciphertext_does_not_open(ring_file: Path) -> None:
    ring = load_key_ring(ring_file)
    key_id, ciphertext = ring.close(_REPORT, b"a name")
    for place in (0, 12, len(ciphertext) - 1):
        changed = bytearray(ciphertext)
        changed[place] ^= 1
        with pytest.raises(SourceUnreadable):
            ring.open(_REPORT, key_id, bytes(changed))


def test_the_same_source_never_gives_the_same_ciphertext(ring_file: Path) -> None:
    ring = load_key_ring(ring_file)
    assert ring.close(_REPORT, b"same") != ring.close(_REPORT, b"same")


def test_rotation_encrypts_with_the_new_key_and_still_opens_what_the_old_one_closed(ring_file: Path) -> None:
    before = load_key_ring(ring_file)
    old_id, ciphertext = before.close(_REPORT, b"a name")
    new_id = rotate_key_ring(ring_file)
    after = load_key_ring(ring_file)
    assert after.active_id == new_id != old_id
    assert after.close(_REPORT, b"x")[0] == new_id
    assert after.open(_REPORT, old_id, ciphertext) == b"a name"
    assert after.receipt_key(old_id) == before.receipt_key(old_id)


def test_another_ring_opens_nothing(ring_file: Path, tmp_path: Path) -> None:
    key_id, ciphertext = load_key_ring(ring_file).close(_REPORT, b"a name")
    ensure_key_ring(tmp_path / "other.json")
    other = load_key_ring(tmp_path / "other.json")
    with pytest.raises(SourceUnreadable):
        other.open(_REPORT, key_id, ciphertext)
    with pytest.raises(SourceUnreadable):
        other.receipt_key(key_id)


def test_each_purpose_has_a_key_of_its_own(ring_file: Path) -> None:
    ring = load_key_ring(ring_file)
    assert ring.receipt_key(ring.active_id) != ring._derived[ring.active_id, "source"]


def test_a_mark_is_known_again_after_a_new_key_is_put_in_front(ring_file: Path) -> None:
    before = load_key_ring(ring_file).mark("phone", "+447700900123")
    rotate_key_ring(ring_file)
    assert load_key_ring(ring_file).mark("phone", "+447700900123") == before


def test_a_mark_differs_by_kind_by_value_and_by_ring(ring_file: Path, tmp_path: Path) -> None:
    ensure_key_ring(tmp_path / "other.json")
    ring, other = load_key_ring(ring_file), load_key_ring(tmp_path / "other.json")
    marks = {
        ring.mark("phone", "1"),
        ring.mark("phone", "2"),
        ring.mark("username", "1"),
        ring.mark("phone\0", "1"),
        ring.mark("", "phone\0001"),
        other.mark("phone", "1"),
    }
    assert len(marks) == 6
    assert all(len(mark) == 16 for mark in marks)


def test_a_draft_that_lies_there_already_does_not_decide_who_reads_the_ring(ring_file: Path) -> None:
    draft = ring_file.with_suffix(".new")
    draft.write_bytes(b"x" * 10_000)
    draft.chmod(0o666)
    rotate_key_ring(ring_file)
    assert stat.S_IMODE(ring_file.stat().st_mode) == 0o600
    load_key_ring(ring_file)


def test_an_existing_ring_is_never_replaced(ring_file: Path) -> None:
    before = ring_file.read_bytes()
    assert not ensure_key_ring(ring_file)
    assert ring_file.read_bytes() == before


def test_only_its_owner_can_read_the_ring(ring_file: Path) -> None:
    rotate_key_ring(ring_file)
    assert stat.S_IMODE(ring_file.stat().st_mode) == 0o600
    assert list(ring_file.parent.iterdir()) == [ring_file]


@pytest.mark.parametrize(
    ("content", "says"), [(None, "evenlode keys init"), (b"not json", "cannot be read"), (b"[]", "is empty")]
)
def test_a_ring_that_cannot_be_used_says_what_to_do(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "keys.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        load_key_ring(path)


def test_the_file_holds_32_byte_secrets_newest_first(ring_file: Path) -> None:
    newest = rotate_key_ring(ring_file)
    stored = msgspec.json.decode(ring_file.read_bytes())
    assert stored[0]["id"] == newest
    assert [len(entry["secret"]) for entry in stored] == [44, 44]
