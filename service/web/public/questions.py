"""What a form is made of: steps of questions whose answers are facts of a report.

A form is data. A question's `name` is where its answer goes in the body of `POST /v1/reports`, with dots between the
levels (`contact.phone`); a choice may set other facts instead, so that one tap answers in the reporter's own words.
Every text is English and a key of the catalogues (`service/web/languages.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

Shape = Literal[
    "radios",
    "checkboxes",
    "select",
    "text",
    "textarea",
    "number",
    "tel",
    "email",
    "moment",
    "position",
    "here",
    "mark",
    "photos",
]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to choose. `sets` are facts by their names; without it the question's own fact becomes `value`."""

    value: str
    label: str
    hint: str = ""
    sets: Mapping[str, Any] = {}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `name` is a path of the report's body, or begins with `ask_` when only its choices set facts."""

    name: str
    shape: Shape
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    """The choice that is taken when none is made, and shown as chosen."""
    most: int = 200
    """The longest answer, in characters."""
    required: bool = False
    autocomplete: str = "off"
    inputmode: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that are asked together. `only_if` names a question and the choices with which it is asked at all."""

    id: str
    questions: tuple[Question, ...]
    title: str = ""
    note: str = ""
    points: tuple[str, ...] = ()
    """Sentences to read before answering, one under the other; a step may have nothing else."""
    only_if: tuple[str, tuple[str, ...]] | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One door: its address, the kind of reporter, what is always so, and the steps.

    `one_page` shows everything at once and, unless it is `checked`, has no page to check the answers on. `template` is
    a page of its own.
    """

    door: str
    reporter: str
    title: str
    steps: tuple[Step, ...]
    lead: str = ""
    always: Mapping[str, Any] = {}
    one_page: bool = False
    checked: bool = False
    before: str = ""
    """The template of what must be read before the first question."""
    organisation: str = ""
    """The fact that a poster fills in: `venue` or `operator`."""
    refine: Callable[[dict[str, Any], Mapping[str, Sequence[str]], datetime | None], None] | None = None
    """Adds to the body what follows from several answers, and from the moment they were given where that is known."""
    quiet: bool = False
    """Whether the pages of this form leave nothing on the device, not even themselves, unless somebody asks for it."""
    clocks: bool = False
    """Whether the page after sending counts down the time that evidence has left."""
    template: str = "public/form.html"
    after: str = "public/sent.html"

    def questions(self) -> Iterator[Question]:
        """Every question of the form, in order."""
        for step in self.steps:
            yield from step.questions

    def telling(self) -> list[str]:
        """The names of the questions of which one must be answered: nothing is compulsory but what happened."""
        return [
            question.name
            for question in self.questions()
            if question.required or question.name in {"description", "ask_what"}
        ]


def field_id(name: str) -> str:
    """The id in the page of a question's field."""
    return name.replace(".", "-").replace("_", "-")
