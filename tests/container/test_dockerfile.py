"""What the Dockerfile promises, read from the file itself. No image is built here."""

import fnmatch
import json
import re
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TEXT: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LINES: Final = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
STEPS: Final = [(line.split()[0], line.partition(" ")[2].strip()) for line in LINES if line.strip()]
LAST: Final = max(place for place, (word, _) in enumerate(STEPS) if word == "FROM")


def given(word: str, *, final: bool = True) -> list[str]:
    """What a Dockerfile instruction was given, in the last stage or in the whole file."""
    return [rest for name, rest in (STEPS[LAST:] if final else STEPS) if name == word]


def test_both_stages_begin_with_the_base_image_that_a_builder_can_choose() -> None:
    assert STEPS[0] == ("ARG", "BASE_IMAGE=python:3.13-slim-trixie")
    assert [rest.split()[0] for rest in given("FROM", final=False)] == ["${BASE_IMAGE}"] * 2


def test_the_process_is_not_root_and_has_a_number_that_stays() -> None:
    assert given("USER") == ["10001:10001"]
    after = STEPS[max(place for place, (word, _) in enumerate(STEPS) if word == "USER") :]
    assert not [word for word, _ in after if word in {"RUN", "COPY", "ADD"}]


def test_the_packages_are_the_locked_ones_without_those_for_development_or_for_one_machine() -> None:
    syncs = [rest for rest in given("RUN", final=False) if "uv sync" in rest]
    assert syncs
    assert all("--locked" in sync and "--no-dev" in sync and "--no-editable" in sync for sync in syncs)
    assert not [sync for sync in syncs if "--extra" in sync or "--all-extras" in sync]


def test_nothing_is_fetched_but_packages_from_the_index() -> None:
    assert not given("ADD", final=False)
    assert not re.search(r"\b(?:curl|wget|apt-get|https?://)", "\n".join(given("RUN", final=False)))


def test_the_image_and_make_use_the_same_release_of_uv() -> None:
    bootstrap = (ROOT / "tools" / "bootstrap.py").read_text(encoding="utf-8")
    found = re.search(r'^UV = "(.+)"$', bootstrap, re.MULTILINE)
    assert found is not None
    assert f"UV_VERSION={found[1]}" in given("ARG", final=False)


def test_the_label_says_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"VERSION={project['version']}" in given("ARG")
    assert f'licenses="{project["license"]}"' in given("LABEL")[0]


def test_health_is_asked_by_python_since_the_image_has_no_other_client() -> None:
    (check,) = given("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command == ["python", "/opt/evenlode/health.py", "web"]
    assert "container/health.py /opt/evenlode/health.py" in given("COPY")


def test_the_web_is_asked_to_stop_by_the_signal_it_listens_to() -> None:
    assert given("STOPSIGNAL") == ["SIGTERM"]
    assert given("EXPOSE") == ["8000"]


def test_everything_that_is_copied_exists_and_gets_past_dockerignore() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines, "nothing goes into a build unless it is named"
    for copy in given("COPY", final=False):
        if copy.startswith("--from"):
            continue
        *sources, _ = copy.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source.removeprefix("./").split("/")[0] in allowed, source


def test_no_secret_and_no_state_of_a_working_copy_can_get_into_an_image() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    for name in (".env", "webhooks.env", ".evenlode", ".git", ".venv"):
        assert not any(fnmatch.fnmatch(name, pattern) for pattern in allowed)


def test_the_policy_of_the_image_is_where_its_setting_points() -> None:
    assert "policy /opt/evenlode/policy" in given("COPY")
    assert "EVENLODE_POLICY=/opt/evenlode/policy" in given("ENV")[0]
