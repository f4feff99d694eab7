"""A line between browser and service that loses coverage: connections break, and no new ones come about."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal
from urllib.parse import urlsplit

Moment = Literal["before", "within", "after", "never"]
"""When it breaks: before anything of a sent form is passed on, within it, or before its answer is passed back."""
_CHUNK: Final = 64 * 1024


class Line:
    """A relay of bytes that can be cut."""

    def __init__(self, service: str) -> None:
        at = urlsplit(service)
        self._service = (at.hostname or "", at.port or 80)
        self._open: set[asyncio.StreamWriter] = set()
        self.up = True
        self.breaks: Moment = "never"
        self.broke = asyncio.Event()
        self.url = ""

    def cut(self) -> None:
        """Lose coverage. What the service has begun it goes on with."""
        self.up = False
        for writer in self._open:
            writer.transport.abort()
        self.broke.set()

    def restore(self) -> None:
        self.up = True
        self.breaks = "never"

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser."""
        if not self.up:
            writer.transport.abort()
            return
        self._open.add(writer)
        sending = False
        try:
            from_service, to_service = await asyncio.open_connection(*self._service)
            back = asyncio.create_task(self._pass_back(from_service, writer, lambda: sending))
            while data := await reader.read(_CHUNK):
                sending = sending or data.startswith(b"POST /")
                if sending and self.breaks == "before":
                    self.cut()
                    break
                if sending and self.breaks == "within":
                    to_service.write(data[:-1])
                    self.cut()
                    break
                to_service.write(data)
                await to_service.drain()
            # Its answer may still be on the way when the browser is gone.
            with suppress(OSError):
                to_service.write_eof()
            await back
            to_service.close()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pass_back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sending: object
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self.breaks == "after" and callable(sending) and sending():
                    self.cut()
                if not writer.transport.is_closing():
                    writer.write(data)


@asynccontextmanager
async def line_to(service: str) -> AsyncIterator[Line]:
    """A line to a service, on a port of its own."""
    line = Line(service)
    server = await asyncio.start_server(line.pass_on, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        line.cut()
        server.close()
