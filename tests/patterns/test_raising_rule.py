"""The guide's line on raising by pattern: serious harm, one identifier, three reporters, 90 days."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import pytest

from service.patterns.links import LinkKind
from service.patterns.raising import Linked, Raised, Standing, raised_by

_NOW: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
A, B, C, D = (UUID(int=number) for number in range(1, 5))


def standing(one: UUID, *, days: float = 0, serious: bool = True, marks: bytes = b"") -> Standing:
    """A report received so many days ago; each letter of `marks` is one."""
    received = _NOW - timedelta(days=days)
    return Standing(
        id=one,
        received_at=received,
        serious=serious,
        marks=frozenset(marks[at : at + 1] for at in range(len(marks))),
    )


def link(
    first: UUID, second: UUID, kind: LinkKind = "vehicle", strength: int = 95, key: str = "k", **more: Any
) -> Linked:
    return Linked(first=first, second=second, kind=kind, strength=strength, keys=frozenset({key}), **more)


def raised(standings: list[Standing], links: list[Linked], **more: Any) -> set[UUID]:
    return {one.id for one in raised_by({one.id: one for one in standings}, links, _NOW, **more)}


def all_linked(*reports: UUID, **more: Any) -> list[Linked]:
    return [link(first, second, **more) for first, second in combinations(reports, 2)]


def test_three_reports_of_one_car_are_raised_and_two_are_not() -> None:
    assert raised([standing(A), standing(B)], all_linked(A, B)) == set()
    assert raised([standing(A), standing(B), standing(C)], all_linked(A, B, C)) == {A, B, C}


def test_the_reports_that_bear_one_out_are_named() -> None:
    found = raised_by({one: standing(one) for one in (A, B, C)}, all_linked(A, B, C), _NOW)
    assert found[0] == Raised(id=A, by={"vehicle": (B, C)})


def test_only_serious_harm_counts_and_is_raised() -> None:
    nuisance = standing(C, serious=False)
    assert raised([standing(A), standing(B), nuisance], all_linked(A, B, C)) == set()
    assert raised([standing(A), standing(B), nuisance, standing(D)], all_linked(A, B, C, D)) == {A, B, D}


@pytest.mark.parametrize(("oldest", "count"), [(90, 3), (90.01, 0)])
def test_the_three_lie_within_90_days(oldest: float, count: int) -> None:
    standings = [standing(A, days=oldest), standing(B, days=45), standing(C)]
    assert len(raised(standings, all_linked(A, B, C))) == count


def test_of_four_only_those_within_90_days_of_two_others_are_raised() -> None:
    standings = [standing(A, days=120), standing(B, days=60), standing(C, days=20), standing(D)]
    assert raised(standings, all_linked(A, B, C, D)) == {B, C, D}


def test_a_group_whose_last_report_is_older_than_90_days_is_let_rest() -> None:
    standings = [standing(A, days=100), standing(B, days=95), standing(C, days=91)]
    assert raised(standings, all_linked(A, B, C)) == set()


def test_one_reporter_counts_once_however_often_they_report() -> None:
    assert (
        raised([standing(A, marks=b"x"), standing(B, marks=b"xy"), standing(C)], all_linked(A, B, C)) == set()
    )
    # A phone on one report and an e-mail on another are one person when a third has both.
    chain = [standing(A, marks=b"x"), standing(B, marks=b"xy"), standing(C, marks=b"y"), standing(D)]
    assert raised(chain, all_linked(A, B, C, D)) == set()
    three = [standing(A, marks=b"x"), standing(B, marks=b"x"), standing(C), standing(D, marks=b"z")]
    assert raised(three, all_linked(A, B, C, D)) == {A, B, C, D}


def test_anonymous_reports_are_different_people_unless_they_say_the_same() -> None:
    standings = [standing(A), standing(B), standing(C)]
    told_again = link(A, B, kind="text", strength=92)
    assert raised(standings, all_linked(A, B, C)) == {A, B, C}
    assert raised(standings, [*all_linked(A, B, C), told_again]) == set()


def test_two_known_people_who_say_the_same_are_still_two() -> None:
    standings = [standing(A, marks=b"x"), standing(B, marks=b"y"), standing(C)]
    assert raised(standings, [*all_linked(A, B, C), link(A, B, kind="text", strength=92)]) == {A, B, C}


def test_they_share_one_identifier_and_not_one_with_each() -> None:
    links = [link(A, B, key="car one"), link(A, C, key="car two")]
    assert raised([standing(A), standing(B), standing(C)], links) == set()
    chain = [link(A, B), link(B, C, kind="address", key="k")]
    assert raised([standing(A), standing(B), standing(C)], chain) == set()


def test_two_parts_of_one_plate_that_do_not_meet_are_borne_out_through_the_whole() -> None:
    links = [link(A, B, kind="vehicle_part", strength=54), link(A, C, kind="vehicle_part", strength=57)]
    assert raised([standing(A), standing(B), standing(C)], links) == {A, B, C}


@pytest.mark.parametrize(
    ("kind", "strength", "counts"),
    [
        ("vehicle", 50, True),
        ("vehicle_part", 50, True),
        ("vehicle_part", 49, False),
        ("phone", 50, True),
        ("username", 50, True),
        ("address", 60, True),
        ("address", 45, False),  # two flats of one house
        ("venue", 40, True),
        ("venue", 39, False),  # everybody names it
        ("text", 100, False),
        ("place_time", 60, False),
    ],
)
def test_what_counts_as_a_shared_identifier(kind: LinkKind, strength: int, counts: bool) -> None:
    # Each of them a known person, so that likeness alone does not make them one.
    standings = [standing(one, marks=mark) for one, mark in ((A, b"a"), (B, b"b"), (C, b"c"))]
    found = raised(standings, all_linked(A, B, C, kind=kind, strength=strength))
    assert found == ({A, B, C} if counts else set())


def test_a_cut_link_counts_no_more() -> None:
    standings = [standing(A), standing(B), standing(C)]
    cut = [link(A, B, cut=True), link(A, C, cut=True), link(B, C)]
    assert raised(standings, cut) == set()


def test_two_that_a_person_cut_from_each_other_do_not_bear_each_other_out_through_a_third() -> None:
    standings = [standing(A), standing(B), standing(C)]
    assert raised(standings, [link(A, B, cut=True), link(A, C), link(B, C)]) == {C}
    four = [*standings, standing(D)]
    links = [one for one in all_linked(A, B, C, D) if (one.first, one.second) != (A, B)]
    assert raised(four, [*links, link(A, B, cut=True)]) == {A, B, C, D}


def test_two_that_a_person_cut_do_not_bear_each_other_out_by_anything_else_they_share() -> None:
    standings = [standing(A), standing(B), standing(C)]
    by_house = [link(one, other, kind="address") for one, other in combinations((A, B, C), 2)]
    assert raised(standings, by_house) == {A, B, C}
    assert raised(standings, [*by_house, link(A, B, cut=True)]) == {C}


def test_groups_are_sought_around_the_reports_asked_for() -> None:
    standings = [standing(A), standing(B), standing(C), standing(D)]
    links = [link(A, B), link(A, C), link(D, A, key="other")]
    assert raised(standings, links, around={A}) == {A, B, C}
    assert raised(standings, links, around={D}) == set()
