"""A report's page, and what a coordinator does there."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from service.access.acting import acting
from service.access.actor import Actor
from service.access.guards import actor_of
from service.parts import parts_of
from service.policy.vocabulary import GRADES
from service.triage.changing import changing, on_record
from service.triage.colleagues import names
from service.triage.errors import (
    AlreadyClaimed,
    CaseNotFound,
    NotPossibleNow,
    ReasonNeeded,
    StaleCase,
    TierTooLow,
    WrongValue,
)
from service.triage.outcomes import OUTCOMES
from service.triage.queue import QueueRow
from service.triage.report import CaseReport, read
from service.triage.verbs import VERBS, At, Verb
from service.web.console.pages import console_page, see
from service.web.console.queue import COORDINATORS, reference_of
from service.web.console.told import STATES, Telling, marked, words_of

_HERE: Final = frozenset({"claim", "release", "note", "acknowledge", "regrade", "ask", "close"})
"""The verbs that have a form on the page."""
_OPEN: Final = frozenset({"new", "acknowledged"})


class _Tried(msgspec.Struct, frozen=True):
    """What somebody wanted to do and could not: it is shown again, with what they wrote."""

    verb: str
    form: Mapping[str, str]
    refused: AlreadyClaimed | NotPossibleNow | ReasonNeeded | StaleCase | TierTooLow | WrongValue


@get("/desk/reports/{reference:str}", guards=[COORDINATORS], media_type=MediaType.HTML)
async def show_report(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """A report as far as one's team may see it. That it was read is on the record."""
    return await _page(request, reference_of(reference, parts_of(request)), request.query_params.get("team"))


@post(
    "/desk/reports/{reference:str}/{verb:str}",
    guards=[COORDINATORS],
    media_type=MediaType.HTML,
    status_code=200,
)
async def change_from_page(
    request: Request[Any, Any, Any], reference: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Do a verb on the version that the page showed. Refused, the page tells why and nothing is written."""
    parts, actor = parts_of(request), actor_of(request)
    if verb not in _HERE:
        raise CaseNotFound("There is no such thing to do with a report.")
    reference = reference_of(reference, parts)
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    team = form.get("team") or None
    try:
        body = _body(VERBS[verb], form)
        at = At(parts.intake.policy, parts.clock())
        async with changing(parts.desk_pool, actor, reference, _version(form), team=team) as (
            connection,
            case,
        ):
            await VERBS[verb].act(connection, case, body, at)
    except (AlreadyClaimed, NotPossibleNow, ReasonNeeded, StaleCase, TierTooLow, WrongValue) as refused:
        return await _page(request, reference, team, _Tried(verb, form, refused))
    return see(_address(reference, team))


def _version(form: Mapping[str, str]) -> int:
    """The version that the page was made on. Raises WrongValue."""
    given = form.get("version", "")
    if not (given.isascii() and given.isdecimal() and len(given) <= 9):
        raise WrongValue("This page was not whole. Look at the report again, then decide.")
    return int(given)


def _body(verb: Verb, form: Mapping[str, str]) -> Any:
    """What a verb takes, from a form's fields; one left empty was not given. Raises WrongValue."""
    given: dict[str, Any] = {
        # A browser ends lines with two characters, which would count twice.
        name: form.get(name, "").replace("\r\n", "\n")
        for name in verb.body.__struct_fields__
        if form.get(name) or name in {"text", "outcome"}
    }
    if "shared" in given:
        given["shared"] = True
    try:
        return msgspec.convert(given, verb.body)
    except msgspec.ValidationError:
        raise WrongValue("Something is missing here, or longer than it may be.") from None


def _address(reference: str, team: str | None) -> str:
    return f"/desk/reports/{reference}" + (f"?{urlencode({'team': team})}" if team else "")


async def _page(
    request: Request[Any, Any, Any], reference: str, team: str | None, tried: _Tried | None = None
) -> Response[Any]:
    parts, actor = parts_of(request), actor_of(request)
    async with on_record(parts.desk_pool, actor, reference), acting(parts.desk_pool, actor) as connection:
        found = await read(connection, reference)
        tell = Telling(parts.intake.policy, parts.clock(), await names(connection))
    mine = [one for one in found.places if one.team in actor.teams]
    place = next((one for one in mine if one.team == team), None) or next(
        one for one in mine if one.tier == found.tier
    )
    words = words_of(found.decisions)
    changes = tried.refused.changes if tried and isinstance(tried.refused, StaleCase) else []
    return await console_page(
        request,
        "console/report.html",
        status=tried.refused.status if tried else 200,
        said=str(tried.refused) if tried else None,
        changes=[tell.event(one) for one in changes],
        form=tried.form if tried else {},
        tried=tried.verb if tried else None,
        report=found,
        description=marked(found.report.get("description", ""), words),
        answers=tell.answers(found.report, words),
        grade_label=parts.intake.policy.grades[found.grade].label,
        place=place,
        mine=mine,
        may=_may(found, place, actor),
        grades={code: grade.label for code, grade in parts.intake.policy.grades.items()},
        lower=GRADES[GRADES.index(found.grade) + 1 :],
        outcomes=OUTCOMES,
        states=STATES,
        events=[tell.event(one) for one in found.events],
        tell=tell,
    )


def _may(found: CaseReport, place: QueueRow, actor: Actor) -> set[str]:
    """The verbs worth offering; whether one is done is decided when it is."""
    may = {"note"}
    if found.tier >= "D3":
        may |= {"regrade", "ask"}
    if place.state == "new":
        may.add("acknowledge")
    if place.state in _OPEN:
        may.add("close")
        if place.claimed_by is None:
            may.add("claim")
    if place.claimed_by is not None and (
        place.claimed_by == actor.account or actor.teams.get(place.team) == "lead"
    ):
        may.add("release")
    return may
