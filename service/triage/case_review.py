"""Opening an ASB Case Review by a person, with the arithmetic as it was counted (domain notes 4.1)."""

from typing import Any
from uuid import UUID

import asyncpg

from service.triage.case import Case, must_see_record, step
from service.triage.store import query


async def counts(connection: asyncpg.Connection, report_id: UUID) -> list[dict[str, Any]]:
    """What was last counted of this report, each with the reports that went into it which the actor may see."""
    rows = await connection.fetch(query("reviews"), report_id)
    return [
        {
            "limb": row["limb"],
            "subject_kind": row["subject_kind"],
            "counted_on": row["counted_on"].isoformat(),
            "counted": row["counted"],
            "needed": row["needed"],
            "reached": row["reached_on"] is not None,
            "reports": row["reports"] or {},
        }
        for row in rows
    ]


async def open_case_review(connection: asyncpg.Connection, case: Case, note: str = "") -> int:
    """Open a Case Review; the arithmetic advises and never hinders. Returns the version; raises TierTooLow."""
    must_see_record(case)
    counted = await counts(connection, case.report_id)
    return await step(connection, case, "case_review_opened", counts=counted, note=note.strip()[:1000])
