"""The numbers of advisory locks, which all programs of one database share."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

from tests.structure.test_layout import ROOT, modules

_TAKEN: Final = re.compile(r"\bpg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\(\s*(\d+)")
_NAMED: Final = re.compile(r"^_?(?:[A-Z]+_)?LOCK\b.*= ([\d_]+)$", re.MULTILINE)


def _subject(path: Path) -> str:
    """Whose lock it is: a file's, or of migrations all those that begin with the same word."""
    name = path.stem.split("_")[1] if path.parent.name == "migrations" else path.stem
    return f"{path.parent.relative_to(ROOT)}/{name}"


def _locks() -> dict[int, set[str]]:
    """Each number with those who take it."""
    found: dict[int, set[str]] = defaultdict(set)
    sql = [path for package in ("service", "workers") for path in (ROOT / package).rglob("*.sql")]
    for path in (*modules("service", "workers"), *sql):
        text = path.read_text(encoding="utf-8")
        for number in (*_TAKEN.findall(text), *_NAMED.findall(text)):
            found[int(number)].add(_subject(path))
    return found


def test_no_two_take_a_lock_of_one_number() -> None:
    assert {number: takers for number, takers in _locks().items() if len(takers) > 1} == {}


def test_every_place_that_takes_a_lock_is_found() -> None:
    found = set().union(*_locks().values())
    assert found >= {
        "service/db/migrate",
        "service/db/migrations/foundation",
        "service/db/migrations/policy",
        "service/patterns/counts",
        "service/patterns/store",
    }
