"""A hand-over as people read it: the same sections on the page and on paper."""

from typing import Any, Final

import msgspec

from schemas.handover import Grading, HandOver
from service.web.console.told import Telling, in_words

REMOVED: Final = {
    "phone": "telephone number",
    "email": "e-mail address",
    "name": "name given as the reporter's",
    "about_reporter": "words about the reporter",
    "own_vehicle": "the reporter's vehicle",
    "struck_out": "struck out by hand",
    "answer": "whole answer left out",
}
_ASSESSMENT: Final = {
    "A": "known directly to the source",
    "B": "known indirectly, corroborated",
    "C": "known indirectly",
    "D": "not known",
    "E": "suspected false",
}
_SOURCE: Final = {"1": "reliable", "2": "untested", "3": "not reliable"}
_HANDLING: Final = {"P": "lawful sharing permitted", "C": "lawful sharing permitted with conditions"}
TIERS: Final = {
    "D1": "a pointer, nothing of what was said",
    "D2": "a summary, without the words",
    "D3": "what was said, without who said it",
}


class Fact(msgspec.Struct, frozen=True):
    """A label and what stands beside it. `name` is the answer's own, where it can be left out."""

    label: str
    values: list[str]
    name: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part under a heading: a note of ours, then texts, facts or a list."""

    title: str
    note: str = ""
    text: list[str] = []
    facts: list[Fact] = []
    items: list[str] = []


def sections(package: HandOver, tell: Telling) -> list[Section]:
    """All that a package says, part by part; parts with nothing in them are left out."""
    parts = [
        Section(title="Report", facts=_report(package, tell)),
        Section(title="Place", facts=_place(package, tell)),
        Section(title="What was said", text=[one for one in (package.said or "").split("\n") if one.strip()]),
        Section(title="Answers", facts=answers(package.answers, tell)),
        Section(title="Why it was graded so", items=package.reasons),
        Section(
            title="Evidence that will be gone",
            items=[f"By {tell.when(one.act_by)}: {one.text}" for one in package.clocks],
        ),
        Section(
            title="Linked reports that the recipient may read",
            items=[f"{one.reference} ({in_words(one.kind).lower()})" for one in package.links],
        ),
        _grading(package.suggested_grading),
        Section(
            title="Taken out before handing over",
            items=[f"{_capital(REMOVED[one.kind])}: {one.count}" for one in package.removed],
        ),
        Section(title="Made by", facts=_made(package, tell)),
    ]
    return [one for one in parts if one.text or one.facts or one.items]


def answers(given: dict[str, Any], tell: Telling) -> list[Fact]:
    """Answers in words, each with its own name."""
    return [
        Fact(one.label, [str(value.unescape()) for value in one.values], name)
        for name, value in given.items()
        for one in tell.answers({name: value}, ())
    ]


def _report(package: HandOver, tell: Telling) -> list[Fact]:
    hour = "" if package.tier == "D3" else " (the hour)"
    facts = [
        Fact("Reference", [package.reference]),
        Fact("Grade", [f"{package.grade.code} {package.grade.name}"]),
        Fact("About", [one.name for one in package.concerns]),
        Fact("Received", [tell.when(package.received_at) + hour]),
        Fact("Due", [tell.when(package.due_at)]),
    ]
    if package.occurred_at is not None:
        facts.append(Fact("Happened", [tell.when(package.occurred_at) + hour]))
    return facts


def _place(package: HandOver, tell: Telling) -> list[Fact]:
    place = package.place
    facts = [Fact("Town", [place.town])] if place.town else []
    facts += [Fact("Venue", place.venues)] if place.venues else []
    # Under its own name it would be taken for the reporter's text, which the answers leave to itself.
    facts += (
        [Fact("Described as", [place.details["description"]])] if place.details.get("description") else []
    )
    return [*facts, *answers(place.details, tell)]


def _grading(grading: Grading | None) -> Section:
    if grading is None:
        return Section(title="3x5x2")
    return Section(
        title="3x5x2 (suggested)",
        note=f"{_capital(grading.status)}.",
        facts=[
            Fact("Source", [f"{grading.source_evaluation} {_SOURCE[grading.source_evaluation]}"]),
            Fact(
                "Information",
                [f"{grading.intelligence_assessment} {_ASSESSMENT[grading.intelligence_assessment]}"],
            ),
            Fact(
                "Handling",
                [f"{grading.handling_code} {_HANDLING[grading.handling_code]}", *grading.conditions],
            ),
            Fact("Because", grading.because),
        ],
    )


def _made(package: HandOver, tell: Telling) -> list[Fact]:
    return [
        Fact("By", [f"{package.made.person}, {package.made.team.name}"]),
        Fact("For", [f"{package.recipient.name}, tier {package.tier} ({TIERS[package.tier]})"]),
        Fact("At", [tell.when(package.made.at)]),
        *([Fact("Why", [package.made.why])] if package.made.why else []),
    ]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
