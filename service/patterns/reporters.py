"""By which two reports are known to come from one reporter, without saying who that is.

A mark is a keyed hash (`KeyRing.mark`) of something the reporter gave to be reached or known by: telephone, e-mail,
driver's badge, plate. It is made when the report is accepted, because afterwards the source is closed and nobody counts
by opening it. The kinds are the reporter's own: a number somebody reports *about* never matches one that reports.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeVar

from schemas.facts import Facts
from service.intake.normalise import identifying_fields
from service.keys import KeyRing

_COUNCIL: Final = re.compile(r"\b(?:district|borough|city|county|council)\b")
Id = TypeVar("Id")


def reporter_marks(report: Facts, ring: KeyRing) -> list[bytes]:
    """The marks of a normalised report's reporter: none for an anonymous report, or where nothing was given.

    A badge or plate counts with the council that issued it, since each council numbers its own. Two drivers who share a
    car and give its plate count as one reporter, and so do people who share a telephone.
    """
    if report.anonymity == "anonymous":
        return []
    marks = []
    contact = report.contact
    if contact is not None:
        if contact.phone is not None:
            marks.append(ring.mark("reporter_phone", contact.phone))
        if contact.email is not None:
            marks.append(ring.mark("reporter_email", contact.email.strip().lower()))
    for name in identifying_fields(type(report)):
        value = getattr(report, name)
        if value is not None and (number := _bare(value)):
            council = _council(getattr(report, "issuing_council", None) or "")
            marks.append(ring.mark(f"reporter_{name}", f"{council}/{number}"))
    return marks


def people(marks: Mapping[Id, Iterable[bytes]]) -> dict[Id, bytes | None]:
    """The reporter of each report: the least of all marks that belong together, or None where there is no mark.

    Marks of one report belong together, and so do reports that share a mark: who gave a telephone once, an e-mail once
    and both once is one person. The same whatever the order.
    """
    parent: dict[bytes, bytes] = {}

    def root(mark: bytes) -> bytes:
        parent.setdefault(mark, mark)
        while parent[mark] != mark:
            parent[mark] = parent[parent[mark]]
            mark = parent[mark]
        return mark

    first: dict[Id, bytes | None] = {}
    for report, own in marks.items():
        together: Sequence[bytes] = sorted(own)
        first[report] = together[0] if together else None
        for mark in together[1:]:
            one, other = sorted((root(together[0]), root(mark)))
            parent[other] = one
        if together:
            root(together[0])
    return {report: None if mark is None else root(mark) for report, mark in first.items()}


@lru_cache(maxsize=256)
def _council(name: str) -> str:
    return _bare(_COUNCIL.sub("", name.lower()))


def _bare(text: str) -> str:
    """Letters and digits in one case: how a badge is spaced or dashed does not tell two people apart."""
    return "".join(filter(str.isalnum, text.casefold()))
