"""Times, answers and events of a report, as a coordinator reads them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup, escape

from schemas.facts import Facts, Location
from schemas.reports import Journey, Passengers, Spiking
from service.access.actor import COORDINATION
from service.policy.model import Policy

STATES: Final[Mapping[str, str]] = {
    "new": "New",
    "acknowledged": "Acknowledged",
    "passed_on": "Passed on",
    "merged": "Merged",
    "closed": "Closed",
}
_ORDER: Final = (
    *Facts.__struct_fields__,
    *Location.__struct_fields__,
    *Spiking.__struct_fields__,
    *Journey.__struct_fields__,
    *Passengers.__struct_fields__,
)
_UNTOLD: Final = frozenset({"description", "reporter", "anonymity"})
"""What stands on the page by itself."""
_CALLED: Final[Mapping[str, str]] = {
    "cctv_from": "CCTV from",
    "cctv_to": "CCTV to",
    "accuracy_m": "Exact to, in metres",
}
_CODE: Final = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


class Due(msgspec.Struct, frozen=True):
    """A time by which something has to be done, seen from now."""

    words: str
    at: str
    late: bool


class Answer(msgspec.Struct, frozen=True):
    """One thing that the reporter said."""

    label: str
    values: list[Markup]


class Telling:
    """How one page tells: in the partnership's time, and by the names that its policy and accounts give."""

    def __init__(self, policy: Policy, now: datetime, names: Mapping[UUID, str]) -> None:
        self._policy = policy
        self._zone = ZoneInfo(policy.partnership.timezone)
        self._now = now
        self._names = names

    def when(self, moment: datetime | str) -> str:
        """A moment, in the partnership's time."""
        given = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        local = given.astimezone(self._zone)
        year = "" if local.year == self._now.astimezone(self._zone).year else f" {local.year}"
        return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"

    def day(self, day: date | str) -> str:
        """A day."""
        given = date.fromisoformat(day) if isinstance(day, str) else day
        return f"{given.day} {given:%b %Y}"

    def due(self, moment: datetime | str) -> Due:
        """A due time in words: how long there is, or how late it is."""
        given = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        late = given < self._now
        length = span(abs((given - self._now).total_seconds()))
        return Due(f"late by {length}" if late else f"in {length}", self.when(given), late)

    def team(self, code: str) -> str:
        """A team's or recipient's name."""
        if code == COORDINATION:
            return "Coordination desk"
        known = self._policy.recipients.get(code)
        return known.name if known else in_words(code)

    def concern(self, code: str) -> str:
        """A concern's name."""
        known = self._policy.concerns.get(code)
        return known.title if known else in_words(code)

    def who(self, account: UUID | None) -> str:
        """A person's name; without one it was the service."""
        return "The service" if account is None else self._names.get(account, "Somebody")

    def answers(self, body: Mapping[str, Any], words: Iterable[str]) -> list[Answer]:
        """What was said, answer by answer, but for the reporter's own text, which stands by itself."""
        known = list(words)
        told = []
        for name in sorted(body.keys() - _UNTOLD, key=_place):
            values = [marked(one, known) for one in self._values(name, body[name])]
            if values:
                told.append(Answer(in_words(name), values))
        return told

    def because(self, evidence: Mapping[str, str]) -> Markup:
        """What a reason rests on: the reporter's words, marked, or the fact itself."""
        if evidence["origin"] == "text":
            return Markup("<mark>{}</mark>").format(evidence["words"])
        fact, _, value = evidence["atom"].partition("=")
        shown = self.concern(value) if fact == "concern" else value.replace("_", " ")
        return escape(f"{in_words(fact)}: {shown}")

    def _values(self, name: str, value: Any) -> Iterator[str]:
        if isinstance(value, Mapping) and not _is_thing(value):
            for key in sorted(value, key=_place):
                for one in self._values(key, value[key]):
                    yield f"{_CALLED.get(key, in_words(key))}: {one}"
        elif isinstance(value, list):
            for part in value:
                if isinstance(part, Mapping) and not _is_thing(part):
                    yield "; ".join(self._values(name, part))
                else:
                    yield from self._values(name, part)
        elif value not in (None, ""):
            yield self._value(name, value)

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, Mapping):
            return f"{in_words(value['kind'])}: {value['value']}"
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = str(value)
        if name == "concern":
            return self.concern(text)
        if _MOMENT.fullmatch(text):
            return self._moment(text)
        return text.replace("_", " ") if _CODE.fullmatch(text) else text

    def _moment(self, value: str) -> str:
        try:
            return self.when(datetime.fromisoformat(value))
        except ValueError:
            return value


def _place(name: str) -> tuple[int, str]:
    """Where an answer stands among the others: what every report has in the order it is asked in, then the rest."""
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _is_thing(value: Mapping[str, Any]) -> bool:
    """Whether it is something by which a person, a place or a vehicle is known: its kind, and what it is."""
    return value.keys() >= {"kind", "value"}


def span(seconds: float) -> str:
    """A length of time in words, cut to what matters: minutes below two hours, hours below two days, then days."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return counted(minutes, "minute")
    return counted(minutes // 60, "hour") if minutes < 2880 else counted(minutes // 1440, "day")


def counted(number: int, name: str) -> str:
    """A number of things."""
    return f"{number} {name}" if number == 1 else f"{number:,} {name}s"


def in_words(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ").capitalize()


def marked(text: str, words: Iterable[str]) -> Markup:
    """A text with the words in it marked that a reason rests on. Whatever the text holds is escaped."""
    sought = sorted({" ".join(one.split()) for one in words if one.strip()}, key=len, reverse=True)
    if not sought:
        return escape(text)
    pattern = "|".join(r"\s+".join(re.escape(part) for part in one.split()) for one in sought)
    parts, at = [], 0
    for found in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
        parts += [escape(text[at : found.start()]), Markup("<mark>{}</mark>").format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def words_of(decisions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The reporter's words that the reasons of any of these decisions rest on."""
    return [
        evidence["words"]
        for decision in decisions
        for reason in decision["detail"].get("reasons", ())
        for evidence in reason.get("because", ())
        if evidence.get("origin") == "text" and evidence.get("words")
    ]
