"""The count over all reports: complaints towards Case Reviews, and clusters. Re-runnable: twice is as good as once.

`reckon` reads and computes, `count_patterns` also keeps what was found. Everything kept has a day or a minute as its
finest time, since a count follows reports closely, and none of an anonymous report may be told from it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from service.clock import to_the_minute
from service.errors import PolicyError
from service.ids import uuid7
from service.patterns.case_review import (
    CaseReviewRule,
    Limb,
    count_different_people,
    count_one_person,
    months_after,
)
from service.patterns.clusters import Cluster, ClusterRule, PlaceKind, find_clusters, narrowest, tallied
from service.patterns.told import PLACES, Told, complaint_of, query, read_told, sighting_of
from service.policy.read import PolicyFiles

_ACTOR: Final = "patterns"


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """By what to count: whose days, which concerns are grave, and the rules."""

    zone: ZoneInfo
    grave: frozenset[str]
    review: CaseReviewRule = CaseReviewRule()
    clusters: ClusterRule = msgspec.field(default_factory=ClusterRule)


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One person's complaints, or those about one place, near or at the threshold.

    `subject` is a mark or a hash: it is known again and says nothing. `ids` are the reports by reference.
    """

    limb: Limb
    subject_kind: str
    subject: bytes
    ids: dict[str, UUID]


class Reckoned(msgspec.Struct, frozen=True, kw_only=True):
    """What one count came to. `lively` are places and concerns with a report in the window."""

    as_of: date
    reports: int
    reviews: list[Review]
    clusters: list[Cluster]
    lively: frozenset[tuple[PlaceKind, bytes, str]]


class ListedCluster(msgspec.Struct, frozen=True, kw_only=True):
    """An open cluster as a coordinator sees it."""

    id: UUID
    place_kind: PlaceKind
    concern: str
    reports: int
    expected: float
    chance: float
    found_on: date
    counted_on: date
    told: list[str]


def counting_of(folder: Path) -> Counting:
    """How to count under the policy of a folder. Raises PolicyError when it cannot be read."""
    files = PolicyFiles(folder)
    written = files.written()
    if files.faults or written.partnership is None:
        raise PolicyError("\n".join(str(fault) for fault in sorted(set(files.faults))))
    rule = ClusterRule()
    grave = {located.entry.code for located in written.concerns if located.entry.family == "serious_harm"}
    return Counting(
        zone=ZoneInfo(written.partnership.entry.timezone),
        grave=frozenset(rule.together.get(code, code) for code in grave),
        clusters=rule,
    )


async def reckon(connection: asyncpg.Connection, as_of: date, counting: Counting) -> Reckoned:
    """Count as on one day. Reads only; `as_of` is a local day and may be past."""
    rule = counting.clusters
    back = max(months_after(as_of, -counting.review.months - 1), date.min)
    since = min(back, date.fromordinal(as_of.toordinal() - rule.past_days - rule.window_days))
    told = await read_told(connection, since)
    sightings = [one for report in told if (one := sighting_of(report, counting.zone)) is not None]
    tallies, past_days = tallied(sightings, as_of, rule)
    found = find_clusters(tallies, past_days=past_days, rule=rule, grave=counting.grave)
    return Reckoned(
        as_of=as_of,
        reports=len(told),
        reviews=reviews(told, as_of, counting),
        clusters=narrowest(found),
        lively=frozenset((one.place_kind, one.place, one.concern) for one in tallies if one.recent),
    )


def reviews(told: Iterable[Told], as_of: date, counting: Counting) -> list[Review]:
    """Who and what is at or near a threshold, the nearest first. Of places with the same reports, the narrowest."""
    rule = counting.review
    by_person: dict[bytes, list[Told]] = defaultdict(list)
    by_place: dict[tuple[str, bytes], list[Told]] = defaultdict(list)
    for one in told:
        if one.person is not None:
            by_person[one.person].append(one)
        for kind in PLACES:
            for place in one.places.get(kind, ()):
                by_place[kind, place].append(one)
    found = []
    for person, theirs in by_person.items():
        limb = count_one_person([complaint_of(one, counting.zone) for one in theirs], as_of, rule)
        found += _near(limb, "reporter", person, theirs, rule)
    shown: set[frozenset[str]] = set()
    for kind, place in sorted(by_place, key=lambda subject: (PLACES.index(subject[0]), subject[1])):
        there = by_place[kind, place]
        limb = count_different_people([complaint_of(one, counting.zone) for one in there], as_of, rule)
        counted = frozenset(one.reference for one in limb.reports if one.verdict == "counted")
        near = _near(limb, kind, place, there, rule)
        if near and not any(counted <= narrower for narrower in shown):
            shown.add(counted)
            found += near
    return sorted(found, key=lambda one: (one.limb.short, one.limb.name, one.subject_kind, one.subject))


def _near(limb: Limb, kind: str, subject: bytes, told: Iterable[Told], rule: CaseReviewRule) -> list[Review]:
    if limb.short > rule.near or not limb.counted:
        return []
    # What has nothing to do with antisocial behaviour is nobody's business here.
    limb = msgspec.structs.replace(limb, reports=[one for one in limb.reports if one.verdict != "not_asb"])
    of_interest = {one.reference for one in limb.reports}
    ids = {one.reference: one.id for one in told if one.reference in of_interest}
    return [Review(limb=limb, subject_kind=kind, subject=subject, ids=ids)]


async def count_patterns(connection: asyncpg.Connection, now: datetime, counting: Counting) -> int:
    """Count as of today and keep it, in one transaction; returns how many reviews and clusters there are.

    The connection works as evenlode_pattern, with the codecs of `prepare_connection`. Two counts take turns. What is
    newly reached or found goes on the record, once.
    """
    moment = to_the_minute(now)
    async with connection.transaction():
        await connection.execute(query("one_at_a_time"))
        reckoned = await reckon(connection, now.astimezone(counting.zone).date(), counting)
        await _keep_reviews(connection, reckoned, moment)
        await _keep_clusters(connection, reckoned, moment)
    return len(reckoned.reviews) + len(reckoned.clusters)


async def last_examined(connection: asyncpg.Connection) -> datetime | None:
    """The minute in which a report was last examined; None when none was."""
    moment: datetime | None = await connection.fetchval(query("last_examined"))
    return moment


async def listed_clusters(connection: asyncpg.Connection, limit: int) -> list[ListedCluster]:
    """Open clusters, the least likely first."""
    return [ListedCluster(**row) for row in await connection.fetch(query("listed_clusters"), limit)]


async def record_reading(
    connection: asyncpg.Connection, now: datetime, actor: str, what: str, shown: int
) -> None:
    """Put on the record that somebody looked: `what` is "case_review" or "cluster"."""
    await connection.execute(query("record"), now, actor, f"{what}.read", what, {"shown": shown})


async def _keep_reviews(connection: asyncpg.Connection, reckoned: Reckoned, moment: datetime) -> None:
    rows = [
        {
            "id": uuid7(moment),
            "limb": one.limb.name,
            "subject_kind": one.subject_kind,
            "subject": one.subject,
            "counted": one.limb.counted,
            "needed": one.limb.needed,
            "verdicts": {str(one.ids[report.reference]): report.verdict for report in one.limb.reports},
        }
        for one in reckoned.reviews
    ]
    kept = await connection.fetch(query("keep_reviews"), rows, reckoned.as_of)
    ids = [row["id"] for row in kept]
    await connection.execute(query("forget_reviews"), ids)
    await connection.execute(query("clear_verdicts"), ids)
    verdicts = [
        (row["id"], UUID(report), verdict)
        for row in kept
        for report, verdict in cast("dict[str, str]", row["verdicts"]).items()
    ]
    await connection.execute(
        query("keep_verdicts"),
        [review for review, _, _ in verdicts],
        [report for _, report, _ in verdicts],
        [verdict for _, _, verdict in verdicts],
    )
    for row in kept:
        if row["newly_reached"]:
            detail = {"limb": row["limb"], "counted": row["counted"], "needed": row["needed"]}
            await connection.execute(
                query("record"), moment, _ACTOR, "case_review.reached", str(row["id"]), detail
            )


async def _keep_clusters(connection: asyncpg.Connection, reckoned: Reckoned, moment: datetime) -> None:
    quiet = [
        row["id"]
        for row in await connection.fetch(query("open_clusters"))
        if (row["place_kind"], row["place"], row["concern"]) not in reckoned.lively
    ]
    await connection.execute(query("end_clusters"), quiet, reckoned.as_of)
    given = {uuid7(moment): one for one in reckoned.clusters}
    rows = [
        {
            "id": new,
            "place_kind": one.tally.place_kind,
            "place": one.tally.place,
            "concern": one.tally.concern,
            "reports": one.tally.recent,
            "expected": one.expected,
            "chance": one.chance,
        }
        for new, one in given.items()
    ]
    kept = await connection.fetch(query("keep_clusters"), rows, reckoned.as_of)
    pairs = [(row["id"], report) for row in kept for report in sorted(given[row["given"]].tally.reports)]
    await connection.execute(
        query("keep_cluster_reports"), [cluster for cluster, _ in pairs], [report for _, report in pairs]
    )
    for row in kept:
        if row["id"] == row["given"]:
            one = given[row["given"]]
            detail = {"concern": one.tally.concern, "reports": one.tally.recent}
            await connection.execute(query("record"), moment, _ACTOR, "cluster.found", str(row["id"]), detail)
