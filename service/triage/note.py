"""Notes among coordinators, and tags."""

import re
from typing import Final

import asyncpg
import msgspec

from service.triage.case import Case, step
from service.triage.errors import WrongValue

MOST_NOTE: Final = 4000
MOST_TAGS: Final = 12
_TAG: Final = re.compile(r"[a-z0-9][a-z0-9 -]{0,29}")


async def note(connection: asyncpg.Connection, case: Case, text: str, *, shared: bool = False) -> int:
    """Write a note: for one's own team, or `shared` with every team that may see the record. Returns the version.

    Raises WrongValue for an empty or overlong one.
    """
    told = text.strip()
    if not told or len(told) > MOST_NOTE:
        raise WrongValue(f"A note has 1 to {MOST_NOTE:,} characters.")
    return await step(connection, case, "noted", shared=shared, text=told)


async def tag(connection: asyncpg.Connection, case: Case, tags: list[str]) -> int:
    """Set the team's tags of a report, in place of those it had. Returns the version; raises WrongValue."""
    wanted = list(dict.fromkeys(" ".join(one.lower().split()) for one in tags))
    if len(wanted) > MOST_TAGS or not all(_TAG.fullmatch(one) for one in wanted):
        raise WrongValue(
            f"A tag has up to 30 letters, digits, spaces and dashes; a report up to {MOST_TAGS}."
        )
    item = msgspec.structs.replace(case.item, tags=wanted)
    return await step(connection, case, "tagged", item=item, shared=False, tags=wanted)
