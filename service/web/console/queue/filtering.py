"""The queue's filters as they stand in an address, and what can be chosen."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args
from urllib.parse import urlencode

import msgspec

from schemas.reports import Report
from service.triage.errors import WrongValue
from service.triage.queue import SOON, Filters
from service.web.console.told import in_words

Asked = Mapping[str, list[str]]
"""The parameters of an address, or the fields of a form."""
AGES: Final[Mapping[int, str]] = {1: "1 hour", 4: "4 hours", 24: "1 day", 72: "3 days", 168: "7 days"}
DUE: Final[Mapping[str, str]] = {
    "late": "Late",
    "soon": f"Due within {int(SOON.total_seconds() // 60)} minutes",
}
WHOSE: Final[Mapping[str, str]] = {"mine": "Me", "unassigned": "Nobody"}
KINDS: Final[Mapping[str, str]] = {
    code: in_words(code) for code in sorted(str(kind.__struct_config__.tag) for kind in get_args(Report))
}
SETTLED: Final = "settled"
_SETTLED_STATES: Final = frozenset({"passed_on", "merged", "closed"})
_LISTS: Final = ("grade", "concern", "kind", "place", "tag")
_NAMES: Final = (*_LISTS, "state", "team", "whose", "due", "age", "text")


def filters_of(asked: Asked) -> Filters:
    """The filters that an address asks for. A form sends what was left empty, too. Raises WrongValue."""
    given = {name: [one.strip() for one in asked.get(name, ()) if one.strip()] for name in _NAMES}
    states = [one for one in given["state"] if one != SETTLED]
    whose, due = given["whose"], given["due"]
    wanted: dict[str, Any] = {name: given[name] for name in _LISTS} | {
        "state": states,
        "settled": SETTLED in given["state"] or (bool(states) and _SETTLED_STATES.issuperset(states)),
        "mine": "mine" in whose,
        "unassigned": "unassigned" in whose,
        "breaching": "late" in due,
        "due_soon": "soon" in due,
        "team": next(iter(given["team"]), None),
        "older_than_hours": next(iter(given["age"]), None),
        "text": next(iter(given["text"]), ""),
    }
    wanted["tag"] = [one.lower() for one in wanted["tag"]]
    wrong = WrongValue("The queue cannot be filtered like this. Choose again.")
    if not WHOSE.keys() >= set(whose) or not DUE.keys() >= set(due):
        raise wrong
    try:
        return msgspec.convert(wanted, Filters, strict=False)
    except msgspec.ValidationError:
        raise wrong from None


def asked_of(filters: Filters) -> list[tuple[str, str]]:
    """The parameters that ask for some filters; none for all that is open."""
    told: list[tuple[str, Any]] = [(name, one) for name in _LISTS for one in getattr(filters, name)]
    told += [("state", one) for one in filters.state]
    if filters.settled and not filters.state:
        told.append(("state", SETTLED))
    told += [
        ("whose", name) for name, on in (("mine", filters.mine), ("unassigned", filters.unassigned)) if on
    ]
    told += [("due", name) for name, on in (("late", filters.breaching), ("soon", filters.due_soon)) if on]
    told += [("team", filters.team), ("age", filters.older_than_hours), ("text", filters.text)]
    return [(name, str(value)) for name, value in told if value]


def address(asked: Iterable[tuple[str, str]], *, path: str = "/desk", after: str | None = None) -> str:
    """Where the queue is shown so, from the row on that `after` tells."""
    pairs = [*asked, *([("after", after)] if after else [])]
    return f"{path}?{urlencode(pairs)}" if pairs else path
