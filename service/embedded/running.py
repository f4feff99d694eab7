"""Where a running `evenlode up` can be reached: the file `run.json` of its state folder."""

from pathlib import Path

import msgspec

from service.errors import SettingsError
from service.settings import Settings, load_settings

RUN_FILE = "run.json"


class Running(msgspec.Struct, frozen=True):
    """What `evenlode up` wrote when it was ready; `pid` is the supervisor's."""

    database_url: str
    redis_url: str
    port: int
    mail_port: int
    pid: int


def running_urls(state: Path) -> Running | None:
    """The running service of a state folder, or None when there is none."""
    try:
        return msgspec.json.decode((state / RUN_FILE).read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None


def database_url(settings: Settings | None = None) -> str:
    """The database a command should use: `DATABASE_URL`, else that of the running `evenlode up`.

    Raises SettingsError, saying what to do, when there is neither.
    """
    settings = settings or load_settings()
    if settings.database_url is not None:
        return settings.database_url.reveal()
    running = running_urls(settings.state)
    if running is None:
        raise SettingsError(
            f"No database: DATABASE_URL is not set and no `make run` is up with the state folder {settings.state}."
            " Start it with `make run`, or set DATABASE_URL."
        )
    return running.database_url
