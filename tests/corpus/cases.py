"""Reports judged by hand from the triage guide, in two parts.

`working` is what the readers and their confidences are tuned on. `kept_back` is not looked at while tuning, so that its
figures say how the service does on reports nobody had in mind.
"""

from pathlib import Path
from typing import Final, Literal

import msgspec

from schemas.reports import Report
from service.intake.decode import decode_report

Part = Literal["working", "kept_back"]
PARTS: Final[tuple[Part, ...]] = ("working", "kept_back")


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One report as it arrives, and the right decision on it.

    `must` are told, `may` could be without harm, anybody else must not be. `why` names the line of the guide.
    """

    report: msgspec.Raw
    grade: Literal["P1", "P2", "P3", "P4"]
    must: frozenset[str]
    may: frozenset[str]
    why: str

    def decoded(self) -> Report:
        """The report as the service takes it in."""
        return decode_report(bytes(self.report))


def cases_of(part: Part) -> list[Case]:
    """The cases of a part, in the order of the file."""
    return cases_in(Path(__file__).with_name(f"{part}.ndjson"))


def cases_in(file: Path) -> list[Case]:
    """The cases of a file, one a line."""
    return [msgspec.json.decode(line, type=Case) for line in file.read_bytes().splitlines() if line]
