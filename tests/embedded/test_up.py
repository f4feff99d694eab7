"""`evenlode up`: what a person sees, and what it leaves behind."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import reachable_folder
from tests.embedded.stack import Stack, until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with reachable_folder() as folder, Stack(folder / "a state") as stack:
        yield stack.ready()


def read_mail(stack: Stack, reference: str) -> list[str] | None:
    found = httpx.get(f"{stack.mail}/api/v1/messages", params={"limit": 500}, timeout=10).json()["messages"]
    return [one["To"][0]["Address"] for one in found if reference in one["Subject"]] or None


def test_the_printed_command_sends_a_report_whose_notification_can_be_read(stack: Stack) -> None:
    printed = re.search(r"^curl .*/v1/reports .*?^}'$", stack.console, re.MULTILINE | re.DOTALL)
    assert printed is not None
    sent = subprocess.run(
        ["bash", "-c", printed[0] + " --fail"], capture_output=True, text=True, check=True, env=os.environ
    )
    reference = json.loads(sent.stdout)["reference"]
    assert "tvp@evenlode.invalid" in until(lambda: read_mail(stack, reference), "the e-mail")
    assert f"curl -sS {stack.mail}/api/v1/messages" in stack.console


def test_the_welcome_says_where_everything_is_and_that_nothing_leaves_the_machine(stack: Stack) -> None:
    for words in (
        f"{stack.base}/v1/reports",
        f"{stack.base}/schema/openapi.json",
        f"{stack.mail}/",
        "notifications stay on this machine",
    ):
        assert words in stack.console
    assert httpx.get(f"{stack.base}/schema/openapi.json", timeout=10).status_code == 200
    assert httpx.get(f"{stack.mail}/", timeout=10).status_code == 200


def test_a_second_start_on_the_same_state_is_refused_in_words(stack: Stack) -> None:
    with Stack(stack.state) as second:
        said = second.refused()
    assert f"process {stack.process.pid}" in said
    assert "EVENLODE_STATE" in said
    assert stack.answers()


@pytest.mark.parametrize("words", ["granian", "workers.relay", "bin/postgres", "valkey-server", "p1,p2"])
def test_a_process_that_is_killed_is_started_again(stack: Stack, words: str) -> None:
    victim = stack.child(words)
    victim.kill()
    stack.says(r"was ended by SIGKILL; starting it again in [0-9.]+ s \(see .*\.log\)")
    until(lambda: len(replaced(stack, words, victim)) or None, f"a new {words}")
    assert until(stack.answers, "health")


def replaced(stack: Stack, words: str, victim: psutil.Process) -> list[psutil.Process]:
    children = psutil.Process(stack.process.pid).children()
    return [one for one in children if one != victim and words in " ".join(one.cmdline())]


def test_after_a_killed_supervisor_the_next_start_works_and_ctrl_c_leaves_no_process(
    state_folder: Path,
) -> None:
    with Stack(state_folder) as killed:
        killed.ready()
        killed.process.kill()
        killed.process.wait()
    with Stack(state_folder) as stack:
        stack.ready()
        assert httpx.post(f"{stack.base}/v1/reports", json={}, timeout=10).status_code in {400, 422}
        running = json.loads((state_folder / "run.json").read_text())
        assert (running["port"], running["pid"]) == (stack.port, stack.process.pid)
        assert len(stack.processes()) > 5
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(60) == 0
        assert stack.processes() == []
        assert not (state_folder / "run.json").exists()


def test_given_services_are_used_instead_of_the_embedded_ones(environ: dict[str, str]) -> None:
    state = Path(environ["EVENLODE_STATE"])
    with Stack(state, {name: environ[name] for name in ("DATABASE_URL", "REDIS_URL")}) as stack:
        stack.ready()
        assert stack.answers()
        assert json.loads((state / "run.json").read_text())["database_url"] == environ["DATABASE_URL"]
        assert not [one for one in stack.processes() if one.name() in {"postgres", "valkey-server"}]
        # The second signal asks for no more patience.
        stack.process.send_signal(signal.SIGTERM)
        stack.says("stopping")
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(5) == 0
        assert stack.processes() == []


def test_ctrl_c_before_it_is_ready_leaves_no_process(environ: dict[str, str]) -> None:
    state = Path(environ["EVENLODE_STATE"])
    with Stack(state, {name: environ[name] for name in ("DATABASE_URL", "REDIS_URL")}) as stack:
        until(lambda: (state / "logs" / "web.log").exists() or None, "the web's log")
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(30) == 0
        assert "is ready" not in stack.console
        assert stack.processes() == []


def test_a_web_that_cannot_start_is_said_with_the_end_of_its_log(environ: dict[str, str]) -> None:
    given = {name: environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    with Stack(Path(environ["EVENLODE_STATE"]), {**given, "GRANIAN_LOG_CONFIG": "/nowhere.json"}) as stack:
        said = stack.refused()
    assert "web did not become ready" in said
    assert "/nowhere.json" in said
    assert stack.processes() == []


@pytest.mark.parametrize("variable", ["PORT", "MAIL_PORT"])
def test_a_taken_port_is_named_with_its_holder_and_a_free_one_to_use(tmp_path: Path, variable: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with Stack(tmp_path / "state", {variable: str(port)}) as stack:
            said = stack.refused()
    assert re.search(rf"Port {port} is taken by process {os.getpid()} .*: {variable}=\d+ make run", said), (
        said
    )
    assert "Traceback" not in said
    assert not (tmp_path / "state" / "data").exists()


def test_a_database_that_cannot_be_reached_is_said_in_words_and_leaves_nothing_running(
    state_folder: Path,
) -> None:
    with Stack(state_folder, {"DATABASE_URL": "postgresql://nobody@/none?host=/nowhere"}) as stack:
        said = stack.refused()
    assert "DATABASE_URL" in said
    assert "Traceback" not in said
    assert stack.processes() == []
