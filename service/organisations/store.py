"""Venues and taxi operators whose poster leads to a form that names them already."""

from datetime import datetime
from typing import Any, Final, Literal

import asyncpg
import msgspec

from service.db.sql import load_queries
from service.errors import ServiceError
from service.ids import new_organisation_code, valid_organisation_code

Kind = Literal["venue", "taxi_operator"]
LONGEST_NAME: Final = 60
"""As long as the fact of a report that the name becomes (`schemas.base.Label`)."""
_TRIES: Final = 4
_QUERIES: Final = load_queries("service.organisations", "organisations.sql")


class OrganisationUnknown(ServiceError):
    """There is no organisation of this code. `evenlode organisation list` shows those there are."""

    code = "organisation-unknown"


class OrganisationRetired(ServiceError):
    """This code was retired before: its poster leads to the plain form."""

    code = "organisation-retired"


class Organisation(msgspec.Struct, frozen=True):
    """A venue or a taxi operator. Its code is printed on a poster: no secret, and worth no more than its name."""

    code: str
    kind: Kind
    name: str
    town: str | None
    created_at: datetime
    retired_at: datetime | None = None

    @property
    def path(self) -> str:
        """Where its poster leads, under the public address."""
        return f"/{'v' if self.kind == 'venue' else 't'}/{self.code}"


async def by_code(database: asyncpg.Connection | asyncpg.Pool, typed: str, kind: Kind) -> Organisation | None:
    """The organisation of a code as it was scanned or typed, or None when none of this kind is in use."""
    code = valid_organisation_code(typed)
    row = None if code is None else await database.fetchrow(_QUERIES["by_code"], code)
    return None if row is None or row["kind"] != kind else _organisation(row)


async def any_by_code(connection: asyncpg.Connection, typed: str) -> Organisation:
    """The organisation of a code, retired or not. Raises OrganisationUnknown."""
    code = valid_organisation_code(typed)
    row = None if code is None else await connection.fetchrow(_QUERIES["any_by_code"], code)
    if row is None:
        raise OrganisationUnknown
    return _organisation(row)


async def every(connection: asyncpg.Connection) -> list[Organisation]:
    """All organisations, those in use first."""
    return [_organisation(row) for row in await connection.fetch(_QUERIES["all"])]


async def add(
    connection: asyncpg.Connection, kind: Kind, name: str, town: str | None, *, now: datetime, by: str
) -> Organisation:
    """Give an organisation a code, on the record."""
    async with connection.transaction():
        for _ in range(_TRIES):
            made = Organisation(new_organisation_code(), kind, name, town, now)
            done = await connection.execute(_QUERIES["add"], made.code, kind, name, town, now)
            if done.endswith(" 1"):
                await _record(connection, made, "organisation.added", now=now, by=by)
                return made
    raise RuntimeError("No code could be drawn that is not taken.")


async def retire(connection: asyncpg.Connection, typed: str, *, now: datetime, by: str) -> Organisation:
    """Let a code lead to the plain form from now on, on the record.

    Raises OrganisationUnknown or OrganisationRetired.
    """
    async with connection.transaction():
        organisation = await any_by_code(connection, typed)
        done = await connection.execute(_QUERIES["retire"], organisation.code, now)
        if not done.endswith(" 1"):
            raise OrganisationRetired
        await _record(connection, organisation, "organisation.retired", now=now, by=by)
    return organisation


async def _record(
    connection: asyncpg.Connection, organisation: Organisation, action: str, *, now: datetime, by: str
) -> None:
    told: dict[str, Any] = {"kind": organisation.kind, "name": organisation.name, "town": organisation.town}
    await connection.execute(_QUERIES["record_organisation"], now, by, action, organisation.code, told)


def _organisation(row: asyncpg.Record) -> Organisation:
    return msgspec.convert(dict(row), Organisation)
