"""What the README and the documents tell a stranger to type and set must be so."""

import json
import re
import tomllib
from pathlib import Path
from typing import Final

import pytest
import yaml  # type: ignore[import-untyped]

from service import problems
from service.cli.main import evenlode
from service.embedded.welcome import taxi_curl
from service.ids import valid_reference
from service.intake.examples import EXAMPLES
from service.metrics import Metrics

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
READS: Final = re.compile(
    r"""(?:environ|env)(?:\.get\(|\[)\s*"([A-Z][A-Z0-9_]+)"   # environ.get("X"), env["X"]
      | _(?:port|connections)\(\s*\w+,\s*"([A-Z][A-Z0-9_]+)"  # _port(env, "X", …)
      | prefix\w*\s*(?:,[^=]*)?=\s*"(EVENLODE_[A-Z_]+_)"      # a prefix that a recipient's code follows
      | "(EVENLODE_WEBHOOK_[A-Z]+_)"
    """,
    re.VERBOSE,
)


def variables_read() -> set[str]:
    """Every environment variable that the service or the workers read, prefixes with what follows them."""
    found = set()
    for package in ("service", "workers"):
        for module in (ROOT / package).rglob("*.py"):
            for match in READS.finditer(module.read_text(encoding="utf-8")):
                name = next(group for group in match.groups() if group)
                found.add(f"{name}<RECIPIENT>" if name.endswith("_") else name)
    return found


def documented() -> set[str]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+(?:<RECIPIENT>)?)` \|", page, re.MULTILINE))


def test_every_variable_that_is_read_is_in_the_table_of_settings_and_no_other() -> None:
    read = variables_read()
    assert read >= {"DATABASE_URL", "PORT", "EVENLODE_POLICY", "EVENLODE_WEBHOOK_SECRET_<RECIPIENT>"}
    assert documented() == read


def test_the_report_to_paste_is_the_one_that_make_run_prints() -> None:
    assert taxi_curl("http://127.0.0.1:8000") in README


def test_every_command_is_in_the_table_of_commands() -> None:
    table = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = {name.split()[1] for name in re.findall(r"^\| `(evenlode [a-z -]+)", table, re.MULTILINE)}
    assert named == set(evenlode.list_commands(None))  # type: ignore[arg-type]  # it does not look at the context


@pytest.mark.parametrize(
    "page", sorted(["README.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md"))])
)
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_every_reference_given_as_an_example_is_one_that_the_commands_take() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
    modules = [
        path for package in ("schemas", "service", "workers") for path in (ROOT / package).rglob("*.py")
    ]
    shown = {
        reference
        for path in (*pages, *modules)
        for reference in re.findall(r"\b[A-Z]{2}-\w{4}-\w{4}\b", path.read_text(encoding="utf-8"))
    }
    assert {"WO-7F3K-9MPX", "WO-ABET-JX2Y"} <= shown
    assert [one for one in shown if valid_reference(one, one.partition("-")[0]) != one] == []


def test_the_examples_of_the_api_page_are_those_that_the_service_is_tested_with() -> None:
    page = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
    bodies = [json.loads(block) for block in re.findall(r"```json\n(\{.*?\n\})\n```", page, re.DOTALL)]
    shown = {body["reporter"]: body for body in bodies if "reporter" in body}
    assert shown == EXAMPLES


def test_the_api_page_names_every_problem_that_a_sender_can_get() -> None:
    page = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| \d{3} \| `/problems/([a-z0-9-]+)`", page, re.MULTILINE))
    assert {code for code in named if not code.startswith("http-")} == {
        error.code for error in problems._PUBLIC
    }


def test_every_package_of_production_has_a_written_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")
    asked_for = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    names = {re.split(r"[><=]", package)[0] for package in asked_for}
    running, _, training = page.partition("For `make train` only")
    assert set(re.findall(r"^\| `([a-z0-9\[\]-]+)` \|", running, re.MULTILINE)) == names
    required = (ROOT / "training" / "requirements.txt").read_text(encoding="utf-8")
    for package in re.findall(r"^\| `([a-z0-9-]+)` \|", training, re.MULTILINE):
        assert f"{package}==" in required


def test_every_decision_has_its_four_parts_and_a_place_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(folder.glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
            "Alternatives",
        ], page.name
        assert f"({page.name})" in listed


def test_every_metric_in_an_alert_is_one_that_the_service_has() -> None:
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    (rules,) = re.findall(r"```yaml\n(groups:.*?)```", page, re.DOTALL)
    alerts = [rule for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]]
    assert alerts
    families = {
        f"{metric.name}{suffix}"
        for metric in Metrics().registry.collect()
        for suffix in ("", "_total", "_bucket")
    }
    for alert in alerts:
        assert set(re.findall(r"evenlode_\w+", alert["expr"])) <= families, alert["alert"]
        assert alert["alert"] in page.partition("```\n\n| alert |")[2], "each alert says what to look at"


def test_every_promise_names_tests_that_exist() -> None:
    table = README.partition("## Promises")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "kept by" not in line]
    assert len(rows) >= 9
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)`", row)
        assert named, row
        assert all((ROOT / path).exists() for path in named), row
