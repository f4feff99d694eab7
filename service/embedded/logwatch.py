"""What the processes write to their logs that somebody at the console should see."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

_SEEN_FOR: Final = 30.0
_MOST_AT_ONCE: Final = 256 * 1024
_LINE_LENGTH: Final = 160
_LEVELS: Final = frozenset({"warning", "error", "critical"})
_SAID_ALREADY: Final = frozenset({"policy.demo"})
"""That the demo sends nothing to anybody is part of the welcome."""


class _Line(msgspec.Struct):
    level: str = ""
    event: str = ""
    recipient: str = ""
    channel: str = ""


class LogWatch:
    """Follows logs from now on and picks out warnings and errors; the same one at most twice a minute."""

    def __init__(self, logs: Iterable[Path]) -> None:
        self._read_to = {log: log.stat().st_size if log.exists() else 0 for log in logs}
        self._shown: dict[tuple[str, str], float] = {}

    def news(self) -> Iterator[str]:
        """One sentence for each new warning or error."""
        for log in self._read_to:
            for line in self._new_lines(log):
                if (sentence := self._worth_showing(log.stem, line)) is not None:
                    yield sentence

    def _new_lines(self, log: Path) -> list[bytes]:
        start = self._read_to[log]
        try:
            size = log.stat().st_size
            if size == start:
                return []
            with log.open("rb") as file:
                file.seek(start if size > start else 0)
                text = file.read(_MOST_AT_ONCE)
                whole, newline, _ = text.rpartition(b"\n")
                self._read_to[log] = file.tell() - len(text) + len(whole) + len(newline)
        except OSError:
            return []
        return whole.splitlines()

    def _worth_showing(self, name: str, line: bytes) -> str | None:
        try:
            said = msgspec.json.decode(line, type=_Line)
        except msgspec.MsgspecError:
            return None
        if said.level not in _LEVELS or said.event in _SAID_ALREADY:
            return None
        now = time.monotonic()
        key = (name, said.event)
        if now - self._shown.get(key, -_SEEN_FOR) < _SEEN_FOR:
            return None
        self._shown[key] = now
        first_line, *_ = said.event.splitlines() or [""]
        about = f" ({said.recipient}, {said.channel})" if said.recipient and said.channel else ""
        return f"{name} {said.level}: {first_line[:_LINE_LENGTH]}{about}"
