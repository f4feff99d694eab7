"""What stands around a report on its page: photos, who opened it, what else was told of its place, clusters, merges."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from service.triage.case_review import counts
from service.triage.errors import CaseNotFound
from service.triage.store import query

_MOST_NEAR: Final = 12


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A photo of a report: its size in bytes, and when it came."""

    id: UUID
    kind: str
    size: int
    added_at: datetime


class Nearby(msgspec.Struct, frozen=True, kw_only=True):
    """Another report of the place. `kind` is the narrowest that they share, from an address to a cell of the map."""

    reference: str
    grade: int
    concerns: list[str]
    received_at: datetime
    state: str
    kind: str
    location: dict[str, Any] | None


class InCluster(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster that the report is in: more than a place's own past lets expect (docs/clusters.md).

    `reports` is how many were counted, `others` those of them that the actor may see.
    """

    id: UUID
    place_kind: str
    concern: str
    reports: int
    expected: float
    found_on: date
    counted_on: date
    ended_on: date | None
    others: list[str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The actor's own request to know who reported, while it holds."""

    asked_at: datetime
    approved_at: datetime | None
    reason: str


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as far as the actor may see it. Below tier D3 most is empty, since row security shows none of it.

    `linked` are the places of linked reports by their reference. `goes_on` is the report that this one was merged into,
    `merged_in` are those that were merged into it. `openings` tell when somebody of a team first opened the report,
    `reviews` what was last counted towards an ASB Case Review (`service.triage.case_review`).
    """

    files: list[FileLine]
    nearby: list[Nearby]
    linked: Mapping[str, dict[str, Any] | None]
    clusters: list[InCluster]
    openings: Mapping[str, datetime]
    goes_on: str | None
    merged_in: list[str]
    asked: Asked | None
    reviews: list[dict[str, Any]]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague's request to know who reported, waiting for a lead."""

    id: UUID
    team: str
    asked_by: UUID
    asked_at: datetime
    reason: str
    reference: str


async def surroundings(
    connection: asyncpg.Connection, reference: str, merged_into: UUID | None
) -> Surroundings:
    """What stands around a report that the actor has read. Raises CaseNotFound."""
    report_id = await connection.fetchval(query("report_of"), reference)
    if report_id is None:
        raise CaseNotFound

    async def rows(name: str, *given: Any) -> list[dict[str, Any]]:
        return [dict(one) for one in await connection.fetch(query(name), report_id, *given)]

    merged = await rows("merged_with", merged_into)
    asked = await connection.fetchrow(query("own_request"), report_id)
    return Surroundings(
        files=[FileLine(**one) for one in await rows("files")],
        nearby=[Nearby(**one) for one in await rows("same_place", _MOST_NEAR)],
        linked={one["reference"]: one["location"] for one in await rows("linked_places")},
        clusters=[InCluster(**one) for one in await rows("clusters")],
        openings={one["team"]: one["opened_at"] for one in await rows("openings")},
        goes_on=next((one["reference"] for one in merged if one["goes_on"]), None),
        merged_in=[one["reference"] for one in merged if not one["goes_on"]],
        asked=None if asked is None else Asked(**asked),
        reviews=await counts(connection, report_id),
    )


async def photo(connection: asyncpg.Connection, reference: str, file: UUID) -> tuple[int, str, bytes]:
    """A photo of a report whose record the actor may see: its place, kind and content. That it was opened is recorded.

    Raises CaseNotFound, for one of another report as for one that does not exist.
    """
    row = await connection.fetchrow(query("file"), reference, file)
    if row is None:
        raise CaseNotFound("There is no such photo in your teams' reports.")
    await connection.execute(query("file_opened"), row["report_id"], file, reference)
    return row["place"], row["kind"], row["content"]


async def requests(connection: asyncpg.Connection) -> list[Request]:
    """The requests that wait for the actor as a lead, the oldest first."""
    return [Request(**row) for row in await connection.fetch(query("requests"))]
