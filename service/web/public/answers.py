"""From the fields of a form to the body of a report, and from the report's faults back to the fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service.errors import FieldFault
from service.texts import N_
from service.web.public.device import mark_fields, put_written
from service.web.public.moments import typed_moment
from service.web.public.place import position_fields
from service.web.public.questions import Form, Question

Fields = Mapping[str, Sequence[str]]
UNSURE: Final = "not_sure"
"""The choice that says nothing, so that the fact stays unknown."""
ORGANISATION: Final = "_organisation"
"""The hidden field with the name of the venue or operator whose poster led here."""
TOWN: Final = "_town"
"""The hidden field with its town."""
_OF_THE_DEVICE: Final = {"position": position_fields, "here": position_fields, "mark": mark_fields}
_MANY: Final = frozenset({"checkboxes"})
REQUIRED: Final = N_("Tell us what happened, in a few words or by choosing an answer.")


def body_of(form: Form, fields: Fields, written: datetime | None = None) -> dict[str, Any]:
    """The body of `POST /v1/reports` that the answers make. Unanswered questions and unknown fields leave nothing.

    `written` is when they were given, where that is known. It comes with the answers, so that a repeat makes the same
    body.
    """
    body: dict[str, Any] = {"reporter": form.reporter}
    for fact, value in form.always.items():
        _put(body, fact, value)
    # Steps that were not asked are not left out here: the script sends nothing of them, and where there is none, what
    # somebody wrote there must not be thrown away in silence.
    for question in form.questions():
        for fact, value in _facts(question, fields):
            _put(body, fact, value)
    for fact, value in _organisation(form, fields):
        _put(body, fact, value)
    if form.refine is not None:
        form.refine(body, fields, written)
    put_written(body, fields, written)
    body.setdefault("concern", "not_sure")
    return body


def chosen(name: str, fields: Fields) -> list[str]:
    """What was answered to a question, blanks left out."""
    return [one.strip() for one in fields.get(name, ()) if one.strip()]


def _organisation(form: Form, fields: Fields) -> list[tuple[str, Any]]:
    """What a poster filled in, as if it had been typed. Where a taxi firm has its office is not where something was."""
    name = chosen(ORGANISATION, fields)
    if not form.organisation or not name:
        return []
    town = chosen(TOWN, fields) if form.organisation == "venue" else []
    return [(form.organisation, name[0]), *[("location.town", one) for one in town[:1]]]


def _facts(question: Question, fields: Fields) -> list[tuple[str, Any]]:
    given = chosen(question.name, fields) or ([question.chosen] if question.chosen else [])
    if not given or question.shape == "photos":
        return []
    if question.shape in _OF_THE_DEVICE:
        return _OF_THE_DEVICE[question.shape](fields)
    if question.choices:
        known = [choice for choice in question.choices if choice.value in given]
        plain = [
            choice.value
            for choice in known
            if not choice.sets and choice.value != UNSURE and not question.name.startswith("ask_")
        ]
        facts = [(fact, value) for choice in known for fact, value in choice.sets.items()]
        if plain:
            facts.append((question.name, plain if question.shape in _MANY else plain[0]))
        return facts
    if question.shape == "moment" and (moment := typed_moment(given[0])) is not None:
        return [(question.name, moment.isoformat())]
    if question.shape == "number" and (number := _number(given[0])) is not None:
        return [(question.name, number)]
    return [(question.name, given[0])]


def _number(said: str) -> int | None:
    """A number as people write it ("£3,000"); None when it is none, which the intake then tells at the field."""
    digits = said.strip("£ ").replace(",", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    """Put a value at a path; a list adds to the list that stands there, anything else takes the place."""
    *levels, last = name.split(".")
    for level in levels:
        body = body.setdefault(level, {})
    if isinstance(value, list) and isinstance(body.get(last), list):
        body[last] = [*body[last], *(one for one in value if one not in body[last])]
    else:
        body[last] = value


def faults_at(form: Form, faults: Sequence[FieldFault]) -> dict[str, str]:
    """What is wrong, by the name of the question where it is shown; '' for what belongs to none."""
    names = {question.name for question in form.questions()}
    shown: dict[str, str] = {}
    for fault in faults:
        path = fault.pointer.strip("/").split("/")
        name = next(
            (tried for end in range(len(path), 0, -1) if (tried := ".".join(path[:end])) in names), ""
        )
        shown.setdefault(name, fault.message)
    return shown
