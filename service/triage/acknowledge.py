"""The team has seen it: what stops the alarm of a P1 and the escalation to the next contact."""

import asyncpg
import msgspec

from service.triage.case import Case, step
from service.triage.errors import NotPossibleNow


async def acknowledge(connection: asyncpg.Connection, case: Case) -> int:
    """Say that the team has the report at its present grade. Returns the version; raises NotPossibleNow."""
    if case.item.state != "new":
        raise NotPossibleNow("Your team has acknowledged this report.")
    item = msgspec.structs.replace(case.item, state="acknowledged")
    return await step(connection, case, "acknowledged", item=item, grade=case.grade)
