"""Structured logs that cannot tell who reported what.

Every line is one JSON object. An exception is logged by its type and where it was raised, never by its message: a
database's message quotes the row, a decoder's the text.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

_FRAMES = 12
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logging(process: str, *, level: int = logging.INFO) -> None:
    """Send structlog and the standard library's logging to stderr as JSON lines that name `process`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
        without_message,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These speak of every request and connection; what they would say is in the metrics, without the addresses.
    for name in ("httpx", "httpcore", "asyncio", "aiosmtplib", "mail.log", "_granian"):
        logging.getLogger(name).setLevel(logging.WARNING)


def without_message(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace `exc_info` by the type and the frames of the exception and of what it arose from."""
    info = event.pop("exc_info", None)
    error = _exception(info)
    if error is not None:
        event["error"] = _described(error)
        cause = error.__cause__ or error.__context__
        if cause is not None:
            event["cause"] = _described(cause)
    return event


def _named(process: str) -> structlog.typing.Processor:
    def name_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return name_process


def _exception(info: Any) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        error: BaseException | None = info[1]
        return error
    return sys.exc_info()[1] if info else None


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
