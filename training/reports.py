"""The labelled whole reports: what was ticked, what the text shows, and the grade a judge gave."""

from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from schemas.reports import Report
from service.intake.decode import decode_report
from training.sentences import labels_of

FOLDER: Final = Path(__file__).with_name("reports")
KEPT: Final = Path(__file__).with_name("kept")
_FIELDS: Final = 6


class JudgedReport(NamedTuple):
    """A whole report. `report` carries the ticks and the text; `atoms` is what the text shows."""

    report: Report
    atoms: frozenset[str]
    grade: str
    where: str


def read_reports(*files: Path) -> list[JudgedReport]:
    """Every report of the files, or of all that are shipped. Raises ValueError with file and line for a bad one."""
    return [
        _read(f"{path.name}:{number}", line)
        for path in files or sorted(FOLDER.glob("*.tsv"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line and not line.startswith("#")
    ]


def _read(where: str, line: str) -> JudgedReport:
    fields = line.split("\t")
    if len(fields) != _FIELDS:
        raise ValueError(f"{where}: there must be {_FIELDS} fields with tabs between, and are {len(fields)}")
    grade, reporter, concern, ticks, labels, text = fields
    if grade not in {"P1", "P2", "P3", "P4"}:
        raise ValueError(f"{where}: {grade!r} is no grade")
    body: dict[str, object] = {"reporter": reporter, "concern": concern, "description": text}
    for tick in [] if ticks == "-" else ticks.split(","):
        fact, _, value = tick.partition("=")
        body[fact] = int(value) if value.isdecimal() else value
    try:
        report = decode_report(msgspec.json.encode(body))
        return JudgedReport(report, labels_of(labels), grade, where)
    except ValueError as fault:
        raise ValueError(f"{where}: {fault}") from fault
    except Exception as fault:
        raise ValueError(f"{where}: the ticks do not make a report: {fault!r}") from fault
