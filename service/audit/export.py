"""Handing the record on to another system, from a position on; that it was done is on the record too."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.audit import AuditLine, EcsVersion, Evenlode, Event, User
from service.db.sql import load_queries

MOST: Final = 1000
"""Entries a call."""
_QUERIES: Final = load_queries("service.audit", "export.sql")
_ACCOUNT: Final = "account:"
_OWN: Final = "audit.exported"
_ECS: Final = EcsVersion()
_CATEGORY: Final[Mapping[str, list[str]]] = {
    "account": ["iam"],
    "api_key": ["iam"],
    "team": ["iam"],
    "session": ["authentication", "session"],
    "sign_in": ["authentication"],
    "policy": ["configuration"],
    "organisation": ["configuration"],
    "request": ["web"],
}
"""ECS `event.category` by the first part of an action; everything else is about what is stored."""
_TYPE: Final[Mapping[str, str]] = {
    "read": "access",
    "opened": "access",
    "searched": "access",
    "explained": "access",
    "revealed": "access",
    "downloaded": "access",
    "exported": "access",
    "verified": "access",
    "disclosed": "access",
    "refused": "denied",
    "accepted": "creation",
    "added": "creation",
    "started": "start",
    "ended": "end",
}
"""ECS `event.type` by the last part of an action; everything else is a change."""
_CODES: Final = frozenset(
    {
        "anonymity", "approved_by", "as", "cause", "decision", "entries", "factor", "form", "found", "from",
        "grade", "head", "kind", "message", "method", "other", "outcome", "package", "path", "policy", "recipient",
        "reference", "refused", "reveal", "scopes", "sha256", "shown", "team", "tier", "to", "told", "until",
    }
)  # fmt: skip
"""Details that are codes, numbers or ids; what is not listed may be words and stays here."""
_WHY_IS_A_CODE: Final = frozenset({"session.ended", "request.refused"})


def line_of(entry: Mapping[str, Any]) -> AuditLine:
    """An entry as it is exported: without any words of a person."""
    action: str = entry["action"]
    first, _, last = action.partition(".")
    ending = last.rsplit("_", 1)[-1]
    actor: str = entry["actor"]
    return AuditLine(
        timestamp=entry["at"],
        ecs=_ECS,
        event=Event(
            action=action,
            category=_CATEGORY.get(first, ["database"]),
            type=[_TYPE.get(ending, "change")],
            outcome="failure" if ending == "refused" else "success",
            sequence=entry["seq"],
            hash=entry["hash"].hex(),
        ),
        user=User(actor.removeprefix(_ACCOUNT)) if actor.startswith(_ACCOUNT) else None,
        evenlode=Evenlode(
            actor=actor, subject=_code(entry["subject"]), detail=_codes(action, entry["detail"])
        ),
    )


async def exported(
    connection: asyncpg.Connection, after: int, *, by: str, most: int = MOST
) -> list[AuditLine]:
    """Up to `most` entries after a position, the oldest first; none when there are no more.

    `by` is put on the record with how far it went, but for a fetch that found nothing besides such entries: it would
    give the next one something to fetch for ever.
    """
    rows = await connection.fetch(_QUERIES["after"], after, most)
    if any(row["action"] != _OWN for row in rows):
        await connection.execute(
            _QUERIES["exported"], by, {"from": rows[0]["seq"], "until": rows[-1]["seq"], "entries": len(rows)}
        )
    return [line_of(row) for row in rows]


def _codes(action: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    allowed = _CODES | {"why"} if action in _WHY_IS_A_CODE else _CODES
    return {name: value for name, value in detail.items() if name in allowed and _is_code(value)}


def _is_code(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_code(one) for one in value)
    return isinstance(value, (int, str)) and len(str(value)) <= 200


def _code(subject: str) -> str:
    """What an entry is about: an id, or one word. Anything longer may be somebody's words."""
    try:
        return str(UUID(subject))
    except ValueError:
        return subject if len(subject) <= 60 and " " not in subject else "other"
