"""What is read from a text to know a vehicle, a person or a place again."""

import time

import pytest

from service.patterns.identifiers import read_identifiers
from service.patterns.looks import looks_of
from service.patterns.plates import folded, plate_of
from service.patterns.wording import words_of


def found(text: str, kind: str) -> list[str]:
    return [one.value for one in read_identifiers(text) if one.kind == kind]


@pytest.mark.parametrize(
    "text",
    [
        "AB00 CDE",
        "it was AB00CDE I think",
        "the reg was ab 00 cde, grey van",
        "AB-00-CDE",
        "ab00cde",
        "AB 00CDE",
        "ABO0 CDE",
        "alpha bravo zero zero charlie delta echo",
        "Alfa bravo double zero Charlie Delta Echo",
        "a b 0 0 c d e",
        "plate A B zero zero C D E",
        "a for apple b for bravo zero zero c for charlie d for delta e for echo",
    ],
)
def test_a_current_plate_is_read_in_every_spelling(text: str) -> None:
    assert [folded(plate) for plate in found(text, "vehicle_registration")] == [folded("AB00CDE")]


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("A123 BCD", "A123BCD"),
        ("a123 bcd is the reg", "A123BCD"),
        ("ABC 123D", "ABC123D"),
        ("abc 12d on the plate", "ABC12D"),
        ("Q123 ABC", "Q123ABC"),
        ("a northern one, AZZ 1234", "AZZ1234"),
    ],
)
def test_older_and_northern_plates_are_read(text: str, plate: str) -> None:
    assert found(text, "vehicle_registration") == [plate]


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("plate starts AB00 something, silver golf", "AB00???"),
        ("AB00 ???", "AB00???"),
        ("AB00???", "AB00???"),
        ("reg AB0? C?E", "AB0?C?E"),
        ("AB?? CDE", "AB??CDE"),
        ("partial plate AB00 C", "AB00C??"),
        ("reg AB00C", "AB00C??"),
        ("ending CDE", "????CDE"),
        ("last three letters charlie delta echo", "????CDE"),
    ],
)
def test_a_part_of_a_plate_keeps_a_mark_for_what_was_not_seen(text: str, plate: str) -> None:
    assert found(text, "vehicle_registration") == [plate]


@pytest.mark.parametrize(
    "text",
    [
        "at 10 the man came and by 14 she left",
        "he is 15 and lives in OX28 and goes to school",
        "AT 10 THE MAN LEFT",
        "We were on the A40 and the B4022 at 3pm, 14 year old, 2 lads",
        "ox28 5ab is the postcode",
        "knife? what? ok?",
        "charlie and mike stayed in the hotel in november",
        "it all ends in tears, ended badly",
        "10 min ago, 20 to 30 of them, 3rd time, about 11ish",
    ],
)
def test_what_only_looks_like_a_plate_is_none(text: str) -> None:
    assert found(text, "vehicle_registration") == []


@pytest.mark.parametrize(
    ("typed", "plate"),
    [
        ("AB00CDE", "AB00CDE"),
        ("ab00 cd?", "AB00CD?"),
        ("AB00SOMETHING", "AB00???"),
        ("OU7", "OU7"),
        ("none", None),
        ("?", None),
    ],
)
def test_a_ticked_registration_is_taken_as_far_as_it_goes(typed: str, plate: str | None) -> None:
    assert plate_of(typed) == plate


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("silver VW Golf", {"silver", "volkswagen"}),
        ("a gray Audi estate", {"grey", "audi"}),
        ("the van was dark blue", {"blue"}),
        ("golf, silver, followed us", {"silver", "volkswagen"}),
        ("lad in a grey hoodie and black trainers", set()),
        ("they play golf and focus on the kids, he took a seat", set()),
    ],
)
def test_colour_and_make_are_told_of_vehicles_only(text: str, looks: set[str]) -> None:
    assert looks_of(words_of(text).lower) == looks


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dropped at 12 Mill St in Witney", "12 mill street, witney"),
        ("number twelve mill street", "12 mill street"),
        ("no 12 in Mill St", "12 mill street"),
        ("no. 12 Mill Street", "12 mill street"),
        ("it was number 12 on mill street in witney", "12 mill street, witney"),
        ("flat 3, 12 Mill Street, Witney", "flat 3, 12 mill street, witney"),
        ("top flat, 12 mill st", "flat top, 12 mill street"),
        ("twenty two corn street", "22 corn street"),
        ("12a Church Lane", "12a church lane"),
        ("12 The Leys, Chipping Norton", "12 leys, chipping norton"),
        ("12 St John's Road", "12 st johns road"),
        ("Rose Cottage, Mill Lane, Eynsham", "rose cottage mill lane, eynsham"),
        ("Manor Farm, Leafield", "manor farm, leafield"),
    ],
)
def test_a_house_is_read_in_every_spelling(text: str, address: str) -> None:
    assert found(text, "address") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "she is 12. Mill Street is dark",
        "3 lads in mill street",
        "2 cars on the high street",
        "up to 5 of them at the house",
        "10 minutes down the road",
        "a safe house in Witney, his house",
    ],
)
def test_what_only_looks_like_a_house_is_none(text: str) -> None:
    assert found(text, "address") == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call 07700 900123 or 01632-960-001", ["+447700900123", "+441632960001"]),
        ("+44 7700 900456", ["+447700900456"]),
        ("07700900123", ["+447700900123"]),
        ("14 of them, 20 quid, at 2130", []),
    ],
)
def test_telephone_numbers_are_read_as_one_spelling(text: str, numbers: list[str]) -> None:
    assert found(text, "phone") == numbers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("snap: example_user", ["example_user"]),
        ("insta @Other.One", ["other.one"]),
        ("his snapchat is lil.dealer22", ["lil.dealer22"]),
        ("added me on insta called exampleboy", ["exampleboy"]),
        ("snap is that they run, whatsapp called him", []),
        ("write to person@example.org", []),
    ],
)
def test_names_online_are_read_near_a_service(text: str, names: list[str]) -> None:
    assert found(text, "username") == names


@pytest.mark.parametrize(
    ("text", "venues"),
    [
        ("The Example Arms was busy", ["example arms"]),
        ("outside the red lion", ["red lion"]),
        ("near the King's Head", ["kings head"]),
        ("his arms were cut, his head too", []),
        ("at the hotel, at the taxi rank, a posh hotel", []),
    ],
)
def test_venues_are_read_by_name_and_everybodys_place_is_none(text: str, venues: list[str]) -> None:
    assert found(text, "venue") == venues


def test_a_postcode_is_read_in_its_one_spelling() -> None:
    assert found("it is ox28 1nb I think", "postcode") == ["OX28 1NB"]


def test_each_reading_carries_the_words_it_was_read_from_and_comes_once() -> None:
    (one,) = read_identifiers("AB00 CDE, I said AB00CDE, ab 00 cde")
    assert one == ("vehicle_registration", "AB00CDE", "AB00 CDE")


_HOSTILE = [
    "a" * 4000,
    "0" * 4000,
    "0 " * 2000,
    "?" * 4000,
    "? " * 2000,
    "a ? " * 1000,
    "ab00 " * 800,
    "AB00 CDE " * 440,
    "alpha " * 660,
    "ends " * 800,
    "12 mill st " * 360,
    "flat 3, 12 mill st, " * 200,
    "Rose Cottage " * 300,
    "the Red Lion " * 300,
    "snap:" * 800,
    "snap" + " " * 3990,
    "snap name name name " * 190,
    "@aaa " * 800,
    "07700 900123 " * 300,
    "+44" * 1330,
    "(1-2.3) " * 500,
    "ox28 1nb " * 440,
    "\N{SLIGHTLY SMILING FACE}" * 4000,
    "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 4000,
    "e\N{COMBINING ACUTE ACCENT}" * 2000,
]


@pytest.mark.parametrize("text", _HOSTILE, ids=range(len(_HOSTILE)))
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    took = []
    for _ in range(3):
        began = time.process_time()
        read_identifiers(text)
        took.append(time.process_time() - began)
    # Meant to be 0.02; the rest is for a busy machine. What grows with the square of the length takes seconds.
    assert min(took) < 0.06


def test_an_ordinary_text_is_passed_over_quickly() -> None:
    text = (
        "She told me that he had been coming round to the house since about nine and that the other lads were waiting"
        " by the shop, they looked 14 or 15 and one had a school bag. I said I would drive on but he kept saying stop"
        " here mate. It was dark and the road was quiet. We were there until 11pm. "
    ) * 4
    text = text[:1000]
    assert read_identifiers(text) == []
    took = []
    for _ in range(200):
        began = time.process_time()
        read_identifiers(text)
        took.append(time.process_time() - began)
    # Meant to be 60 microseconds, which the bench looks at; reading it in full takes several times that.
    assert min(took) < 0.000_15
