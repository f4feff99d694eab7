"""One setting, `REDIS_URL`, in the forms that its users read."""

from urllib.parse import parse_qs, urlsplit

from service.errors import SettingsError


def broker_url(redis_url: str) -> str:
    """The URL as Celery reads it: `unix:///path?db=2` becomes `redis+socket:///path?virtual_host=2`.

    `valkey://` and `valkeys://` become `redis://` and `rediss://`. Raises SettingsError for any other scheme.
    """
    url = urlsplit(redis_url)
    if url.scheme == "unix":
        database = parse_qs(url.query).get("db", ["0"])[0]
        return f"redis+socket://{url.path}?virtual_host={database}"
    if url.scheme in {"redis", "rediss", "sentinel"}:
        return redis_url
    if url.scheme in {"valkey", "valkeys"}:
        return "redis" + redis_url.removeprefix("valkey")
    raise SettingsError(
        "REDIS_URL must look like redis://host:6379/0, rediss://host:6379/0 or unix:///path?db=0."
    )
