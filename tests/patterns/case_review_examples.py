"""The worked examples of docs/case-review.md: what is told, and how it is written down there.

`python -m tests.patterns.case_review_examples` prints them for the page.
"""

from datetime import date, timedelta
from typing import Any, Final

import msgspec

from service.patterns.case_review import (
    CaseReviewRule,
    Complaint,
    Limb,
    count_different_people,
    count_one_person,
)

_COUNT: Final = {"one_person": count_one_person, "different_people": count_different_people}
RULE: Final = CaseReviewRule()
PLACE: Final = frozenset({b"the end house"})


class Example(msgspec.Struct, frozen=True):
    """One example: its title, which way in, the day of asking, what was told, and the count it must come to."""

    title: str
    limb: str
    as_of: date
    complaints: list[Complaint]
    counted: int

    def count(self) -> Limb:
        return _COUNT[self.limb](self.complaints, self.as_of, RULE)

    def written(self) -> str:
        """The example as the page has it."""
        total, *lines, question = self.count().sentences()
        return "\n".join(
            [f"### {self.title}", "", total, "", *(f"- {line}" for line in lines), "", question, ""]
        )


def told(number: int, reported: date, person: str | None = "a", **answers: Any) -> Complaint:
    """A complaint about one place, told the day after it happened unless said otherwise."""
    happened = answers.pop("occurred_on", reported - timedelta(days=1))
    given: dict[str, Any] = {
        "concerns": frozenset({"asb_personal"}),
        "places": PLACE,
        "night": happened,
        **answers,
    }
    return Complaint(
        reference=f"WO-{number}",
        reported_on=reported,
        occurred_on=happened,
        person=None if person is None else person.encode(),
        **given,
    )


EXAMPLES: Final = [
    Example(
        "One person, below the threshold",
        "one_person",
        date(2026, 9, 1),
        [told(1, date(2026, 6, 3)), told(2, date(2026, 8, 20))],
        2,
    ),
    Example(
        "One person, at the threshold, a hate incident among them",
        "one_person",
        date(2026, 9, 1),
        [
            told(1, date(2026, 6, 3)),
            told(2, date(2026, 7, 14), concerns=frozenset({"theft_other"}), is_hate=True),
            told(3, date(2026, 8, 20)),
        ],
        3,
    ),
    Example(
        "One person, above the threshold",
        "one_person",
        date(2026, 9, 1),
        [told(number, date(2026, 4 + number, 10)) for number in (1, 2, 3, 4)],
        4,
    ),
    Example(
        "One person, one incident told twice",
        "one_person",
        date(2026, 9, 1),
        [
            told(1, date(2026, 6, 3)),
            told(2, date(2026, 8, 20), night=date(2026, 8, 19)),
            told(3, date(2026, 8, 21), occurred_on=date(2026, 8, 20), night=date(2026, 8, 19)),
        ],
        2,
    ),
    Example(
        "One person, reported too late, about something else, and anonymously",
        "one_person",
        date(2026, 9, 1),
        [
            told(1, date(2026, 6, 3), occurred_on=date(2026, 5, 3)),
            told(2, date(2026, 6, 4), occurred_on=date(2026, 5, 3)),
            told(3, date(2026, 7, 1), concerns=frozenset({"burglary_home"})),
            told(4, date(2026, 7, 2), person=None),
            told(5, date(2026, 8, 2), occurred_on=None, night=None),
        ],
        2,
    ),
    Example(
        "One person, on the last day of the six months",
        "one_person",
        date(2027, 2, 28),
        [told(1, date(2026, 8, 31)), told(2, date(2026, 11, 5)), told(3, date(2027, 1, 9))],
        3,
    ),
    Example(
        "One person, the day after",
        "one_person",
        date(2027, 3, 1),
        [told(1, date(2026, 8, 31)), told(2, date(2026, 11, 5)), told(3, date(2027, 1, 9))],
        2,
    ),
    Example(
        "Different people, below the threshold: one of them told twice",
        "different_people",
        date(2026, 9, 1),
        [told(number, date(2026, 8, number), person) for number, person in enumerate("abcda", 1)],
        4,
    ),
    Example(
        "Different people, at the threshold, on the last day of the oldest",
        "different_people",
        date(2026, 9, 1),
        [
            told(1, date(2026, 3, 1), "a"),
            told(2, date(2026, 6, 2), "b"),
            told(3, date(2026, 7, 3), None),
            told(4, date(2026, 7, 3), None),
            told(5, date(2026, 8, 5), "c"),
        ],
        5,
    ),
    Example(
        "Different people, the day after",
        "different_people",
        date(2026, 9, 2),
        [
            told(1, date(2026, 3, 1), "a"),
            told(2, date(2026, 6, 2), "b"),
            told(3, date(2026, 7, 3), None),
            told(4, date(2026, 7, 3), None),
            told(5, date(2026, 8, 5), "c"),
        ],
        4,
    ),
    Example(
        "Different people, above the threshold, one anonymous text sent twice",
        "different_people",
        date(2026, 9, 1),
        [
            *(told(number, date(2026, 7, number), person) for number, person in enumerate("abcde", 1)),
            told(6, date(2026, 7, 6), None, same_text="x"),
            told(7, date(2026, 7, 7), None, same_text="x"),
        ],
        6,
    ),
]


def written() -> str:
    """All examples, as the page has them."""
    return "\n".join(example.written() for example in EXAMPLES)


if __name__ == "__main__":
    print(written())  # noqa: T201
