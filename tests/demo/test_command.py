"""`evenlode demo` as a person runs it beside a running `evenlode up`."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from service.embedded.ports import free_port
from service.embedded.running import RUN_FILE, Running
from tests.conftest import coverage_environ, reachable_folder
from tests.embedded.stack import Stack

pytestmark = pytest.mark.slow
NOWHERE: Final = {"PATH": "/usr/bin:/bin"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with reachable_folder() as folder, Stack(folder / "state") as running:
        yield running.ready()


def demo(state: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli", "demo", *options],
        check=False,
        env={**coverage_environ(), **NOWHERE, "EVENLODE_STATE": str(state), "COLUMNS": "120", **environ},
        input="",
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_sends_an_evening_waits_for_delivery_and_shows_balanced_books(stack: Stack) -> None:
    done = demo(stack.state, "--reports", "40", "--seed", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accepted (201)" in done.stdout
    assert "balanced: decided" in done.stdout
    assert "waiting 0 + dead 0" in done.stdout


def test_it_asks_before_it_sends_to_a_service_whose_mail_it_cannot_see_caught(stack: Stack) -> None:
    done = demo(stack.state, "--url", stack.base)
    assert done.returncode == 1
    assert "may reach real people" in done.stdout


def test_without_the_database_it_says_what_it_cannot_know(stack: Stack, tmp_path: Path) -> None:
    done = demo(tmp_path, "--url", stack.base, "--yes", "--reports", "10")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accepted (201)" in done.stdout
    assert "grades and notifications are not" in done.stdout


def test_a_database_that_does_not_answer_is_told_and_the_answers_are_still_shown(
    stack: Stack, tmp_path: Path
) -> None:
    away = f"postgresql://evenlode@/evenlode?host={tmp_path}"
    done = demo(tmp_path, "--url", stack.base, "--yes", "--reports", "10", DATABASE_URL=away)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The database cannot be read." in done.stdout


def test_a_catcher_that_does_not_answer_counts_as_none(stack: Stack, tmp_path: Path) -> None:
    running = Running(database_url="", redis_url="", port=stack.port, mail_port=free_port(), pid=1)
    (tmp_path / RUN_FILE).write_bytes(msgspec.json.encode(running))
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "may reach real people" in done.stdout


def test_without_a_running_service_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "Start it with `make run`" in done.stderr
