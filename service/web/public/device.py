"""What a page tells of the device it was filled in on: the time of writing, and a moment marked on it before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

Fields = Mapping[str, Sequence[str]]
MARK: Final = "marked.at"
"""The question that the mark stands at; a fault of it is shown there."""
MARK_REST: Final = ("marked.latitude", "marked.longitude", "marked.heading_degrees")
_JUST_NOW: Final = frozenset({"now", "just"})
_OTHER_TIMES: Final = frozenset({"occurred_at", "marked"})


def mark_fields(fields: Fields) -> list[tuple[str, Any]]:
    """The facts of a mark that a script took into the form; what is no number is left for the intake to refuse."""
    given = {name: next(iter(fields.get(name, ())), "").strip() for name in (MARK, *MARK_REST)}
    if not given[MARK]:
        return []
    return [(MARK, given[MARK]), *[(name, _decimal(given[name])) for name in MARK_REST if given[name]]]


def put_written(body: dict[str, Any], fields: Fields, written: datetime | None) -> None:
    """Make "now" a time: a report that waited for coverage must not seem to be of the moment when it came.

    Only where nothing told another time. `written` has been found possible already (`moments.written_at`).
    """
    tapped = {one.strip() for one in fields.get("happening", ())}
    if written is None or not tapped & _JUST_NOW or body.keys() & _OTHER_TIMES:
        return
    body["occurred_at"], body["occurred_precision"] = written.isoformat(), "about"


def _decimal(said: str) -> float | str:
    try:
        return float(said)
    except ValueError:
        return said
