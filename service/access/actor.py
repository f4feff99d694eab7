"""Who acts: somebody signed in, as the database knows them by their session."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from service.settings import Secret

TeamRole = Literal["coordinator", "lead"]
Office = Literal["auditor", "administrator"]
Role = Literal["coordinator", "lead", "auditor", "administrator"]
ROLES: Final[tuple[Role, ...]] = ("coordinator", "lead", "auditor", "administrator")
COORDINATION: Final = "coordination"
"""The partnership's own desk: the one team that is no recipient. It also sees what was routed to nobody."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in, for the length of one request.

    What it holds decides what is shown and offered. What may be read or changed is decided by the database, which
    finds the same account by the token (migration 0010).
    """

    account: UUID
    name: str
    office: Office | None
    teams: Mapping[str, TeamRole]
    """The role in each team, by the team's code."""
    session: UUID
    token: Secret
    expires_at: datetime

    @property
    def roles(self) -> frozenset[str]:
        """Every role held anywhere. Who leads a team is a coordinator of it as well."""
        held: set[str] = set(self.teams.values())
        if "lead" in held:
            held.add("coordinator")
        return frozenset(held if self.office is None else {*held, self.office})

    @property
    def on_record(self) -> str:
        """How the audit names this account; the same as `actor_record` of migration 0010 writes."""
        return f"account:{self.account}"
