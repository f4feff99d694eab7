"""Counting over stored reports under the shipped policy, and what it came to in short."""

from datetime import date
from typing import Final

import asyncpg

from service.patterns.counts import Counting, Reckoned, counting_of, reckon
from service.settings import default_policy_folder

COUNTING: Final[Counting] = counting_of(default_policy_folder())


async def counted(pattern: asyncpg.Connection, day: str) -> Reckoned:
    return await reckon(pattern, date.fromisoformat(day), COUNTING)


def summary(reckoned: Reckoned) -> list[tuple[str, str, int, bool]]:
    return [(one.limb.name, one.subject_kind, one.limb.counted, one.limb.reached) for one in reckoned.reviews]
