"""The console's calls: `/v1/queue`, `/v1/reports/{reference}`, its verbs, and what a receiver acknowledges."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, HeaderParameter

from schemas.triage import Acknowledge, Bulk, StaleChange, StaleProblem, Version, Why
from service.access.acting import acting
from service.access.guards import actor_of, allow, anyone
from service.access.presented import API_KEY_PREFIX
from service.ids import valid_reference
from service.intake.decode import decode_message
from service.intake.request import TimelyRequest
from service.parts import Parts, parts_of
from service.problems import PROBLEM_JSON, refusal
from service.triage import queue, undo
from service.triage.acknowledgement import acknowledge_delivery
from service.triage.changing import changing, on_record
from service.triage.errors import CaseNotFound, StaleCase, VersionNeeded, WrongValue
from service.triage.events import live_events
from service.triage.queue import Filters, QueuePage
from service.triage.report import CaseReport, read
from service.triage.reveal import Revealed, approve, refusals_on_record, reveal
from service.triage.undo import Done, Target
from service.triage.verbs import FOR_MANY, VERBS, At

_NO_STORE: Final = {"Cache-Control": "no-store"}
_ETAG: Final = re.compile(r'"(\d{1,9})"')
_COORDINATORS: Final = allow("coordinator", "lead")
_LISTS: Final = frozenset({"grade", "concern", "state", "place", "kind", "tag"})
_REFUSALS: Final = {
    401: refusal("Nobody is signed in."),
    403: refusal("The account may not, or the request came from elsewhere."),
    404: refusal("There is no such report in the actor's queues."),
}
_CHANGE: Final = {
    **_REFUSALS,
    400: refusal("The body is not JSON."),
    409: refusal("It cannot be done with the report as it stands."),
    412: refusal("The report was changed meanwhile; `changes` says how. Nothing was written."),
    422: refusal("A value is missing or wrong, or a reason is needed."),
    428: refusal("If-Match is missing."),
}


@get(
    "/v1/queue",
    guards=[_COORDINATORS],
    operation_id="readQueue",
    summary="A page of the queue of one's teams",
    tags=["Triage"],
    responses={**_REFUSALS, 422: refusal("A filter cannot be meant.")},
)
async def read_queue(request: Request[Any, Any, Any]) -> Response[QueuePage]:
    """Most urgent first, then what is due first. Filters are query parameters, lists by repeating them."""
    parts, actor = parts_of(request), actor_of(request)
    asked: dict[str, Any] = {}
    for name, values in request.query_params.dict().items():
        asked[name] = values if name in _LISTS else values[-1]
    after = asked.pop("after", None)
    try:
        filters = msgspec.convert(asked, Filters, strict=False)
    except msgspec.ValidationError as fault:
        raise WrongValue(str(fault)) from None
    async with acting(parts.desk_pool, actor) as connection:
        found = await queue.page(connection, actor, filters, now=parts.clock(), after=after)
    return Response(found, headers=_NO_STORE)


@get(
    "/v1/queue/counts",
    guards=[_COORDINATORS],
    operation_id="countQueue",
    summary="How many are open, new, late and one's own",
    tags=["Triage"],
    responses=_REFUSALS,
)
async def count_queue(request: Request[Any, Any, Any]) -> Response[list[dict[str, Any]]]:
    """By team and grade."""
    parts = parts_of(request)
    async with acting(parts.desk_pool, actor_of(request)) as connection:
        return Response(await queue.counts(connection, now=parts.clock()), headers=_NO_STORE)


@get(
    "/v1/reports/{reference:str}",
    guards=[_COORDINATORS],
    operation_id="readReport",
    summary="A report, as far as one's team may see it",
    tags=["Triage"],
    responses=_REFUSALS,
)
async def read_report(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[CaseReport]:
    """The ETag is the version that a change names. That it was read is on the record."""
    parts, actor = parts_of(request), actor_of(request)
    reference = _reference(reference, parts)
    async with on_record(parts.desk_pool, actor, reference), acting(parts.desk_pool, actor) as connection:
        found = await read(connection, reference)
    return Response(found, headers={**_NO_STORE, "ETag": f'"{found.version}"'})


@post(
    "/v1/reports/{reference:str}/{verb:str}",
    guards=[_COORDINATORS],
    status_code=200,
    operation_id="changeReport",
    summary="Do something with a report",
    description=f"The verbs: {', '.join(VERBS)}. Each takes the Struct of that name (schemas/triage.py).",
    tags=["Triage"],
    responses=_CHANGE,
)
async def change_report(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    verb: FromPath[str],
    if_match: Annotated[
        str | None, HeaderParameter(name="If-Match", description="The ETag of the report as it was read.")
    ] = None,
) -> Response[Version]:
    """Do a verb on the version that was read; 412 tells what changed since."""
    parts, actor = parts_of(request), actor_of(request)
    chosen = VERBS.get(verb)
    if chosen is None:
        raise CaseNotFound("There is no such verb.")
    reference = _reference(reference, parts)
    body = decode_message(await request.body() or b"{}", chosen.body)
    version = _version(if_match)
    at = At(parts.intake.policy, parts.clock())
    async with changing(parts.desk_pool, actor, reference, version, team=body.team) as (connection, case):
        reached = await chosen.act(connection, case, body, at)
    return Response(
        Version(reference=reference, version=reached), headers={**_NO_STORE, "ETag": f'"{reached}"'}
    )


@post(
    "/v1/reports/{reference:str}/reveal",
    guards=[_COORDINATORS],
    status_code=200,
    operation_id="revealSource",
    summary="Who reported, with a reason",
    tags=["Triage"],
    responses=_CHANGE,
)
async def reveal_source(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    if_match: Annotated[
        str | None, HeaderParameter(name="If-Match", description="The ETag of the report as it was read.")
    ] = None,
) -> Response[Revealed]:
    """Given after it is on the record; `waiting` until a lead approves, where the team asks it."""
    parts, actor = parts_of(request), actor_of(request)
    reference = _reference(reference, parts)
    body = decode_message(await request.body(), Why)
    version = _version(if_match)
    async with (
        refusals_on_record(parts.desk_pool, actor, reference),
        changing(parts.desk_pool, actor, reference, version, team=body.team) as (connection, case),
    ):
        found = await reveal(connection, case, body.why, ring=parts.desk.ring)
    return Response(found, headers=_NO_STORE)


@post(
    "/v1/reveals/{asked:uuid}/approval",
    guards=[allow("lead")],
    status_code=204,
    operation_id="approveReveal",
    summary="Approve, as a lead, that a colleague is told who reported",
    tags=["Triage"],
    responses={401: _REFUSALS[401], 403: refusal("There is nothing here that this lead can approve.")},
)
async def approve_reveal(request: Request[Any, Any, Any], asked: FromPath[UUID]) -> None:
    """Holds for 24 hours and one reveal."""
    pool, actor = parts_of(request).desk_pool, actor_of(request)
    async with refusals_on_record(pool, actor, str(asked)), acting(pool, actor) as connection:
        await approve(connection, asked)


@post(
    "/v1/queue/{verb:str}",
    guards=[_COORDINATORS],
    status_code=200,
    operation_id="changeMany",
    summary="Do one thing with many reports",
    description=f"The verbs: {', '.join(sorted(FOR_MANY))}. Each report is done by itself; to take it back, undo.",
    tags=["Triage"],
    responses=_CHANGE,
)
async def change_many(request: Request[Any, Any, Any], verb: FromPath[str]) -> Response[list[Done]]:
    """What cannot be done to one report is told, and the others are done."""
    parts, actor = parts_of(request), actor_of(request)
    if verb not in FOR_MANY:
        raise CaseNotFound("There is no such verb for many reports.")
    asked = decode_message(await request.body(), Bulk)
    body = decode_message(msgspec.json.encode(asked.body), VERBS[verb].body)
    at = At(parts.intake.policy, parts.clock())
    targets = [Target(one.reference, one.version, one.team) for one in asked.targets]
    async with acting(parts.desk_pool, actor) as connection:
        done = await undo.to_each(
            connection,
            actor,
            targets,
            asked.team,
            lambda connection, case: VERBS[verb].act(connection, case, body, at),
        )
    return Response(done, headers=_NO_STORE)


@post(
    "/v1/deliveries/{delivery:uuid}/acknowledgement",
    opt=anyone,
    status_code=204,
    operation_id="acknowledgeDelivery",
    summary="Say that a notification was taken, was not for you, or what came of it",
    description=(
        "For the body that was told: with its API key (scope `deliveries:acknowledge`), or the token of the link."
    ),
    tags=["Deliveries"],
    responses={
        400: refusal("The body is not JSON."),
        403: refusal("Neither key nor token is of this notification."),
        422: refusal("A value is wrong."),
    },
)
async def acknowledge(request: Request[Any, Any, Any], delivery: FromPath[UUID]) -> None:
    """Take a receiver's word; see `acknowledge_delivery`."""
    said = decode_message(await request.body(), Acknowledge)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    by_key = scheme.lower() == "bearer" and key.startswith(API_KEY_PREFIX)
    await acknowledge_delivery(
        parts_of(request).pool,
        delivery,
        api_key=key if by_key else None,
        token=said.token,
        verdict=said.verdict,
        their_reference=said.their_reference,
        note=said.note,
    )


def on_stale_case(_request: Request[Any, Any, Any], stale: StaleCase) -> Response[StaleProblem]:
    """Tell what changed, so that a page can show it and ask again."""
    return Response(
        StaleProblem(
            type=f"/problems/{stale.code}",
            title="Precondition Failed",
            status=stale.status,
            detail=str(stale),
            version=stale.version,
            changes=[StaleChange(**msgspec.structs.asdict(one)) for one in stale.changes],
        ),
        status_code=stale.status,
        media_type=PROBLEM_JSON,
        headers={**_NO_STORE, "ETag": f'"{stale.version}"'},
    )


def _reference(text: str, parts: Parts) -> str:
    """The reference as it is kept; what cannot be one is no report. Raises CaseNotFound."""
    found = valid_reference(text[:40], parts.intake.policy.partnership.reference_prefix)
    if found is None:
        raise CaseNotFound
    return found


def _version(if_match: str | None) -> int:
    found = None if if_match is None else _ETAG.fullmatch(if_match.strip().removeprefix("W/"))
    if found is None:
        raise VersionNeeded
    return int(found[1])


TRIAGE: Final = Router(
    path="/",
    route_handlers=[
        read_queue,
        count_queue,
        change_many,
        read_report,
        change_report,
        reveal_source,
        approve_reveal,
        live_events,
        acknowledge,
    ],
    request_class=TimelyRequest,
    exception_handlers={StaleCase: on_stale_case},
)
