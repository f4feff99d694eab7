"""Both ways into an ASB Case Review, at, below and above the threshold and across the edge of six months."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.patterns.case_review import (
    CaseReviewRule,
    Complaint,
    count_different_people,
    count_one_person,
    metres_between,
    months_after,
)
from tests.patterns.case_review_examples import EXAMPLES, PLACE, RULE, Example, told, written

_PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "case-review.md"
_ASKED: Final = date(2026, 9, 1)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_a_worked_example_comes_to_its_count(example: Example) -> None:
    limb = example.count()
    assert limb.counted == example.counted
    assert limb.reached == (example.counted >= limb.needed)
    assert limb.short == max(0, limb.needed - example.counted)


def test_the_page_shows_the_examples_as_they_are_counted() -> None:
    assert _PAGE.read_text(encoding="utf-8").partition("says otherwise.\n\n")[2].strip() == written().strip()


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 2, 28), 6, date(2026, 8, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 15), 14, date(2028, 1, 15)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, last: date) -> None:
    assert months_after(day, months) == last


def test_the_statutes_ceiling_cannot_be_raised_and_a_lower_threshold_can_be_set() -> None:
    with pytest.raises(ValueError, match="statute allows no more"):
        CaseReviewRule(one_person=4)
    with pytest.raises(ValueError, match="at least 1"):
        CaseReviewRule(months=0)
    with pytest.raises(ValueError, match="negative"):
        CaseReviewRule(near=-1)
    limb = count_one_person([told(1, date(2026, 8, 1))], _ASKED, CaseReviewRule(one_person=1))
    assert limb.reached


@pytest.mark.parametrize(("metres", "counted"), [(240, 1), (260, 2)])
def test_one_night_is_one_incident_within_the_stated_distance(metres: float, counted: int) -> None:
    north = 51.785
    other = north + metres / 111_195
    night = date(2026, 8, 19)
    both = [
        told(1, date(2026, 8, 20), places=frozenset(), position=(north, -1.485), night=night),
        told(2, date(2026, 8, 20), places=frozenset({b"elsewhere"}), position=(other, -1.485), night=night),
    ]
    assert metres_between((north, -1.485), (other, -1.485)) == pytest.approx(metres, rel=0.01)
    assert count_one_person(both, _ASKED, RULE).counted == counted


def test_two_nights_at_one_place_and_one_night_at_two_places_are_two_incidents() -> None:
    assert (
        count_one_person([told(1, date(2026, 8, 20)), told(2, date(2026, 8, 21))], _ASKED, RULE).counted == 2
    )
    night = date(2026, 8, 19)
    apart = [
        told(number, date(2026, 8, 20), places=frozenset({place}), night=night)
        for number, place in enumerate((b"here", b"there"), 1)
    ]
    assert count_one_person(apart, _ASKED, RULE).counted == 2


def test_one_night_of_one_person_is_one_incident_where_the_place_of_one_is_not_known() -> None:
    night = date(2026, 8, 19)
    unplaced = told(1, date(2026, 8, 20), places=frozenset(), night=night)
    placed = told(2, date(2026, 8, 20), night=night)
    by_position = told(3, date(2026, 8, 20), places=frozenset(), position=(51.785, -1.485), night=night)
    assert count_one_person([unplaced, placed], _ASKED, RULE).counted == 1
    assert count_one_person([unplaced, by_position], _ASKED, RULE).counted == 1
    assert (
        count_different_people([unplaced, msgspec.structs.replace(placed, person=b"b")], _ASKED, RULE).counted
        == 2
    )


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [
        (date(2026, 7, 9), date(2026, 7, 9), 1),
        (date(2026, 7, 9), date(2026, 7, 10), 1),
        (date(2026, 7, 9), date(2026, 7, 11), 2),
        (date(2026, 7, 9), None, 1),
        (None, None, 1),
    ],
)
def test_near_identical_words_of_one_person_are_one_incident_unless_the_days_differ(
    first: date | None, second: date | None, counted: int
) -> None:
    days = first, second
    limb = count_one_person(
        [
            told(number, date(2026, 7, 20), occurred_on=day, night=None, same_text="x")
            for number, day in enumerate(days, 1)
        ],
        _ASKED,
        RULE,
    )
    assert limb.counted == counted
    assert ("nearly the same words as WO-1" in limb.sentences()[2]) is (counted == 1)


def test_a_nuisance_told_in_the_same_words_every_week_reaches_the_threshold() -> None:
    weekly = [told(number, date(2026, 7, 7 * number), same_text="x") for number in (1, 2, 3)]
    assert count_one_person(weekly, _ASKED, RULE).reached


def test_neighbours_who_copy_one_letter_are_different_people() -> None:
    letters = [
        told(number, date(2026, 8, number), person, same_text="x") for number, person in enumerate("abcde", 1)
    ]
    assert count_different_people(letters, _ASKED, RULE).reached


def test_an_incident_whose_first_telling_has_run_out_counts_by_its_second() -> None:
    twice = [told(1, date(2026, 2, 27), same_text="x"), told(2, date(2026, 3, 2), same_text="x")]
    limb = count_one_person(twice, _ASKED, RULE)
    assert [one.verdict for one in limb.reports] == ["too_old", "counted"]


def test_what_is_reported_after_the_day_asked_about_does_not_exist_yet() -> None:
    limb = count_one_person([told(1, _ASKED), told(2, _ASKED + timedelta(days=1))], _ASKED, RULE)
    assert [one.reference for one in limb.reports] == ["WO-1"]


def test_the_arithmetic_ends_with_the_question_that_only_people_can_answer() -> None:
    assert "effective action" in count_one_person([], _ASKED, RULE).sentences()[-1]


_COMPLAINTS = st.lists(
    st.builds(
        Complaint,
        reference=st.uuids().map(str),
        reported_on=st.dates(date(2026, 1, 1), date(2026, 9, 30)),
        occurred_on=st.none() | st.dates(date(2025, 12, 1), date(2026, 9, 30)),
        night=st.none() | st.dates(date(2026, 8, 1), date(2026, 8, 5)),
        person=st.none() | st.sampled_from([b"a", b"b", b"c"]),
        places=st.sampled_from([PLACE, frozenset()]),
        concerns=st.sampled_from([frozenset({"asb_nuisance"}), frozenset({"cse"})]),
        is_hate=st.booleans(),
        same_text=st.none() | st.sampled_from(["x", "y"]),
    ),
    max_size=12,
    unique_by=lambda one: one.reference,
)


@given(_COMPLAINTS, st.randoms())
def test_the_count_is_the_same_in_any_order_and_accounts_for_every_report(
    complaints: list[Complaint], chance: object
) -> None:
    for count in (count_one_person, count_different_people):
        limb = count(complaints, _ASKED, RULE)
        shuffled = list(complaints)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        assert msgspec.json.encode(count(shuffled, _ASKED, RULE)) == msgspec.json.encode(limb)
        assert {one.reference for one in limb.reports} == {
            one.reference for one in complaints if one.reported_on <= _ASKED
        }
        people = {one.person for one in complaints if one.person is not None}
        anonymous = sum(one.person is None for one in complaints)
        if count is count_different_people:
            assert limb.counted <= len(people) + anonymous
        else:
            assert limb.counted <= len(complaints) - anonymous
