"""`evenlode decide` and `evenlode policy check`, as a partnership uses them."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from tests.policy.editing import Edited

AT = "2026-11-23T15:00:00+00:00"
TAXI = '{"reporter":"taxi_driver","concern":"cse","happening":"now","child":"yes","anonymity":"named"}'
NUISANCE = '{"reporter":"venue","concern":"asb_nuisance","description":"Loud music again."}'


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(evenlode, arguments, input=stdin)


def test_decide_prints_one_decision_a_line_with_the_promised_keys_first(tmp_path: Path) -> None:
    file = tmp_path / "reports.ndjson"
    file.write_text(f"{TAXI}\n\n{NUISANCE}\n")

    result = run("decide", str(file), "--at", AT)

    assert result.exit_code == 0
    first, second = [msgspec.json.decode(line) for line in result.stdout.splitlines()]
    assert list(first)[:6] == ["grade", "recipients", "concerns", "reasons", "advice", "policy"]
    assert first["grade"] == "P1"
    assert [(told["code"], told["tier"]) for told in first["recipients"]] == [
        ("tvp", "D4"),
        ("child_safeguarding", "D4"),
    ]
    assert first["reasons"][0].startswith("P1d-child: ")
    assert "happening=now, ticked" in first["reasons"][0]
    assert first["advice"][0]["code"] == "ring_999"
    assert first["due"] == "2026-11-23T15:15:00Z"
    assert second["grade"] == "P4"
    assert second["concerns"] == ["asb_nuisance"]


def test_decide_reads_standard_input() -> None:
    result = run("decide", "-", "--at", AT, stdin=NUISANCE)

    assert msgspec.json.decode(result.stdout)["due"] == "2026-11-30T17:00:00Z"


def test_decide_says_what_is_wrong_with_a_line_and_goes_on() -> None:
    result = run(
        "decide", "-", stdin=f'{{"reporter":"venue","concern":"nope","childd":"yes"}}\nnonsense\n{NUISANCE}\n'
    )

    wrong, malformed, right = [msgspec.json.decode(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert wrong["error"]["code"] == "report-invalid"
    assert {fault["pointer"] for fault in wrong["error"]["errors"]} == {"/concern", "/childd"}
    assert malformed["error"]["code"] == "report-malformed"
    assert right["grade"] == "P4"


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-23T15:00:00"])
def test_decide_asks_for_a_time_with_its_offset(moment: str) -> None:
    result = run("decide", "-", "--at", moment, stdin=NUISANCE)

    assert result.exit_code == 2
    assert "with its offset" in result.stderr


def test_decide_uses_the_policy_it_is_given(edited: Edited) -> None:
    edited.replace("concerns.toml", 'family = "nuisance"\ngroups = ["antisocial"]', 'family = "crime"')

    result = run(
        "decide",
        "-",
        "--policy",
        str(edited.folder),
        stdin=NUISANCE.replace("asb_nuisance", "drug_use_nuisance"),
    )

    assert msgspec.json.decode(result.stdout)["grade"] == "P3"


def test_decide_refuses_a_bad_policy_in_one_sentence_a_fault(edited: Edited) -> None:
    line = edited.replace("rules.toml", 'danger_now = "yes"', 'danger_now = "yse"')

    result = run("decide", "-", "--policy", str(edited.folder), stdin=NUISANCE)

    assert result.exit_code == 1
    assert f"rules.toml:{line}:" in result.stderr
    assert result.stdout == ""


def test_decide_runs_as_a_command_without_database_or_broker(tmp_path: Path) -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "evenlode", "decide", "-"],
        input=TAXI,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
        check=True,
    )

    assert msgspec.json.decode(ran.stdout)["grade"] == "P1"
    assert list(tmp_path.iterdir()) == []


def test_policy_check_says_what_is_in_a_good_policy(edited: Edited) -> None:
    result = run("policy", "check", str(edited.folder))

    assert result.exit_code == 0
    assert "is in order" in result.stdout
    assert "48 concerns" in result.stdout


def test_policy_check_uses_the_policy_of_the_settings_by_default() -> None:
    assert run("policy", "check").exit_code == 0


def test_policy_check_lists_the_faults_of_a_bad_one(edited: Edited) -> None:
    line = edited.replace("rules.toml", 'danger_now = "yes"', 'danger_now = "yse"')

    result = run("policy", "check", str(edited.folder))

    assert result.exit_code == 1
    assert f"rules.toml:{line}: 'danger_now' is never 'yse'" in result.stderr
    assert "1 fault: this policy cannot be used." in result.stderr
