"""A partnership's desk for tests: an intake, accounts that are signed in, and transactions of each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from service.access.acting import acting
from service.access.actor import Actor, TeamRole
from service.access.tokens import new_token, token_hash
from service.db.pool import open_pool
from service.ids import uuid7
from service.intake.accept import Intake
from service.intake.decode import decode_report
from service.intake.store import ReportStore
from service.keys import KeyRing
from service.policy.model import Policy
from service.settings import Secret
from service.triage.case import Case, begin
from tests.builders import report

ASB: dict[str, Any] = {"concern": "asb_personal", "happening": "older", "targeted": "yes"}
"""Goes to the ASB team alone, as P3."""
KNIFE: dict[str, Any] = {"concern": "weapons", "weapon": "used", "happening": "now", "danger_now": "yes"}
"""A P1: goes to the police, and the coordination desk sees that there is one."""
SPIKED: dict[str, Any] = {"concern": "spiking_drink", "happening": "last_24h"}
"""Goes to the police, and as a summary to Nightsafe."""
UNTOLD: dict[str, Any] = {"concern": "other"}
"""Is routed to nobody."""


class TriageDesk:
    """Reports come in through the real intake; people act as the database knows them."""

    def __init__(self, policy: Policy, ring: KeyRing, pool: asyncpg.Pool, owner: asyncpg.Connection) -> None:
        self.policy = policy
        self.ring = ring
        self.pool = pool
        self.owner = owner
        self.now = datetime.now(UTC)
        store = ReportStore(pool, reference_prefix=policy.partnership.reference_prefix)
        self.intake = Intake(policy=policy, store=store, ring=ring, clock=lambda: self.now)
        self.receipts: dict[str, str] = {}
        self._people = 0

    async def reported(self, facts: dict[str, Any] | None = None, **answers: Any) -> str:
        """Send a report; returns its reference."""
        body = msgspec.json.encode(report(**{"kind": "rural_resident", **(facts or ASB), **answers}))
        accepted = await self.intake.accept(decode_report(body), body, None)
        self.receipts[accepted.reference] = accepted.receipt
        return accepted.reference

    async def person(self, office: str | None = None, **teams: TeamRole) -> Actor:
        """Somebody signed in, with a role in each of some teams."""
        self._people += 1
        account, session, token = uuid7(self.now), uuid7(self.now), new_token()
        name = f"Person {self._people}"
        await self.owner.execute(
            "INSERT INTO account (id, email, name, office) VALUES ($1, $2, $3, $4)",
            account,
            f"{account}@example.org",
            name,
            office,
        )
        for team, role in teams.items():
            await self.owner.execute(
                "INSERT INTO team (code, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", team
            )
            await self.owner.execute(
                "INSERT INTO membership (account_id, team, role) VALUES ($1, $2, $3)", account, team, role
            )
        expires = datetime.now(UTC) + timedelta(hours=12)
        await self.owner.execute(
            "INSERT INTO session (id, token_hash, account_id, method, device, expires_at)"
            " VALUES ($1, $2, $3, 'password', 'test', $4)",
            session,
            token_hash(token),
            account,
            expires,
        )
        return Actor(
            account=account,
            name=name,
            office=None if office is None else msgspec.convert(office, Any),
            teams=teams,
            session=session,
            token=Secret(token),
            expires_at=expires,
        )

    @asynccontextmanager
    async def of(self, actor: Actor) -> AsyncIterator[asyncpg.Connection]:
        """A transaction of the actor."""
        async with acting(self.pool, actor) as connection:
            yield connection

    @asynccontextmanager
    async def case(
        self, actor: Actor, reference: str, version: int | None = None, team: str | None = None
    ) -> AsyncIterator[tuple[asyncpg.Connection, Case]]:
        """A transaction of the actor with a case under change; at its present version unless another is given."""
        async with acting(self.pool, actor) as connection:
            if version is None:
                version = await self.version(reference)
            yield connection, await begin(connection, actor, reference, version, team=team)

    async def version(self, reference: str) -> int:
        """The version a report is at."""
        return await self.owner.fetchval(
            "SELECT coalesce((SELECT version FROM report_case JOIN report_handle USING (report_id)"
            " WHERE reference = $1), 0)",
            reference,
        )

    async def id_of(self, reference: str) -> Any:
        """The report's id."""
        return await self.owner.fetchval(
            "SELECT report_id FROM report_handle WHERE reference = $1", reference
        )

    async def items(self, reference: str) -> dict[str, asyncpg.Record]:
        """The report's place in each team's queue."""
        rows = await self.owner.fetch("SELECT * FROM queue_item WHERE reference = $1", reference)
        return {row["team"]: row for row in rows}

    async def linked(self, one: str, other: str, kind: str, told: dict[str, Any]) -> None:
        """Link two reports, as examining them does."""
        first, second = sorted([await self.id_of(one), await self.id_of(other)])
        await self.owner.execute(
            "INSERT INTO link (id, first, second, kind, strength, detail, made_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, 60, $4, date_trunc('minute', now()))",
            first,
            second,
            kind,
            {"keys": [], "told": told},
        )

    async def at_one_place(self, *references: str) -> None:
        """Have reports be known again by the same address."""
        for reference in references:
            await self.owner.execute(
                "INSERT INTO identifier VALUES ($1, 'address', 'a house')", await self.id_of(reference)
            )

    async def record(self, action: str) -> list[asyncpg.Record]:
        """What the audit says of an action."""
        return await self.owner.fetch("SELECT * FROM audit_event WHERE action = $1 ORDER BY seq", action)


@asynccontextmanager
async def a_desk(
    url: str, owner: asyncpg.Connection, policy: Policy, ring: KeyRing
) -> AsyncIterator[TriageDesk]:
    """A desk on a database of its own."""
    pool = await open_pool(url, role="evenlode_web", size=4)
    yield TriageDesk(policy, ring, pool, owner)
    await pool.close()
