"""Random bytes from the operating system, fetched a page at a time.

Each call to the system gives up the interpreter to other threads, and under load getting it back takes longer than
everything else a report needs. The bytes are the system's own; each is given out once, and a forked process starts
with none of its parent's.
"""

import os
from typing import Final

_PAGE: Final = 4096


class _Pool:
    """Bytes fetched and not yet given out."""

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0
        os.register_at_fork(after_in_child=self.forget)

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._bytes):
            self._bytes = os.urandom(max(_PAGE, count))
            self._at = 0
        taken = self._bytes[self._at : self._at + count]
        self._at += count
        return taken

    def forget(self) -> None:
        """Start anew: what a parent and its child both hold must not be given out twice."""
        self._bytes, self._at = b"", 0


random_bytes: Final = _Pool().take
"""`random_bytes(count)`: that many bytes. For use in one thread, the event loop's."""
