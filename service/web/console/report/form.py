"""What the forms of a report's page send, as what the verbs take."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from service.ids import valid_reference
from service.intake.decode import forbidden_in
from service.triage.errors import WrongValue
from service.triage.verbs import Verb

_TICKS: Final = frozenset({"shared", "instead"})
_ALWAYS: Final = frozenset({"text", "outcome", "tags", "mark"})
"""Fields that a form has and that mean something when they are empty."""
_REFERENCES: Final = frozenset({"into", "other"})


def version_of(form: Mapping[str, str]) -> int:
    """The version that the page was made on. Raises WrongValue."""
    given = form.get("version", "")
    if not (given.isascii() and given.isdecimal() and len(given) <= 9):
        raise WrongValue("This page was not whole. Look at the report again, then decide.")
    return int(given)


def body_of(verb: Verb, form: Mapping[str, str], prefix: str) -> Any:
    """What a verb takes, from a form's fields; one left empty was not given. Raises WrongValue.

    `prefix` is what the partnership's references begin with: they are taken as people type them.
    """
    for typed in form.values():
        if code := forbidden_in(typed):
            raise WrongValue(f"Take out the character {code}, which cannot be kept.")
    given = {
        name: _value(name, form.get(name, ""), prefix)
        for name in verb.body.__struct_fields__
        if form.get(name) or name in _ALWAYS
    }
    try:
        return msgspec.convert(given, verb.body, strict=False)
    except msgspec.ValidationError:
        raise WrongValue("Something is missing here, or longer than it may be.") from None


def _value(name: str, typed: str, prefix: str) -> Any:
    if name in _TICKS:
        return True
    if name == "tags":
        return [one.strip() for one in typed.split(",") if one.strip()]
    if name == "mark":
        return typed or None
    if name in _REFERENCES:
        found = valid_reference(typed.strip()[:40], prefix)
        if found is None:
            raise WrongValue(f"“{typed.strip()[:40]}” is not a reference. It looks like {prefix}-7F3K-9MPX.")
        return found
    # A browser ends lines with two characters, which would count twice.
    return typed.replace("\r\n", "\n")
