"""The supervisor's parts: starting again with patience, showing what matters, naming who holds a port."""

import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from service.broker import broker_url
from service.embedded import children as children_module
from service.embedded.children import PlannedChild, Watched
from service.embedded.logwatch import LogWatch
from service.embedded.plans import Plan, environment, plans
from service.embedded.ports import PortTaken, free_port, require_free
from service.embedded.process import LOG_LIMIT, ServiceFailed, open_log
from service.errors import SettingsError
from service.policy.model import Policy
from service.settings import load_settings
from tests.embedded.stack import until


def child(tmp_path: Path, program: str) -> PlannedChild:
    plan = Plan(name="one", command=(sys.executable, "-c", program), grace=5)
    return PlannedChild(plan, logs=tmp_path, cwd=tmp_path, environ={"PATH": "/usr/bin:/bin"})


def test_one_that_keeps_ending_is_started_again_more_and_more_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children_module, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(children_module, "_LONGEST_WAIT", 0.04)
    one = child(tmp_path, "raise SystemExit(3)")
    one.spawn()
    watched = Watched(one)
    said: list[str] = []

    def four_ends() -> bool | None:
        said.extend(filter(None, [watched.look()]))
        return sum("ended" in sentence for sentence in said) > 3 or None

    until(four_ends, "four ends")
    waits = [sentence.partition(" in ")[2].split()[0] for sentence in said if "ended" in sentence]
    assert waits[:4] == ["0.01", "0.02", "0.04", "0.04"]
    assert "ended with exit code 3" in "".join(said)
    assert "one was started again" in said
    one.stop()


def test_one_that_cannot_be_started_is_tried_again_and_says_why(tmp_path: Path) -> None:
    plan = Plan(name="gone", command=(str(tmp_path / "no such program"),))
    gone = PlannedChild(plan, logs=tmp_path, cwd=tmp_path, environ={})
    with pytest.raises(ServiceFailed, match="could not be started: No such file"):
        gone.spawn()
    one = child(tmp_path, "")
    one.spawn()
    watched = Watched(one)
    until(lambda: "ended" in (watched.look() or "") or None, "its end")
    one._plan = plan
    assert "could not be started" in until(watched.look, "the next try")


def test_stopping_one_that_will_not_listen_ends_it_and_its_children(tmp_path: Path) -> None:
    stubborn = child(
        tmp_path,
        "import signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "below = subprocess.Popen(['/bin/sleep', '600'])\n"
        "print(below.pid, flush=True)\n"
        "below.wait()\n",
    )
    stubborn._plan = Plan(name="one", command=stubborn._plan.command, grace=0.2)
    stubborn.spawn()
    below = int(until(lambda: stubborn.log.read_text() or None, "its child"))
    stubborn.stop()
    assert stubborn.poll() == -signal.SIGKILL
    until(lambda: not Path(f"/proc/{below}").exists() or _zombie(below) or None, "the end of its child")


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_console_shows_new_warnings_once_and_nothing_else(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text(json.dumps({"level": "error", "event": "before our time"}) + "\n")
    watch = LogWatch([log, tmp_path / "none.log"])
    assert list(watch.news()) == []
    with log.open("a") as file:
        for line in (
            {"level": "info", "event": "report.accepted"},
            {"level": "warning", "event": "policy.demo"},
            {"level": "warning", "event": "broker.away\nTrying again"},
            {"level": "warning", "event": "broker.away\nTrying again"},
            {"level": "warning", "event": "delivery.transient", "recipient": "tvp", "channel": "email"},
        ):
            file.write(json.dumps(line) + "\n")
        file.write("Traceback (most recent call last):\n{half a line")
    assert list(watch.news()) == ["web warning: broker.away", "web warning: delivery.transient (tvp, email)"]
    with log.open("a") as file:
        file.write('"}\n' + json.dumps({"level": "critical", "event": "out of memory"}) + "\n")
    assert list(watch.news()) == ["web critical: out of memory"]
    log.write_text(json.dumps({"level": "error", "event": "new"}) + "\n")
    assert list(watch.news()) == ["web error: new"]
    log.unlink()
    assert list(watch.news()) == []


def test_a_long_log_is_put_aside_when_its_process_starts(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    os.close(open_log(log))
    assert log.stat().st_size == 0
    assert log.stat().st_mode & 0o077 == 0
    assert (tmp_path / "web.log.1").stat().st_size == LOG_LIMIT + 1


def test_a_port_that_may_not_be_used_is_said_in_words() -> None:
    with pytest.raises(PortTaken, match=r"192\.0\.2\.1:8000 cannot be listened on .* Set PORT"):
        require_free("192.0.2.1", 8000, "PORT")


def test_a_free_port_is_free_and_a_taken_one_is_not() -> None:
    require_free("127.0.0.1", free_port(), "PORT")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(PortTaken, match="MAIL_PORT="):
            require_free("127.0.0.1", holder.getsockname()[1], "MAIL_PORT")


def environ_of(policy: Policy, **given: str) -> dict[str, str]:
    settings = load_settings({"EVENLODE_STATE": "/nowhere/state", **given})
    return environment(
        settings,
        database_url="db",
        redis_url="unix:///s",
        smtp_port=2525,
        recipients=policy.recipients.values(),
    )


def test_the_demo_sends_mail_and_webhooks_to_the_catcher(policy: Policy) -> None:
    environ = environ_of(policy, EVENLODE_DEMO="1", MAIL_PORT="8026")
    assert environ["SMTP_URL"] == "smtp://127.0.0.1:2525"
    assert environ["EVENLODE_WEBHOOK_URL_ASB_TEAM"] == "http://127.0.0.1:8026/hooks/asb_team"
    assert environ["EVENLODE_WEBHOOK_SECRET_ASB_TEAM"].startswith("whsec_")


def test_what_is_set_by_hand_is_kept_and_production_gets_no_catcher(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.org")
    monkeypatch.setenv("EVENLODE_WEBHOOK_SECRET_ASB_TEAM", "whsec_ours")
    demo = environ_of(policy, EVENLODE_DEMO="1", SMTP_URL="smtp://mail.example.org")
    assert demo["SMTP_URL"] == "smtp://mail.example.org"
    assert demo["EVENLODE_WEBHOOK_SECRET_ASB_TEAM"] == "whsec_ours"
    monkeypatch.delenv("SMTP_URL")
    production = environ_of(policy)
    assert not {"SMTP_URL", "CATCHER_SMTP_PORT", "EVENLODE_WEBHOOK_URL_ASB_TEAM"} & production.keys()
    names = {plan.name for plan in plans(load_settings({"EVENLODE_STATE": "/nowhere/state"}))}
    assert "catcher" not in names


@pytest.mark.parametrize(
    ("redis_url", "celery_url"),
    [
        ("unix:///run/a%20b/socket?db=3", "redis+socket:///run/a%20b/socket?virtual_host=3"),
        ("unix:///run/socket", "redis+socket:///run/socket?virtual_host=0"),
        ("redis://valkey:6379/0", "redis://valkey:6379/0"),
        ("rediss://user:secret@valkey:6380/1", "rediss://user:secret@valkey:6380/1"),
        ("valkey://valkey:6379/0", "redis://valkey:6379/0"),
        ("valkeys://valkey:6379/0", "rediss://valkey:6379/0"),
    ],
)
def test_one_broker_setting_serves_redis_clients_and_celery(redis_url: str, celery_url: str) -> None:
    assert broker_url(redis_url) == celery_url


def test_a_broker_of_another_kind_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match="REDIS_URL must look like"):
        broker_url("amqp://rabbit")
