"""Pubs of one name in several towns are several places."""

from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from service.keys import load_key_ring
from service.patterns.examine import Examiner
from service.policy.model import Policy
from tests.patterns.counting import counted, summary
from tests.patterns.reporting import Town

_EVERY_SECOND_VILLAGE: Final = ("Witney", "Eynsham", "Chipping Norton", "Bampton", "Burford")


@pytest.mark.parametrize(
    ("towns", "told_apart"),
    [
        (_EVERY_SECOND_VILLAGE, True),
        (("Witney",) * 5, False),
        (("Witney", None, "Witney", None, None), False),  # the only town that anybody says
        ((None,) * 5, False),
    ],
)
async def test_pubs_of_one_name_are_told_apart_by_their_towns(
    town: Town,
    pattern: asyncpg.Connection,
    policy: Policy,
    tmp_path: Path,
    towns: tuple[str | None, ...],
    told_apart: bool,
) -> None:
    for number, village in enumerate(towns):
        where: dict[str, Any] = {} if village is None else {"location": {"town": village}}
        venue = [{"kind": "venue", "value": "The Red Lion"}]
        await town.tells(
            "2026-07-10", phone=f"00{number}", identifiers=venue, description=f"Fighting, {number}.", **where
        )
        await town.tells(
            f"2026-07-1{number}", reporter="venue", concern="spiking_drink", venue="The Red Lion", **where
        )
    await Examiner(pattern, policy=policy, ring=load_key_ring(tmp_path / "keys.json"), now=town.now).run()
    reckoned = await counted(pattern, "2026-07-15")
    assert [one.tally.place_kind for one in reckoned.clusters] == ([] if told_apart else ["venue"])
    assert summary(reckoned) == ([] if told_apart else [("different_people", "venue", 5, True)])


async def test_a_pub_without_its_town_is_none_of_several_of_its_name(
    town: Town, pattern: asyncpg.Connection, policy: Policy, tmp_path: Path
) -> None:
    for number, told in enumerate(
        ("in Witney", "in Witney", "in Witney", "in Witney", "in Burford", "again")
    ):
        words = f"Fighting number {number} at The Red Lion {told}."
        await town.tells("2026-07-10", phone=f"00{number}", description=words)
    await Examiner(pattern, policy=policy, ring=load_key_ring(tmp_path / "keys.json"), now=town.now).run()
    assert summary(await counted(pattern, "2026-07-15")) == [("different_people", "venue", 4, False)]
