"""`GET /v1/events`: what changes in the queues of one's teams, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from service.access.acting import acting
from service.access.actor import Actor
from service.access.errors import NotSignedIn
from service.access.guards import actor_of, allow, by_itself
from service.parts import Parts, parts_of
from service.problems import refusal
from service.triage.errors import TooManyStreams
from service.triage.live import LiveEvent

HEARTBEAT: Final = 15.0
"""Seconds between two signs of life: shorter than a proxy waits for one."""
_ASK_EVERY: Final = 4
_RETRY_MS: Final = 2000


@get(
    "/v1/events",
    guards=[allow("coordinator", "lead")],
    opt=by_itself,
    operation_id="liveEvents",
    summary="What changes in one's queues, as it changes",
    description=(
        "Server-sent events: `item` with team, reference, grade and state, a pointer; `resync` to look at all anew;"
        " `lost` while nothing is heard; `notice` for leads; `ended` when the session is over. Comments are heartbeats."
    ),
    tags=["Triage"],
    responses={
        401: refusal("Nobody is signed in."),
        403: refusal("The account has no queue."),
        429: refusal("The session has too many streams open."),
    },
)
async def live_events(request: Request[Any, Any, Any]) -> ServerSentEvent:
    """Pass on what is heard for the actor's teams, until the session ends or the console goes."""
    # Those who ask at once are all let past here, and looked at again when their streams begin.
    if parts_of(request).live.full(actor_of(request).session):
        raise TooManyStreams
    return ServerSentEvent(
        _events(parts_of(request), actor_of(request)),
        retry_duration=_RETRY_MS,
        # A proxy that gathers the stream would hold events back.
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(parts: Parts, actor: Actor) -> AsyncIterator[ServerSentEventMessage]:
    quiet = 0
    if parts.live.full(actor.session):
        return
    async with parts.live.stream(actor.teams, actor.session) as stream:
        # A session that ended before anybody listened for its end is found out by asking.
        live = await _still(parts, actor)
        while True:
            event = await stream.next(HEARTBEAT) if live else LiveEvent("ended")
            if event is None:
                quiet += 1
                if quiet % _ASK_EVERY == 0 and not await _still(parts, actor):
                    event = LiveEvent("ended")
                else:
                    yield ServerSentEventMessage(comment="alive", data=None)
                    continue
            yield ServerSentEventMessage(event=event.kind, data=msgspec.json.encode(event).decode())
            if event.kind == "ended":
                return


async def _still(parts: Parts, actor: Actor) -> bool:
    """Whether the session is live and has the same teams. An open stream by itself does not keep a session alive."""
    try:
        async with acting(parts.desk_pool, actor) as connection:
            teams = await connection.fetchval("SELECT actor_teams()")
    except NotSignedIn:
        return False
    return set(teams) == set(actor.teams)
