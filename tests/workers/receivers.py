"""The other side: a mail server and a webhook receiver that can be told to misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import h11
from aiosmtpd.smtp import SMTP


class MailServer:
    """A real SMTP server. `at_recipient` and `at_data` are its answers; `silent` and `hangs_up` are what they say."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.at_recipient = "250 OK"
        self.at_data = "250 2.0.0 queued"
        self.silent = False
        self.hangs_up = False
        self.hangs_up_after_taking = False
        self._sessions: set[SMTP] = set()

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        if self.hangs_up:
            server.transport.close()
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if self.silent:
            await asyncio.sleep(60)
        if self.hangs_up:
            server.transport.close()
        if self.at_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.at_data.startswith("2"):
            self.taken.append(message_from_bytes(envelope.content, policy=default))
        if self.hangs_up_after_taking:
            server.transport.close()
        return self.at_data

    def session(self) -> SMTP:
        session = SMTP(self, hostname="mail.test", loop=asyncio.get_running_loop())
        self._sessions.add(session)
        return session

    def drop_connections(self) -> None:
        """Close every connection, as a server does that restarts."""
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        self._sessions.clear()


@asynccontextmanager
async def mail_server(port: int = 0) -> AsyncIterator[MailServer]:
    server = MailServer()
    listening = await asyncio.get_running_loop().create_server(server.session, "127.0.0.1", port)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        server.drop_connections()


class Receiver:
    """A real HTTP receiver. `answer` is its status and headers; `silent` and `hangs_up` are what they say."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.headers: list[tuple[str, str]] = []
        self.body = b"ok"
        self.silent = False
        self.hangs_up = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.CancelledError, h11.RemoteProtocolError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = h11.Connection(h11.SERVER)
        body = b""
        headers: dict[str, str] = {}
        while True:
            event = peer.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(65536)
                peer.receive_data(data)
                if not data:
                    return
            elif isinstance(event, h11.Request):
                headers = {name.decode().lower(): value.decode() for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self.calls.append((headers, body))
                if self.silent:
                    await asyncio.sleep(60)
                if self.hangs_up:
                    return
                answer = [("content-length", str(len(self.body))), *self.headers]
                writer.write(peer.send(h11.Response(status_code=self.status, headers=answer)) or b"")
                writer.write(peer.send(h11.Data(data=self.body)) or b"")
                writer.write(peer.send(h11.EndOfMessage()) or b"")
                await writer.drain()
                peer.start_next_cycle()
                body = b""
            else:
                return


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    try:
        yield receiver
    finally:
        server.close()
