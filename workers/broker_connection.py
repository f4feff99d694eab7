"""How soon a worker is back after the broker was away."""

from typing import Any, Final

from kombu.connection import Connection

_PROMPT: Final = {"interval_start": 0.25, "interval_step": 0.25, "interval_max": 2.0}


class PromptConnection(Connection):
    """A broker connection tried again every two seconds at least.

    Celery's own wait grows to half a minute, which a P1 cannot be kept waiting, and has no setting.
    """

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        ensure: Any = super().ensure_connection
        return ensure(*args, **{**_PROMPT, **kwargs})
