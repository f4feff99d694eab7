"""The queue's page, and the link in notifications that leads past it to a report."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.params import FromPath

from service.access.acting import acting
from service.access.guards import actor_of, allow
from service.ids import valid_reference
from service.parts import Parts, parts_of
from service.policy.vocabulary import GRADES
from service.triage import queue
from service.triage.errors import CaseNotFound, WrongValue
from service.triage.queue import Filters, QueuePage
from service.web.console.pages import console_page, see
from service.web.console.told import STATES, Telling

COORDINATORS: Final = allow("coordinator", "lead")
_SETTLED: Final = frozenset({"passed_on", "merged", "closed"})


@get("/desk", guards=[COORDINATORS], media_type=MediaType.HTML)
async def show_queue(request: Request[Any, Any, Any]) -> Response[Any]:
    """The open items of one's teams, most urgent first, then what is due first; filters are in the address."""
    parts, actor = parts_of(request), actor_of(request)
    asked = request.query_params.dict()
    grades = [one for one in asked.get("grade", []) if one]
    # A form sends what was left empty, too.
    chosen = {
        name: asked[name][-1] for name in ("state", "whose", "text", "after") if any(asked.get(name, []))
    }
    said, status, filters = None, 200, Filters()
    try:
        filters = _filters(grades, chosen)
        async with acting(parts.desk_pool, actor) as connection:
            found = await queue.page(connection, actor, filters, now=parts.clock(), after=chosen.get("after"))
    except WrongValue as wrong:
        found, said, status = QueuePage(items=[]), str(wrong), wrong.status
    kept = [("grade", one) for one in grades] + [
        (name, value) for name, value in chosen.items() if name != "after"
    ]
    rows = found.items
    return await console_page(
        request,
        "console/queue.html",
        status=status,
        said=said,
        rows=rows,
        next=found.next and f"/desk?{urlencode([*kept, ('after', found.next)])}",
        first="after" not in chosen,
        grades=GRADES,
        labels={code: grade.label for code, grade in parts.intake.policy.grades.items()},
        states=STATES,
        chosen=chosen,
        chosen_grades=grades,
        filtered=bool(kept),
        tell=Telling(parts.intake.policy, parts.clock(), {}),
    )


@get("/queue/{reference:str}", guards=[COORDINATORS], status_code=303)
async def follow_link(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """Where the link in a notification leads."""
    return see(f"/desk/reports/{reference_of(reference, parts_of(request))}")


def reference_of(text: str, parts: Parts) -> str:
    """The reference as it is kept; what cannot be one is no report. Raises CaseNotFound."""
    found = valid_reference(text[:40], parts.intake.policy.partnership.reference_prefix)
    if found is None:
        raise CaseNotFound
    return found


def _filters(grades: list[str], chosen: dict[str, str]) -> Filters:
    """Raises WrongValue."""
    state = chosen.get("state")
    asked = {
        "grade": grades,
        "state": [] if state is None else [state],
        "settled": state in _SETTLED,
        "mine": chosen.get("whose") == "mine",
        "unassigned": chosen.get("whose") == "unassigned",
        "text": chosen.get("text", ""),
    }
    try:
        return msgspec.convert(asked, Filters)
    except msgspec.ValidationError:
        raise WrongValue("The queue cannot be filtered like this. Choose again.") from None
