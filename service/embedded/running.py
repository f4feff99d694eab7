"""Where a running `evenlode up` can be reached: the file `run.json` of its state folder."""

import os
from pathlib import Path
from typing import Final

import msgspec

from service.errors import SettingsError
from service.settings import Settings, load_settings

RUN_FILE: Final = "run.json"


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What `evenlode up` wrote when it was ready; `pid` is the supervisor's."""

    database_url: str
    redis_url: str
    port: int
    mail_port: int
    pid: int


def running_urls(state: Path) -> Running | None:
    """The service running from a state folder; None when there is none, or only the file of one that was killed."""
    try:
        found = msgspec.json.decode((state / RUN_FILE).read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None
    try:
        os.kill(found.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # It runs, as another account.
    return found


def database_url(settings: Settings | None = None) -> str:
    """The PostgreSQL URL a command should use: `DATABASE_URL`, else that of the running `evenlode up`.

    Raises SettingsError, saying what to do, when there is neither.
    """
    settings = settings or load_settings()
    if settings.database_url is not None:
        return settings.database_url.reveal()
    running = running_urls(settings.state)
    if running is None:
        raise SettingsError(
            f"No database: DATABASE_URL is not set and no `make run` is up with the state folder {settings.state}. "
            "Start it with `make run`, or set DATABASE_URL."
        )
    return running.database_url
