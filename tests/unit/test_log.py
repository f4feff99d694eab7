"""Log lines are JSON and never carry an exception's message: it quotes what was reported."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service.log import configure_logging

_MARKER = "marker-of-a-report"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Everything logged, parsed; logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging("testing")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def _fail() -> None:
    try:
        raise ValueError(_MARKER)  # noqa: TRY301
    except ValueError as fault:
        raise RuntimeError(_MARKER) from fault


def test_an_exception_is_logged_by_type_and_place_only(lines: Any) -> None:
    try:
        _fail()
    except RuntimeError as fault:
        structlog.get_logger().error("it.failed", exc_info=fault)
        structlog.get_logger().exception("it.failed")
        logging.getLogger("somewhere").exception("it failed")
    found = lines()
    assert len(found) == 3
    for line in found:
        assert line["error"]["type"] == "builtins.RuntimeError"
        assert line["cause"]["type"] == "builtins.ValueError"
        assert any("_fail" in place for place in line["error"]["at"])
        assert line["process"] == "testing"
    assert _MARKER not in json.dumps(found)


def test_a_line_without_an_exception_has_none(lines: Any) -> None:
    structlog.get_logger().info("web.ready", policy="x")
    logging.getLogger("somewhere").warning("plain", exc_info=None)
    first, second = lines()
    assert (first["event"], first["policy"], first["level"]) == ("web.ready", "x", "info")
    assert second["logger"] == "somewhere"
    assert "error" not in first
    assert "error" not in second


def test_libraries_that_name_addresses_are_quiet(lines: Any) -> None:
    for name in ("httpx", "httpcore", "aiosmtplib", "_granian"):
        logging.getLogger(name).info("GET http://203.0.113.7/")
    assert lines() == []
