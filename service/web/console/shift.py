"""The summary at the end of a shift, to be read, printed, or copied as text; and what one is told by name."""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import MediaType, Request, Response, get, post

from service.access.acting import acting
from service.access.guards import actor_of, allow
from service.parts import parts_of
from service.triage.errors import WrongValue
from service.triage.shift import Named, ShiftSummary, shift_summary
from service.triage.views import notices, seen
from service.web.console.pages import console_page, see
from service.web.console.told import Telling, counted

_SHIFT: Final = timedelta(hours=12)
_LONGEST: Final = timedelta(days=31)
_PATH: Final = "/desk/shift"
_OF_A_TEAM: Final = allow("coordinator", "lead")


@get(_PATH, guards=[_OF_A_TEAM], media_type=MediaType.HTML)
async def show_shift(request: Request[Any, Any, Any]) -> Response[Any]:
    """What a team hands over, first one that the actor leads, since a chosen time or of the last twelve hours."""
    parts, actor = parts_of(request), actor_of(request)
    now = parts.clock()
    teams = sorted(actor.teams, key=lambda one: (actor.teams[one] != "lead", one))
    team = request.query_params.get("team") or teams[0]
    if team not in actor.teams:
        raise WrongValue("This is not a team of yours.")
    zone = ZoneInfo(parts.intake.policy.partnership.timezone)
    asked = request.query_params.get("since") or ""
    since, said = _since(asked, now, zone)
    async with acting(parts.desk_pool, actor) as connection:
        found = await shift_summary(connection, team, since=since, now=now, until=now + _SHIFT)
        # Those of a reveal stand beside its approval.
        told = [one for one in await notices(connection) if one["kind"] in {"due", "escalated"}]
    tell = Telling(parts.intake.policy, now, {})
    return await console_page(
        request,
        "console/shift.html",
        status=422 if said else 200,
        said=said,
        shift=found,
        teams=teams,
        asked=asked or f"{since.astimezone(zone):%Y-%m-%dT%H:%M}",
        notices=_noticed(told, tell),
        notice_ids=",".join(str(one["id"]) for one in told),
        text=as_text(found, tell),
        tell=tell,
    )


@post(f"{_PATH}/notices", guards=[_OF_A_TEAM], status_code=303)
async def read_notices(request: Request[Any, Any, Any]) -> Response[Any]:
    """Note that one has read what one was told by name."""
    parts = parts_of(request)
    ids = str((await request.form()).get("ids", "")).split(",")
    async with acting(parts.desk_pool, actor_of(request)) as connection:
        await seen(connection, ids, now=parts.clock())
    return see(_PATH)


def as_text(found: ShiftSummary, tell: Telling) -> str:
    """The summary in plain text: references and numbers, nothing that was said."""
    lines = [
        f"Shift of {tell.team(found.team)}, {tell.when(found.now)}",
        f"Since {tell.when(found.since)}",
        "",
        *(
            f"{grade}: {one.came} came, {one.acknowledged} acknowledged, {one.closed} closed;"
            f" {one.open} open, of them {one.new} new, {one.late} late, {one.due} due by {tell.when(found.until)},"
            f" {one.unclaimed} with nobody on it"
            for grade, one in found.grades.items()
        ),
    ]

    def part(title: str, rows: list[str]) -> None:
        lines.extend(["", f"{title}:", *(rows or ["none"])])

    part(
        "Not acknowledged, late or due",
        [
            _line(one, tell.due(one.at).words, f"{one.claimed_by} is on it" if one.claimed_by else "")
            for one in found.waiting
            if one.at is not None
        ],
    )
    part("Who is on what", [f"{one.name}: {counted(one.number, 'report')}" for one in found.claims])
    part("Taken further", [_line(one, _taken(one, tell)) for one in found.escalated])
    part("Reporters waiting for an answer", [_line(one, _since_when(one, tell)) for one in found.unanswered])
    part(
        "Notifications that did not arrive",
        [_line(one, f"{tell.team(one.to_team or '')} by {one.channel}") for one in found.dead],
    )
    part("On hold", [_line(one) for one in found.holds])
    return "\n".join(lines) + "\n"


def _line(one: Named, *told: str) -> str:
    return f"{one.grade} {one.reference}" + "".join(f", {part}" for part in told if part)


def _taken(one: Named, tell: Telling) -> str:
    return f"from {tell.team(one.team or '')} to {tell.team(one.to_team or '')}"


def _since_when(one: Named, tell: Telling) -> str:
    return "" if one.at is None else f"since {tell.when(one.at)}"


def _since(asked: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """The time asked for, as the partnership's clocks show it; or twelve hours ago, and what was wrong."""
    if not asked:
        return now - _SHIFT, None
    try:
        since = datetime.strptime(asked[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
    except ValueError:
        return now - _SHIFT, "Give the time as a date and an hour. Shown are the last 12 hours."
    if not now - _LONGEST <= since <= now:
        return now - _SHIFT, "Choose a time within the last 31 days. Shown are the last 12 hours."
    return since, None


def _noticed(rows: list[dict[str, Any]], tell: Telling) -> list[dict[str, Any]]:
    """Notices in words, with the references that each is about; what went from one team to another is one notice."""
    taken: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    told = []
    for row in rows:
        detail = row["detail"]
        if row["kind"] == "due":
            parts = [f"{detail[step]} {words}" for step, words in _STEPS.items() if detail[step]]
            words = f"{tell.team(detail['team'])}: {' and '.join(parts)}, and nobody has acknowledged"
            told.append({"at": tell.when(row["at"]), "words": words, "items": detail["items"]})
        else:
            taken.setdefault((detail["team"], detail["grade"], detail["to"]), []).append(row)
    for (team, grade, to), several in taken.items():
        what = (
            f"a {grade} in time, so it" if len(several) == 1 else f"{len(several)} {grade}s in time, so they"
        )
        told.append(
            {
                "at": tell.when(several[-1]["at"]),
                "words": f"{tell.team(team)} did not acknowledge {what} came to {tell.team(to)}",
                "items": list(dict.fromkeys(row["reference"] for row in several if row["reference"])),
            }
        )
    return told


_STEPS: Final = {"late": "late", "soon": "due soon"}
