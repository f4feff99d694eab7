"""A few open connections to the mail server, lent to one message at a time."""

import asyncio
import ssl
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP, SMTPResponseException, SMTPServerDisconnected

from service.settings import MailSettings

TIME_LIMIT: Final = 15.0
"""Seconds for one message: connecting, signing in, handing over."""
_COMMAND_LIMIT: Final = 12.0
_AT_ONCE: Final = 4
"""Connections for one grade in one process. Mail servers refuse clients that open many."""
_IDLE_SECONDS: Final = 5.0
_CLOSING: Final = 421


class SmtpConnections:
    """Hands messages to one mail server. Each grade has its own connections, so that none waits behind another."""

    def __init__(self, mail: MailSettings) -> None:
        self._mail = mail
        self._domain = mail.sender.rpartition("@")[2]
        self._tls = ssl.create_default_context() if mail.use_tls or mail.start_tls else None
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._idle: dict[SMTP, asyncio.TimerHandle] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def hand_over(self, grade: str, recipient: str, message: bytes) -> str:
        """Give one message to the server and return its words of acceptance.

        Raises what aiosmtplib raises, OSError, or TimeoutError after TIME_LIMIT.
        """
        async with self._slots.setdefault(grade, asyncio.Semaphore(_AT_ONCE)), asyncio.timeout(TIME_LIMIT):
            lent = self._lend()
            if lent is not None:
                try:
                    return await self._send(lent, recipient, message)
                except (SMTPServerDisconnected, SMTPResponseException) as fault:
                    # The server may close a connection between two messages; only a fresh one tells a real fault.
                    if isinstance(fault, SMTPResponseException) and fault.code != _CLOSING:
                        raise
            return await self._send(await self._connect(), recipient, message)

    async def close(self) -> None:
        """Take leave of the server on every idle connection."""
        for client in list(self._idle):
            self._retire(client)
        await asyncio.gather(*self._leaving, return_exceptions=True)

    def _lend(self) -> SMTP | None:
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            if client.is_connected:
                return client
        return None

    async def _connect(self) -> SMTP:
        mail = self._mail
        client = SMTP(
            hostname=mail.host,
            port=mail.port,
            username=mail.username,
            password=None if mail.password is None else mail.password.reveal(),
            # Left out, this would be looked up in the DNS on every start.
            local_hostname=self._domain or "localhost",
            timeout=_COMMAND_LIMIT,
            use_tls=mail.use_tls,
            start_tls=mail.start_tls,
            tls_context=self._tls,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    async def _send(self, client: SMTP, recipient: str, message: bytes) -> str:
        try:
            _, said = await client.sendmail(self._mail.sender, recipient, message)
        except (aiosmtplib.SMTPRecipientsRefused, SMTPResponseException):
            self._keep(client)
            raise
        except BaseException:
            client.close()
            raise
        self._keep(client)
        return said

    def _keep(self, client: SMTP) -> None:
        if client.is_connected:
            timer = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._retire, client)
            self._idle[client] = timer

    def _retire(self, client: SMTP) -> None:
        timer = self._idle.pop(client, None)
        if timer is not None:
            timer.cancel()
        task = asyncio.get_running_loop().create_task(_take_leave(client))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _take_leave(client: SMTP) -> None:
    try:
        async with asyncio.timeout(2):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        client.close()
