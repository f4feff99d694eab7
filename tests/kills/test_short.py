"""The short form of the kill rounds: five processes die one after the other under load, and nothing is lost."""

import pytest

from tests.kills.rounds import Campaign
from tests.kills.stack import running_stack


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_promises_1_2_and_3_nothing_is_lost_when_processes_are_killed_under_load() -> None:
    with running_stack() as stack:
        done = await Campaign(stack, seed=1).rounds(["urgent", "postgresql", "valkey", "relay", "web"])
    found = done[-1].findings
    assert found.faults == []
    assert found.balanced
    assert found.accepted == found.stored
    assert found.made == found.delivered
    assert all(one.findings.accepted > 0 for one in done), "a round without load shows nothing"
    assert sum(one.repeats for one in done) > 0, "no client ever noticed a kill"
