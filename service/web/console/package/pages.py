"""Handing a report over: the preview of what a recipient would be given, making it, and having it again."""

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from schemas.handover import HandOver
from service.access.acting import acting
from service.access.guards import actor_of
from service.errors import ServiceError
from service.handover.errors import NotARecipient, TierTooHigh
from service.handover.make import Form, Kept, Writer, as_json, kept, make, refusals_on_record
from service.handover.prepare import QUERIES, Asked, Prepared, prepare
from service.handover.sanitise import SPEAKS_OF_SELF
from service.ids import uuid7
from service.parts import parts_of
from service.triage.case import MOST_REASON
from service.triage.changing import changing, on_record
from service.triage.colleagues import names
from service.triage.errors import NotPossibleNow, ReasonNeeded, StaleCase, TierTooLow, WrongValue
from service.triage.store import query
from service.web.console.accounts.session_over import KEEPING_FORM
from service.web.console.package.pdf import pdf
from service.web.console.package.told import REMOVED, TIERS, Fact, answers, sections
from service.web.console.pages import console_page, see
from service.web.console.queue.pages import COORDINATORS, reference_of
from service.web.console.report.form import version_of
from service.web.console.told import Telling, marked

_PATH: Final = "/desk/reports/{reference:str}/package"
_TYPES: Final = {"pdf": "application/pdf", "json": "application/json"}
_MOST_STRUCK: Final = 100
_MOST_WORDS: Final = 4000
_REFUSED = (
    NotARecipient,
    NotPossibleNow,
    ReasonNeeded,
    StaleCase,
    TierTooHigh,
    TierTooLow,
    WrongValue,
)


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen so far, as it stands in the form."""

    to: str = ""
    tier: str = ""
    why: str = ""
    words: str = ""
    form: Form = "pdf"
    leave: frozenset[str] = frozenset()
    team: str | None = None

    def asked(self) -> Asked:
        """What is to be handed over."""
        struck = tuple(line.strip() for line in self.words.splitlines() if line.strip())
        return Asked(to=self.to, tier=self.tier or None, why=self.why, struck=struck, left_out=self.leave)


@get(_PATH, guards=[COORDINATORS], media_type=MediaType.HTML)
async def show_package(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """For whom, and what they would be given. That the report was read for it is on the record."""
    chosen = request.query_params
    asked = _Form(to=chosen.get("to", ""), tier=chosen.get("tier", ""), team=chosen.get("team") or None)
    return await _page(request, reference_of(reference, parts_of(request)), asked)


@post(_PATH, guards=[KEEPING_FORM], media_type=MediaType.HTML, status_code=200)
async def make_package(request: Request[Any, Any, Any], reference: FromPath[str]) -> Response[Any]:
    """Show the package again with what was struck out, or make it."""
    parts, actor = parts_of(request), actor_of(request)
    reference = reference_of(reference, parts)
    given = await request.form()
    text = {name: value for name, value in given.items() if isinstance(value, str)}
    form = _Form(
        to=text.get("to", ""),
        tier=text.get("tier", ""),
        why=text.get("why", "")[: MOST_REASON + 1],
        words=text.get("words", "")[:_MOST_WORDS],
        form="json" if text.get("form") == "json" else "pdf",
        leave=frozenset(one for one in given.getall("leave", []) if isinstance(one, str)),
        team=text.get("team") or None,
    )
    if len(text.get("words", "")) > _MOST_WORDS or len(form.asked().struck) > _MOST_STRUCK:
        # Cut short, the package would hold what somebody meant to strike out.
        wrong = WrongValue(
            f"Strike out at most {_MOST_STRUCK} words or phrases, {_MOST_WORDS:,} characters in all."
        )
        return await _page(request, reference, form, wrong)
    if text.get("do") != "make":
        return await _page(request, reference, form)
    try:
        async with (
            refusals_on_record(parts.desk_pool, actor, reference, to=form.to[:40], tier=form.tier[:2]),
            changing(parts.desk_pool, actor, reference, version_of(text), team=form.team) as (
                connection,
                case,
            ),
        ):
            tell = Telling(parts.intake.policy, parts.clock(), {})
            made = await make(
                connection,
                case,
                form.asked(),
                form.form,
                _writer(form.form, tell),
                policy=parts.intake.policy,
                now=parts.clock(),
            )
    except _REFUSED as refused:
        return await _page(request, reference, form, refused)
    return see(f"/desk/reports/{reference}/package/{made}")


@get(_PATH + "/{package:uuid}", guards=[COORDINATORS], media_type=MediaType.HTML)
async def show_made(
    request: Request[Any, Any, Any], reference: FromPath[str], package: FromPath[UUID]
) -> Response[Any]:
    """A package that one's team made: to whom, why, and the digest by which its file is known."""
    parts = parts_of(request)
    reference = reference_of(reference, parts)
    found, called = await _kept(request, reference, package, given=False)
    return await console_page(
        request,
        "console/package_made.html",
        made=found,
        reference=reference,
        tell=Telling(parts.intake.policy, parts.clock(), called),
        tiers=TIERS,
    )


@get(_PATH + "/{package:uuid}/file", guards=[COORDINATORS])
async def download_package(
    request: Request[Any, Any, Any], reference: FromPath[str], package: FromPath[UUID]
) -> Response[bytes]:
    """The file as it was made, for the team that made it. Each download is on the record."""
    reference = reference_of(reference, parts_of(request))
    found, _ = await _kept(request, reference, package, given=True)
    name = f"{reference}-{found.recipient}-{found.tier}.{found.format}"
    return Response(
        found.content,
        media_type=_TYPES[found.format],
        headers={"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _kept(
    request: Request[Any, Any, Any], reference: str, package: UUID, *, given: bool
) -> tuple[Kept, dict[UUID, str]]:
    parts, actor = parts_of(request), actor_of(request)
    async with (
        refusals_on_record(parts.desk_pool, actor, reference, package=str(package)),
        acting(parts.desk_pool, actor) as connection,
    ):
        return await kept(connection, reference, package, given=given), await names(connection)


def _writer(form: Form, tell: Telling) -> Writer:
    """How a package becomes a file; setting a page takes a tenth of a second, so it happens beside the event loop."""
    return cast("Writer", partial(_write, form, tell))


def _write(form: Form, tell: Telling, package: HandOver) -> Awaitable[bytes]:
    return asyncio.to_thread(as_json, package) if form == "json" else asyncio.to_thread(pdf, package, tell)


async def _page(
    request: Request[Any, Any, Any], reference: str, form: _Form, refused: ServiceError | None = None
) -> Response[Any]:
    parts, actor = parts_of(request), actor_of(request)
    policy = parts.intake.policy
    ready: Prepared | None = None
    version, tell = 0, Telling(policy, parts.clock(), {})
    async with on_record(parts.desk_pool, actor, reference):
        try:
            async with (
                refusals_on_record(parts.desk_pool, actor, reference, to=form.to[:40], tier=form.tier[:2]),
                acting(parts.desk_pool, actor) as connection,
            ):
                item = await connection.fetchrow(query("begin"), reference, form.team)
                if form.to or item is None:
                    ready = await prepare(
                        connection,
                        actor,
                        reference,
                        form.asked(),
                        policy=policy,
                        made=uuid7(parts.clock()),
                        now=parts.clock(),
                        team=form.team,
                    )
                    version = await _version(connection, ready, form)
        except (NotARecipient, TierTooHigh, TierTooLow) as no:
            refused = no
    return await console_page(
        request,
        "console/package.html",
        status=refused.status if refused else 200,
        said=str(refused) if refused else None,
        reference=reference,
        form=form,
        recipients={code: one.name for code, one in policy.recipients.items()},
        ready=ready,
        version=version,
        tiers=TIERS,
        removed=REMOVED,
        pieces=[]
        if ready is None
        else [(marked(one.text, SPEAKS_OF_SELF), one.removed) for one in ready.pieces],
        offered=[] if ready is None else [_looked_at(one) for one in answers(ready.offered, tell)],
        sections=[] if ready is None else sections(ready.package, tell),
        team_query=urlencode({"team": form.team}) if form.team else "",
    )


def _looked_at(fact: Fact) -> tuple[Fact, list[Markup]]:
    """An answer, and its words with those marked by which a reporter speaks of themselves."""
    return fact, [marked(one, SPEAKS_OF_SELF) for one in fact.values]


async def _version(connection: asyncpg.Connection, ready: Prepared, form: _Form) -> int:
    """The case's version; that the report was read, and for whom, is on the record."""
    package = ready.package
    detail = {
        "reference": package.reference,
        "tier": package.tier,
        "team": package.made.team.code,
        "for": form.to,
    }
    await connection.execute(QUERIES["on_record"], "report.read", package.reference, detail)
    case = await connection.fetchrow(query("case"), ready.report_id)
    return 0 if case is None else cast("int", case["version"])
