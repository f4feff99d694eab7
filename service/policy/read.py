"""Reading policy files into their Structs, with the line of every entry for the faults found later."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec

from service.policy.model import (
    AdvicePolicy,
    AsidePolicy,
    ClockPolicy,
    Code,
    ConcernPolicy,
    GradePolicy,
    HoursPolicy,
    LanguagePolicy,
    OtherwisePolicy,
    PartnershipPolicy,
    PhrasePolicy,
    ReadingPolicy,
    RecipientPolicy,
    RoutePolicy,
    RulePolicy,
)

T = TypeVar("T")
_HEADER: Final = re.compile(r"^\s*\[\[?\s*([A-Za-z_]+)\s*\]\]?")
_MORE_PHRASES: Final = re.compile(r"^phrases_[a-z_]+\.toml$")
_SYNTAX: Final = re.compile(r"^(?P<reason>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


class Fault(msgspec.Struct, frozen=True, order=True):
    """One thing wrong in the policy files: where and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Located(Generic[T]):
    """An entry and the lines it was written on."""

    def __init__(self, entry: T, file: str, lines: list[str], first: int) -> None:
        self.entry = entry
        self._file = file
        self._lines = lines
        self._first = first

    def fault(self, reason: str, *seek: str) -> Fault:
        """A fault at the first line of the entry that holds the first of `seek` found, else at its first line."""
        for wanted in seek:
            for offset, line in enumerate(self._lines):
                if wanted in line:
                    return Fault(self._file, self._first + offset, reason)
        return Fault(self._file, self._first, reason)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The policy as written; what could not be read is left out and is among the faults."""

    partnership: Located[PartnershipPolicy] | None
    concerns: list[Located[ConcernPolicy]]
    grades: list[Located[GradePolicy]]
    rules: list[Located[RulePolicy]]
    otherwise: Located[OtherwisePolicy] | None
    routes: list[Located[RoutePolicy]]
    recipients: list[Located[RecipientPolicy]]
    hours: list[Located[HoursPolicy]]
    advice: list[Located[AdvicePolicy]]
    clocks: list[Located[ClockPolicy]]
    phrases: list[Located[PhrasePolicy]]
    asides: list[Located[AsidePolicy]]
    classes: Mapping[str, list[str]]
    readings: list[Located[ReadingPolicy]]
    language: Located[LanguagePolicy] | None


_FILES: Final = {
    "partnership.toml": frozenset[str](),
    "concerns.toml": frozenset({"concern"}),
    "grades.toml": frozenset({"grade"}),
    "rules.toml": frozenset({"rule", "otherwise"}),
    "routes.toml": frozenset({"route"}),
    "recipients.toml": frozenset({"recipient"}),
    "hours.toml": frozenset({"hours"}),
    "advice.toml": frozenset({"advice"}),
    "clocks.toml": frozenset({"clock"}),
    "words.toml": frozenset({"words"}),
    "phrases.toml": frozenset({"phrase", "aside"}),
    "reading.toml": frozenset({"reading"}),
    "language.toml": frozenset({"language"}),
}


class PolicyFiles:
    """The files of one folder, read once; `written` takes them apart, and `faults` grows as it does."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[Fault] = []
        self.content: dict[str, bytes] = {}
        self._tables: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, list[str]] = {}
        if not folder.is_dir():
            self.faults.append(Fault(str(folder), 1, "there is no such policy folder"))
            return
        for path in sorted(folder.glob("*.toml")):
            if path.name in _FILES or _MORE_PHRASES.match(path.name):
                self.content[path.name] = path.read_bytes()
            else:
                there_are = ", ".join([*_FILES, "phrases_….toml"])
                self.faults.append(Fault(path.name, 1, f"not a policy file; there are {there_are}"))
        missing = [name for name in _FILES if name not in self.content]
        self.faults.extend(Fault(name, 1, "the file is missing") for name in missing)

    def written(self) -> Written:
        """Everything that could be read."""
        for name in self.content:
            self._take_apart(name)
        return Written(
            partnership=self._whole("partnership.toml", PartnershipPolicy),
            concerns=self._each("concerns.toml", "concern", ConcernPolicy),
            grades=self._each("grades.toml", "grade", GradePolicy),
            rules=self._each("rules.toml", "rule", RulePolicy),
            otherwise=self._one("rules.toml", "otherwise", OtherwisePolicy),
            routes=self._each("routes.toml", "route", RoutePolicy),
            recipients=self._each("recipients.toml", "recipient", RecipientPolicy),
            hours=self._each("hours.toml", "hours", HoursPolicy),
            advice=self._each("advice.toml", "advice", AdvicePolicy),
            clocks=self._each("clocks.toml", "clock", ClockPolicy),
            phrases=[
                entry
                for name in self.content
                if name == "phrases.toml" or _MORE_PHRASES.match(name)
                for entry in self._each(name, "phrase", PhrasePolicy)
            ],
            asides=self._each("phrases.toml", "aside", AsidePolicy),
            classes=self._classes(),
            readings=self._each("reading.toml", "reading", ReadingPolicy),
            language=self._one("language.toml", "language", LanguagePolicy),
        )

    def _classes(self) -> Mapping[str, list[str]]:
        """The classes of words of all files; a name may be given once."""
        classes: dict[str, list[str]] = {}
        for name, table in self._tables.items():
            try:
                given = msgspec.convert(table.get("words", {}), dict[Code, list[str]])
            except msgspec.ValidationError as fault:
                self.faults.append(Fault(name, 1, str(fault)))
                continue
            for code in given:
                if code in classes:
                    self.faults.append(Fault(name, 1, f"the class of words {code!r} is given twice"))
            classes.update(given)
        return classes

    def _take_apart(self, name: str) -> None:
        try:
            text = self.content[name].decode()
            table = tomllib.loads(text)
        except UnicodeDecodeError:
            self.faults.append(Fault(name, 1, "the file is not UTF-8"))
            return
        except tomllib.TOMLDecodeError as fault:
            found = _SYNTAX.match(str(fault))
            line = int(found["line"]) if found and found["line"] else self.content[name].count(b"\n") + 1
            self.faults.append(Fault(name, line, found["reason"] if found else str(fault)))
            return
        self._tables[name] = table
        self._lines[name] = text.splitlines()
        known = _FILES.get(name, frozenset({"phrase", "words"}))
        for key in table:
            if known and key not in known:
                at = self._sections(name, key) or [(1, len(self._lines[name]))]
                reason = f"`{key}` is not known here; there is {' and '.join(sorted(known))}"
                self.faults.append(Fault(name, at[0][0], reason))

    def _sections(self, name: str, key: str) -> list[tuple[int, int]]:
        """First and last line of each `[[key]]` or `[key]` of a file, counted from 1."""
        lines = self._lines[name]
        headers = [
            (number, found[1]) for number, line in enumerate(lines, 1) if (found := _HEADER.match(line))
        ]
        ends = [*(number - 1 for number, _ in headers[1:]), len(lines)][: len(headers)]
        return [(first, last) for (first, title), last in zip(headers, ends, strict=True) if title == key]

    def _each(self, name: str, key: str, kind: type[T]) -> list[Located[T]]:
        raw = self._tables.get(name, {}).get(key, [])
        if name in self._tables and (not isinstance(raw, list) or not raw):
            self.faults.append(Fault(name, 1, f"there must be [[{key}]] entries"))
            return []
        sections = self._sections(name, key) if raw else []
        if len(sections) != len(raw):
            sections = [(1, len(self._lines[name]))] * len(raw)
        entries = (
            self._convert(item, kind, name, section) for item, section in zip(raw, sections, strict=True)
        )
        return [entry for entry in entries if entry is not None]

    def _one(self, name: str, key: str, kind: type[T]) -> Located[T] | None:
        if name not in self._tables:
            return None
        raw = self._tables[name].get(key)
        sections = self._sections(name, key)
        if raw is None or not sections:
            self.faults.append(Fault(name, 1, f"there must be a [{key}] entry"))
            return None
        return self._convert(raw, kind, name, sections[0])

    def _whole(self, name: str, kind: type[T]) -> Located[T] | None:
        if name not in self._tables:
            return None
        return self._convert(self._tables[name], kind, name, (1, len(self._lines[name])))

    def _convert(self, raw: Any, kind: type[T], name: str, section: tuple[int, int]) -> Located[T] | None:
        first, last = section
        lines = self._lines[name][first - 1 : last]
        try:
            return Located(msgspec.convert(raw, kind), name, lines, first)
        except msgspec.ValidationError as fault:
            reason = str(fault)
            blank: Located[None] = Located(None, name, lines, first)
            self.faults.append(blank.fault(reason, *_clues(reason)))
            return None


def _clues(reason: str) -> list[str]:
    """What to look for in the entry's lines: the wrong value, the unknown field, the key of the path."""
    quoted = re.findall(r"'([^']+)'", reason) + re.findall(r"unknown field `([^`]+)`", reason)
    path = re.search(r"`\$(.*)`", reason)
    keys = re.findall(r"[a-z_]+", path[1]) if path else []
    return quoted + [f"{key} =" for key in reversed(keys)]
