"""Which processes `evenlode up` runs besides PostgreSQL and Valkey, and the environment they share."""

import base64
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from service.policy.model import RecipientPolicy
from service.settings import Settings

MARK: Final = "EVENLODE_SUPERVISED"
"""Variable of every process started here, with the state folder: how one that was left is recognised."""

_GRACE_WEB: Final = 15.0
_GRACE: Final = 10.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One process. `leaves` orders stopping, equal ones together; `grace` is how long it may take, in seconds."""

    name: str
    command: tuple[str, ...]
    leaves: int = 2
    grace: float = _GRACE


def plans(settings: Settings) -> list[Plan]:
    """The processes, in the order they are started.

    The web leaves first, so that nothing new comes in; the catcher last, as long as something may still be sent.
    """
    python = sys.executable
    # Serving people comes before sending what is not urgent.
    yielding = (nice, "-n", "10") if (nice := shutil.which("nice")) else ()
    celery = (python, "-m", "celery", "--app", "workers.app", "--quiet", "--no-color")
    worker = (
        *celery,
        "worker",
        "--pool=threads",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=WARNING",
    )
    found = [
        Plan(name="web", command=(python, "-m", "granian", *_granian(settings)), leaves=1, grace=_GRACE_WEB),
        Plan(
            name="scheduler",
            command=(
                *celery,
                "beat",
                f"--schedule={settings.state / 'beat' / 'schedule'}",
                "--pidfile=",
                "--loglevel=WARNING",
            ),
        ),
        Plan(name="relay", command=(python, "-m", "workers.relay")),
        Plan(
            name="urgent",
            command=(*worker, "--queues=p1,p2", "--concurrency=8", "--hostname=urgent@%h"),
        ),
        Plan(
            name="routine",
            command=(
                *yielding,
                *worker,
                "--queues=p3,p4,upkeep,patterns",
                "--concurrency=4",
                "--hostname=routine@%h",
            ),
        ),
    ]
    if settings.demo:
        found.append(Plan(name="catcher", command=(python, "-m", "service.demo.catcher"), leaves=3))
    return found


def _granian(settings: Settings) -> tuple[str, ...]:
    return (
        "--interface=asgi",
        f"--host={settings.host}",
        f"--port={settings.port}",
        "--workers=1",
        "--loop=uvloop",
        "--http=1",
        "--no-ws",
        "--http1-header-read-timeout=10000",
        "--workers-kill-timeout=10",
        "--log-level=warning",
        "service.asgi:app",
    )


def environment(
    settings: Settings,
    *,
    database_url: str,
    redis_url: str,
    smtp_port: int,
    recipients: Iterable[RecipientPolicy],
) -> dict[str, str]:
    """The environment of every process: ours, with the addresses of what runs here.

    In the demo, mail and webhooks without an address of their own go to the catcher, which takes mail at
    `smtp_port` and webhooks at the mail port.
    """
    given: dict[str, str] = {
        **os.environ,
        MARK: str(settings.state),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EVENLODE_STATE": str(settings.state),
        "EVENLODE_POLICY": str(settings.policy),
        "EVENLODE_KEY_FILE": str(settings.key_file),
        "EVENLODE_DEMO": "1" if settings.demo else "0",
        "HOST": settings.host,
        "PORT": str(settings.port),
        "MAIL_PORT": str(settings.mail_port),
        "PYTHONUNBUFFERED": "1",
        # Threads share few heaps: glibc gives each thread its own, which costs far more than it saves here.
        "MALLOC_ARENA_MAX": "2",
        # The text reader's tables are small: a second thread for them costs more than it brings.
        "OPENBLAS_NUM_THREADS": "1",
    }
    if settings.demo:
        given["CATCHER_SMTP_PORT"] = str(smtp_port)
        if settings.mail.host is None:
            given["SMTP_URL"] = f"smtp://127.0.0.1:{smtp_port}"
        given |= _webhooks(settings, recipients, given)
    return given


def _webhooks(
    settings: Settings, recipients: Iterable[RecipientPolicy], given: Mapping[str, str]
) -> dict[str, str]:
    """Address and signing secret of each webhook that has none."""
    found = {}
    for recipient in recipients:
        if any(channel.kind == "webhook" and not channel.to for channel in recipient.channels):
            name = recipient.code.upper()
            found[f"EVENLODE_WEBHOOK_URL_{name}"] = (
                f"http://127.0.0.1:{settings.mail_port}/hooks/{recipient.code}"
            )
            found[f"EVENLODE_WEBHOOK_SECRET_{name}"] = (
                "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
            )
    return {name: value for name, value in found.items() if not given.get(name)}


def make_folders(state: Path) -> None:
    """The folders that the processes write to."""
    for name in ("beat", "logs"):
        (state / name).mkdir(mode=0o700, exist_ok=True)
