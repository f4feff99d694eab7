"""Due times: real minutes for the urgent grades, local working days for the others."""

from datetime import UTC, datetime

import pytest

from tests.decisions.deciding import decided

P1 = {"concern": "other", "danger_now": "yes"}
P2 = {"concern": "cse"}
P3 = {"concern": "burglary_home"}
P4 = {"concern": "fly_tipping"}


@pytest.mark.parametrize(
    ("answers", "received", "due"),
    [
        (P1, "2026-11-23T15:00:00+00:00", "2026-11-23T15:15:00+00:00"),
        (P1, "2026-12-25T03:00:00+00:00", "2026-12-25T03:15:00+00:00"),
        (P2, "2026-11-21T23:30:00+00:00", "2026-11-22T00:30:00+00:00"),
        # minutes run on across both changes of the clocks
        (P2, "2026-03-29T00:30:00+00:00", "2026-03-29T01:30:00+00:00"),
        (P2, "2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        # Monday to Tuesday; Friday, Saturday and Sunday to Monday
        (P3, "2026-11-23T15:00:00+00:00", "2026-11-24T17:00:00+00:00"),
        (P3, "2026-11-20T23:59:00+00:00", "2026-11-23T17:00:00+00:00"),
        (P3, "2026-11-21T12:00:00+00:00", "2026-11-23T17:00:00+00:00"),
        (P3, "2026-11-22T12:00:00+00:00", "2026-11-23T17:00:00+00:00"),
        # the local day counts: half past midnight on Tuesday in London is still Monday in UTC
        (P3, "2026-07-06T23:30:00+00:00", "2026-07-08T16:00:00+00:00"),
        # summer time begins and ends over the weekend in between
        (P3, "2026-03-27T12:00:00+00:00", "2026-03-30T16:00:00+00:00"),
        (P3, "2026-10-23T12:00:00+01:00", "2026-10-26T17:00:00+00:00"),
        # Christmas 2026: Boxing Day is a Saturday, its substitute the Monday; then New Year
        (P3, "2026-12-24T12:00:00+00:00", "2026-12-29T17:00:00+00:00"),
        (P3, "2026-12-31T12:00:00+00:00", "2027-01-04T17:00:00+00:00"),
        # Easter 2026: Good Friday and Easter Monday
        (P3, "2026-04-02T12:00:00+01:00", "2026-04-07T16:00:00+00:00"),
        (P4, "2026-11-23T15:00:00+00:00", "2026-11-30T17:00:00+00:00"),
        (P4, "2026-12-22T15:00:00+00:00", "2026-12-31T17:00:00+00:00"),
    ],
)
def test_a_report_is_due_by_its_grade(answers: dict[str, str], received: str, due: str) -> None:
    decision = decided(**answers, at=datetime.fromisoformat(received))

    assert decision.due == datetime.fromisoformat(due)
    assert decision.due.tzinfo is UTC
