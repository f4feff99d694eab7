"""The record, for auditors: who did what, and whether the chain is whole. No report is read here."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import MediaType, Request, Response, get, post

from service.access.acting import acting
from service.access.guards import actor_of, allow
from service.audit import entries
from service.audit.entries import KINDS, NoSuchReport, Page, Sought
from service.audit.verify import Verdict, verify_chain
from service.ids import valid_reference
from service.parts import Parts, parts_of
from service.triage.errors import WrongValue
from service.web.console.audit_told import told
from service.web.console.pages import console_page
from service.web.console.told import Telling

AUDITOR: Final = allow("auditor")
STRETCH: Final = 50_000
"""Entries verified a request: about half a second, so that no page waits long and none holds the process up."""
_FILTERS: Final = ("who", "kind", "reference", "since", "until")
_HEAD: Final = re.compile(r"[0-9]{1,18}:[0-9a-f]{64}")
_OTHERS: Final = {"intake": "The service", "reporter": "Reporters", "unknown": "Somebody unknown"}


@get("/desk/audit", guards=[AUDITOR], media_type=MediaType.HTML)
async def show_record(request: Request[Any, Any, Any]) -> Response[Any]:
    """The record by pages, the newest first; filters are in the address. That it was looked at is on the record."""
    return await _page(request)


@post("/desk/audit/verify", guards=[AUDITOR], media_type=MediaType.HTML, status_code=200)
async def verify_record(request: Request[Any, Any, Any]) -> Response[Any]:
    """Verify a stretch of the chain from its beginning, or from where the last one ended; the result is recorded."""
    after = (await request.form()).get("after") or None
    if after is not None and (not isinstance(after, str) or not _HEAD.fullmatch(after)):
        raise WrongValue("This page was not whole. Begin again.")
    parts, actor = parts_of(request), actor_of(request)
    # As the web's own role, which may read the chain's hashes; an auditor's does not need them.
    async with parts.desk_pool.acquire() as connection:
        verdict = await verify_chain(connection, after=after, most=STRETCH)
        total = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM audit_event")
    first = 1 if after is None else int(after.partition(":")[0]) + 1
    found = {"from": first, "to": verdict.entries, "head": verdict.head, "fault": verdict.fault}
    async with acting(parts.desk_pool, actor) as connection:
        await entries.put_on_record(connection, "audit.verified", found)
    return await _page(request, verdict=verdict, first=first, total=total)


async def _page(
    request: Request[Any, Any, Any], *, verdict: Verdict | None = None, first: int = 1, total: int = 0
) -> Response[Any]:
    parts, actor = parts_of(request), actor_of(request)
    chosen = {name: value for name in _FILTERS if (value := request.query_params.get(name, "").strip())}
    said, status, found = None, 200, Page([], None)
    try:
        sought, before = _sought(chosen, parts), _number(request.query_params.get("before"))
    except WrongValue as wrong:
        said, status, sought, before = str(wrong), wrong.status, None, None
    async with acting(parts.desk_pool, actor) as connection:
        people = await entries.people(connection)
        verified = await entries.last_verified(connection)
        if sought is not None:
            try:
                found = await entries.page(connection, sought, before=before)
            except NoSuchReport as unknown:
                said, status = str(unknown), unknown.status
    tell = Telling(parts.intake.policy, parts.clock(), people)
    return await console_page(
        request,
        "console/audit.html",
        status=status,
        said=said,
        chosen=chosen,
        kinds={code: name for code, (name, _) in KINDS.items()},
        people={f"account:{account}": name for account, name in people.items()} | _OTHERS,
        rows=[told(one, people, tell) for one in found.entries],
        next=found.next and f"/desk/audit?{urlencode({**chosen, 'before': found.next})}",
        first_page=before is None,
        verdict=verdict,
        first=first,
        total=total,
        verified=verified and told(verified, people, tell),
        whole=verified and verified.detail,
    )


def _sought(chosen: dict[str, str], parts: Parts) -> Sought:
    """Raises WrongValue."""
    policy = parts.intake.policy
    zone = ZoneInfo(policy.partnership.timezone)
    reference = None
    if "reference" in chosen:
        reference = valid_reference(chosen["reference"][:40], policy.partnership.reference_prefix)
        if reference is None:
            raise WrongValue("This is no reference. One looks like WO-7F3K-9MPX; check every letter.")
    kind = chosen.get("kind")
    if kind is not None and kind not in KINDS:
        raise WrongValue("Choose a kind of act from the list.")
    who = chosen.get("who")
    if who is not None and who not in _OTHERS and not _is_account(who):
        raise WrongValue("Choose a person from the list.")
    return Sought(
        who=who,
        kind=kind,
        reference=reference,
        since=_day(chosen.get("since"), zone),
        until=_day(chosen.get("until"), zone, after=timedelta(days=1)),
    )


def _day(text: str | None, zone: ZoneInfo, *, after: timedelta = timedelta()) -> datetime | None:
    """The beginning of a day where the partnership is, or so long after it. Raises WrongValue."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone) + after
    except (ValueError, OverflowError):
        raise WrongValue("Give a day as year, month and day: 2026-11-20.") from None


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise WrongValue("There is no such page. Begin at the start.")
    return int(text)


def _is_account(who: str) -> bool:
    kind, _, account = who.partition(":")
    try:
        UUID(account)
    except ValueError:
        return False
    return kind == "account"
