"""Finding the running service, and what it says of itself when it is ready."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from service.embedded.running import database_url, running_urls
from service.embedded.welcome import welcome
from service.errors import SettingsError
from service.settings import load_settings


def write(state: Path, pid: int) -> None:
    urls = {"database_url": "postgresql://here/db", "redis_url": "unix:///s"}
    (state / "run.json").write_text(json.dumps({**urls, "port": 8000, "mail_port": 8025, "pid": pid}))


def test_a_running_service_is_found_by_its_state_folder(tmp_path: Path) -> None:
    write(tmp_path, os.getpid())
    assert database_url(load_settings({"EVENLODE_STATE": str(tmp_path)})) == "postgresql://here/db"


def test_a_database_that_was_set_goes_before_a_running_one(tmp_path: Path) -> None:
    write(tmp_path, os.getpid())
    environ = {"EVENLODE_STATE": str(tmp_path), "DATABASE_URL": "postgresql://there/db"}
    assert database_url(load_settings(environ)) == "postgresql://there/db"


def test_the_file_of_one_that_was_killed_counts_for_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    write(tmp_path, gone.pid)
    assert running_urls(tmp_path) is None
    with pytest.raises(SettingsError, match=r"make run.*DATABASE_URL"):
        database_url(load_settings({"EVENLODE_STATE": str(tmp_path)}))


def test_a_file_that_cannot_be_read_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{half")
    assert running_urls(tmp_path) is None


def said(**environ: str) -> str:
    output = StringIO()
    welcome(Console(file=output, width=200), load_settings({"EVENLODE_STATE": "/nowhere", **environ}))
    return output.getvalue()


def test_production_is_told_where_its_mail_goes() -> None:
    assert "handed to mail.example.org:25" in said(SMTP_URL="smtp://mail.example.org")
    assert "no e-mail is sent" in said()
    assert "Read what went out" not in said()


def test_a_demonstration_with_a_webhook_of_its_own_does_not_claim_to_send_nothing() -> None:
    hook = "https://hooks.example.org/asb"
    told = said(EVENLODE_DEMO="1", EVENLODE_WEBHOOK_URL_ASB_TEAM=hook)
    assert f"are sent: {hook}" in told
    assert "nothing is sent" not in told
    assert "nothing is sent to anybody" in said(EVENLODE_DEMO="1")


def test_one_that_listens_everywhere_is_reached_on_loopback() -> None:
    assert "http://127.0.0.1:8000/v1/reports" in said(HOST="0.0.0.0")
    assert "http://[::1]:8000/v1/reports" in said(HOST="::1")
