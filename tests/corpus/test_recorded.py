"""The kept-back reports are decided no worse than when their figures were recorded."""

import msgspec
import pytest

from service.policy.load import load_policy
from service.settings import default_policy_folder
from tests.corpus.__main__ import RECORDED
from tests.corpus.cases import PARTS, Part, cases_of
from tests.corpus.judge import judge, score

_ROOM = 1e-9
_BETTER_WHEN_MORE = {"exact"}


def test_no_figure_of_the_kept_back_part_is_worse_than_recorded() -> None:
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, float])
    now = score(judge(cases_of("kept_back"), load_policy(default_policy_folder()))).shares()

    assert recorded.keys() == now.keys()
    worse = {
        name: (recorded[name], figure)
        for name, figure in now.items()
        if (recorded[name] - figure if name in _BETTER_WHEN_MORE else figure - recorded[name]) > _ROOM
    }
    assert worse == {}


@pytest.mark.parametrize("part", PARTS)
def test_every_judged_report_can_be_sent_as_it_stands(part: Part) -> None:
    cases = cases_of(part)

    assert len(cases) >= 300
    assert all(case.decoded().description or case.decoded().concern for case in cases)
    assert sum(case.grade == "P1" for case in cases) >= 60


def test_no_judged_report_stands_in_both_parts() -> None:
    working, kept_back = ({case.decoded().description for case in cases_of(part)} for part in PARTS)

    assert not (working & kept_back) - {""}
