"""The page of one report, put together from what the actor's team may see of it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response

from service.access.acting import acting
from service.access.guards import actor_of
from service.errors import ServiceError
from service.intake.language import foreign_language
from service.parts import parts_of
from service.patterns.links import LINKED_BY
from service.policy.model import Policy
from service.policy.vocabulary import GRADES
from service.reading.reader import shipped_reader
from service.reading.words import tokens_of
from service.triage.canned import canned_texts
from service.triage.changing import on_record
from service.triage.colleagues import colleagues_of, names
from service.triage.errors import StaleCase
from service.triage.outcomes import OUTCOMES
from service.triage.queue import QueueRow
from service.triage.report import CaseReport, read
from service.triage.surroundings import Surroundings, requests, surroundings
from service.web.console.pages import console_page
from service.web.console.report.case_map import CaseMap, Kind, case_map
from service.web.console.report.offered import offered
from service.web.console.report.recipients import told_bodies
from service.web.console.report.timeline import timeline, told
from service.web.console.told import STATES, Due, Telling, marked, words_of
from service.web.languages import BY_CODE, LANGUAGES, catalogue

_LANGUAGES: Final[Mapping[str, str]] = {
    "Polish": "pl",
    "Romanian": "ro",
    "Bulgarian": "bg",
    "Urdu": "ur",
    "Portuguese": "pt",
}
"""The catalogue of a language by the name it has in the policy."""
_DONE: Final[Mapping[str, str]] = {
    "claim": "You are on it now.",
    "release": "It is back with the team.",
    "assign": "It is handed over.",
    "acknowledge": "Acknowledged.",
    "approve": "Approved. Your colleague can see once who reported, within 24 hours.",
    "note": "Your note is kept.",
    "tag": "The tags are set.",
    "regrade": "The grade is changed.",
    "reroute": "A notification is on its way to them.",
    "ask": "The reporter reads it when they come back.",
    "information": "What was told is added.",
    "merge": "The reports are merged.",
    "unmerge": "The report stands by itself again.",
    "link": "The reports are linked.",
    "cut": "The link is cut.",
    "case-review": "A Case Review is open.",
    "mark": "The mark is changed.",
    "hold": "The report is held against deletion.",
    "let-go": "The hold is over.",
    "close": "Closed. The reporter can read how it ended.",
    "reopen": "It is open again.",
    "undo": "The last change is taken back.",
    "reveal": "Your lead is asked. Come back to this page once they have approved.",
}
"""What is said after each verb."""
_LIMBS: Final[Mapping[str, str]] = {
    "one_person": "Reports by one person",
    "different_people": "Reports by different people about one place",
}
_VERDICTS: Final[Mapping[str, str]] = {
    "counted": "counts",
    "not_asb": "does not count: not antisocial behaviour or hate",
    "too_old": "does not count: too long ago",
    "reported_late": "does not count: reported more than a month after it happened",
    "same_incident": "does not count again: the same incident as another",
    "same_person": "does not count again: by the same person as another",
    "unknown_person": "does not count: an anonymous report cannot be joined to a person",
}
_AT_ONCE: Final = 3
"""How many evidence clocks are shown before the rest."""
_PLACES: Final[Mapping[str, str]] = {
    "address": "the same address",
    "venue": "the same venue",
    "street": "the same street",
    "place_cell": "within about 500 m",
}


class Tried(msgspec.Struct, frozen=True):
    """What somebody wanted to do and could not: it is shown again, with what they wrote."""

    verb: str
    form: Mapping[str, str]
    refused: ServiceError


class _Clock(msgspec.Struct, frozen=True):
    due: Due
    text: str
    first: bool
    """Whether it is shown at once, and not with those that have time."""


async def report_page(
    request: Request[Any, Any, Any],
    reference: str,
    team: str | None,
    *,
    tried: Tried | None = None,
    source: Mapping[str, Any] | None = None,
) -> Response[Any]:
    """The page, read on the record. `source` is who reported, where that was just revealed.

    Raises CaseNotFound.
    """
    parts, actor = parts_of(request), actor_of(request)
    policy = parts.intake.policy
    async with on_record(parts.desk_pool, actor, reference), acting(parts.desk_pool, actor) as connection:
        found = await read(connection, reference)
        merged_into = found.standing["merged_into"]
        around = await surroundings(connection, reference, None if merged_into is None else UUID(merged_into))
        tell = Telling(policy, parts.clock(), await names(connection))
        mine = [one for one in found.places if one.team in actor.teams]
        place = next((one for one in mine if one.team == team), None) or next(
            one for one in mine if one.tier == found.tier
        )
        may = offered(found, place, around, actor)
        asking = [
            one
            for one in (await requests(connection) if "lead" in actor.roles else ())
            if one.reference == reference
        ]
        others = await colleagues_of(connection, place.team) if "assign" in may else {}
    words = words_of(found.decisions)
    changes = tried.refused.changes if tried and isinstance(tried.refused, StaleCase) else []
    asked = request.query_params
    written_in = _written_in(found, policy)
    return await console_page(
        request,
        "console/report.html",
        status=tried.refused.status if tried else 200,
        said=str(tried.refused) if tried else None,
        done=None if tried else _DONE.get(asked.get("done", "")),
        done_verb=_done_verb(asked.get("done", ""), tried, source),
        changes=[told(one, tell, {}) for one in changes],
        form=tried.form if tried else _begun(asked, written_in),
        tried=tried.verb if tried else ("ask" if asked.get("write") in canned_texts() else None),
        canned=canned_texts(),
        in_english=_in_english(asked, written_in),
        languages=LANGUAGES,
        written_in=written_in,
        report=found,
        around=around,
        source=source,
        asking=asking,
        description=marked(found.report.get("description", ""), words),
        answers=tell.answers(found.report, words),
        grade_label=policy.grades[found.grade].label,
        place=place,
        mine=mine,
        may=may,
        colleagues=others,
        recipients=_further(found, place, policy),
        grades={code: grade.label for code, grade in policy.grades.items()},
        lower=GRADES[GRADES.index(found.grade) + 1 :],
        outcomes=OUTCOMES,
        states=STATES,
        bodies=told_bodies(found, around.openings, tell),
        clocks=_clocks(found, tell),
        notes=[told(one, tell, {}) for one in found.events if one.kind == "noted"],
        events=timeline(found, around, tell),
        map=_map(found, around),
        linked_by=LINKED_BY,
        places=_PLACES,
        limbs=_LIMBS,
        verdicts=_VERDICTS,
        tell=tell,
    )


def _done_verb(done: str, tried: Tried | None, source: Mapping[str, Any] | None) -> str:
    """The verb that was just done, so that the page's script forgets what was typed for it."""
    if source is not None:
        return "reveal"
    return done if done in _DONE and tried is None else ""


def _written_in(found: CaseReport, policy: Policy) -> str:
    """The language of the catalogues that the report seems to be written in; English for any other."""
    tokens = tokens_of(found.report.get("description", ""))
    seems = foreign_language(tokens, policy, shipped_reader().english)
    return _LANGUAGES.get(seems or "", "en")


def _begun(asked: Any, written_in: str) -> dict[str, str]:
    """A canned text that was chosen, in the language that was chosen, to be changed and sent."""
    chosen = canned_texts().get(asked.get("write", ""))
    if chosen is None:
        return {}
    language = asked.get("in", written_in)
    text = catalogue(language).gettext(chosen.text) if language in BY_CODE else chosen.text
    return {"text": text}


def _in_english(asked: Any, written_in: str) -> str | None:
    """The canned text that was chosen in another language, for a coordinator who does not read that."""
    chosen = canned_texts().get(asked.get("write", ""))
    return chosen.text if chosen is not None and asked.get("in", written_in) != "en" else None


def _further(found: CaseReport, place: QueueRow, policy: Policy) -> dict[str, str]:
    """Whom the report can be sent to as well, by name."""
    has = {route["recipient"] for route in found.routes} | {place.team}
    return {code: one.name for code, one in policy.recipients.items() if code not in has}


def _clocks(found: CaseReport, tell: Telling) -> list[_Clock]:
    """Evidence that will be gone, the next first; of camera pictures also from when to when they are wanted."""
    if not found.decisions:
        return []
    spiking = found.report.get("spiking") or {}
    start, end = spiking.get("cctv_from"), spiking.get("cctv_to")
    window = f"Pictures from {tell.when(start)} to {tell.when(end)}. " if start and end else ""
    shown: list[_Clock] = []
    for clock in sorted(found.decisions[0]["detail"]["clocks"], key=lambda one: one["act_by"]):
        wanted = window if clock["code"] == "cctv_chase" else ""
        first = bool(wanted) or len(shown) < _AT_ONCE
        shown.append(_Clock(tell.due(clock["act_by"]), wanted + clock["text"], first))
    return shown


def _map(found: CaseReport, around: Surroundings) -> CaseMap | None:
    if found.tier < "D3":
        return None
    reports: dict[str, tuple[str, Kind, Any]] = {
        one.reference: (one.reference, "near", one.location) for one in around.nearby
    }
    reports |= {one: (one, "linked", where) for one, where in around.linked.items()}
    return case_map([(found.reference, "here", found.report.get("location")), *reports.values()])
