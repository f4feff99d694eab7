"""The texts the reader learns from: every label is a fact, and labels and policy lead to the grade a judge gave."""

from pathlib import Path

import pytest

from service.policy.load import load_policy
from service.settings import default_policy_folder
from training.check import check
from training.reports import FOLDER, KEPT, read_reports
from training.sentences import read_sentences


def test_every_sentence_has_labels_that_are_facts() -> None:
    sentences = read_sentences()

    assert len(sentences) > 10_000
    assert len({one.text for one in sentences}) > 0.99 * len(sentences)


@pytest.mark.parametrize("folder", [FOLDER, KEPT], ids=lambda folder: folder.name)
def test_the_labels_of_every_report_lead_to_the_grade_it_was_judged_to_have(folder: Path) -> None:
    files = sorted(folder.glob("*.tsv"))
    checked = check(read_reports(*files), load_policy(default_policy_folder()))

    assert checked
    assert [one.judged.where for one in checked if one.decision.grade != one.judged.grade] == []


def test_no_report_is_learnt_from_and_kept_to_choose_by_at_once() -> None:
    learnt = {one.report.description for one in read_reports(*sorted(FOLDER.glob("*.tsv")))}
    kept = {one.report.description for one in read_reports(*sorted(KEPT.glob("*.tsv")))}

    assert not learnt & kept


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("P2\tvenue\tnot_sure\t-\tchild=yes", "6 fields"),
        ("P5\tvenue\tnot_sure\t-\t-\tA text.", "'P5' is no grade"),
        ("P2\tvenue\tnot_sure\t-\tchild=perhaps\tA text.", "'child=perhaps' is not a fact"),
        ("P2\tvenue\tnot_sure\thappening=soon\t-\tA text.", "do not make a report"),
    ],
)
def test_a_bad_line_is_named_with_its_file_and_number(tmp_path: Path, line: str, fault: str) -> None:
    file = tmp_path / "bad.tsv"
    file.write_text(f"# A heading\n{line}\n", encoding="utf-8")

    with pytest.raises(ValueError, match=rf"bad\.tsv:2: .*{fault}"):
        read_reports(file)
