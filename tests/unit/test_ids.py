"""References, receipts and ids: a slip of the pen is noticed, and nothing tells more than it should."""

from datetime import UTC, datetime
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ids import (
    ALPHABET,
    check_character,
    new_receipt,
    new_reference,
    receipt_for,
    receipt_hash,
    uuid7,
    uuid7_stem,
    valid_code,
    valid_receipt,
    valid_reference,
)

_MOMENT = datetime(2026, 11, 20, 23, 31, 47, 123456, tzinfo=UTC)
_codes = st.text(ALPHABET, min_size=7, max_size=19).map(lambda body: body + check_character(body))


@given(_codes)
def test_every_single_wrong_character_is_noticed(code: str) -> None:
    wrong = [
        code[:place] + other + code[place + 1 :]
        for place, right in enumerate(code)
        for other in ALPHABET
        if other != right
    ]
    assert [found for found in wrong if valid_code(found, len(code))] == []


@given(_codes)
def test_every_swap_of_two_characters_is_noticed(code: str) -> None:
    for first, second in combinations(range(len(code)), 2):
        if code[first] == code[second]:
            continue
        swapped = list(code)
        swapped[first], swapped[second] = code[second], code[first]
        assert valid_code("".join(swapped), len(code)) is None


@given(_codes)
def test_a_right_code_is_taken_however_it_is_typed(code: str) -> None:
    typed = " ".join(code.lower()[start : start + 4] for start in range(0, len(code), 4))
    assert valid_code(typed, len(code)) == code


def test_a_reference_is_short_grouped_and_valid() -> None:
    reference = new_reference("WO")
    prefix, first, second = reference.split("-")
    assert (prefix, len(first), len(second)) == ("WO", 4, 4)
    assert valid_reference(reference, "WO") == reference
    assert valid_reference(f"  {reference.lower().replace('-', ' ')} ", "WO") == reference


@pytest.mark.parametrize(
    "text", ["", "WO", "WO-", "WO-7F3K", "WO-OOOO-1111", "WO-7F3K-9MPQ-7F3K", "WO-🚕🚕🚕🚕-9MPQ"]
)
def test_what_cannot_be_a_reference_is_refused(text: str) -> None:
    assert valid_reference(text, "WO") is None


def test_the_alphabet_has_no_look_alikes_and_a_prime_size() -> None:
    assert not set(ALPHABET) & set("01OIL")
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


def test_references_do_not_come_in_any_order() -> None:
    drawn = [new_reference("WO") for _ in range(50)]
    assert len(set(drawn)) == 50
    assert drawn != sorted(drawn)


def test_a_receipt_holds_at_least_80_bits() -> None:
    assert 31 ** (len(new_receipt().replace("-", "")) - 1) > 2**80
    assert len({new_receipt() for _ in range(100)}) == 100


def test_a_derived_receipt_depends_on_the_ring_the_key_and_the_body() -> None:
    first = receipt_for(b"k" * 32, "an-idempotency-key", b"b" * 32)
    assert first == receipt_for(b"k" * 32, "an-idempotency-key", b"b" * 32)
    others = {
        receipt_for(b"l" * 32, "an-idempotency-key", b"b" * 32),
        receipt_for(b"k" * 32, "another-idempotency-key", b"b" * 32),
        receipt_for(b"k" * 32, "an-idempotency-key", b"c" * 32),
    }
    assert len(others - {first}) == 3
    assert valid_code(first, 20)


def test_a_receipt_is_known_again_however_it_is_typed() -> None:
    receipt = new_receipt()
    typed = valid_receipt(receipt.lower().replace("-", " "))
    assert typed is not None
    assert receipt_hash(typed) == receipt_hash(receipt)
    assert receipt_hash(receipt) != receipt_hash(new_receipt())


@pytest.mark.parametrize("text", ["", "ABCD-EFGH", "2222-2222-2222-2222-2223"])
def test_what_cannot_be_a_receipt_is_refused(text: str) -> None:
    assert valid_receipt(text) is None


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_id_is_a_uuid_version_7_of_its_moment(moment: datetime) -> None:
    made = uuid7(moment)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(moment.timestamp() * 1000)


def test_ids_of_one_moment_differ_and_ids_of_later_moments_sort_after() -> None:
    first = [uuid7(_MOMENT) for _ in range(1000)]
    assert len(set(first)) == 1000
    assert max(first) < uuid7(_MOMENT.replace(microsecond=125000))


def test_the_random_bits_of_an_id_are_all_used() -> None:
    drawn = [uuid7(_MOMENT).int for _ in range(200)]
    ones, zeros = 0, (1 << 128) - 1
    for value in drawn:
        ones |= value
        zeros &= value
    fixed = UUID(int=~(ones ^ zeros) & ((1 << 128) - 1)).int
    assert fixed.bit_count() == 128 - 74


@given(st.integers(0, 0xFFFF))
def test_every_id_of_a_stem_is_an_id_of_its_moment(number: int) -> None:
    made = UUID(f"{uuid7_stem(_MOMENT)}{number:04x}")
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(_MOMENT.timestamp() * 1000)
    assert made.int & 0xFFFF == number


def test_stems_of_one_moment_differ() -> None:
    assert len({uuid7_stem(_MOMENT) for _ in range(1000)}) == 1000
