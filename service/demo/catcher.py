"""The mail catcher and webhook sink: `python -m service.demo.catcher`.

A real SMTP server and a real webhook receiver that keep what arrives in memory and show it on a page. For trying the
service, and for its tests; nothing it takes ever leaves the machine. Mailpit can stand in its place.
"""

import asyncio
import os
import signal
import sys
from typing import Final

import structlog
import uvloop
from aiosmtpd.smtp import SMTP
from granian.constants import Interfaces
from granian.server.embed import Server

from service.clock import utc_now
from service.demo.catcher_mail import LARGEST_MAIL, MailTaker
from service.demo.catcher_store import CaughtItems
from service.demo.catcher_web import create_catcher_app
from service.errors import ServiceError, SettingsError
from service.log import configure_logging
from service.settings import Settings, load_settings

HOST: Final = "127.0.0.1"
DEFAULT_SMTP_PORT: Final = 1025

_log = structlog.get_logger()


async def catch(settings: Settings, *, host: str, smtp_port: int) -> None:
    """Take mail on `smtp_port` and serve pages on the settings' mail port until SIGTERM or SIGINT.

    Raises SettingsError when the SMTP port is taken.
    """
    loop = asyncio.get_running_loop()
    items = CaughtItems()
    taker = MailTaker(items, utc_now)

    def session() -> SMTP:
        return SMTP(
            taker,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Evenlode mail catcher",
            loop=loop,
        )

    try:
        mail = await loop.create_server(session, host, smtp_port)
    except OSError as fault:
        raise SettingsError(
            f"The catcher's SMTP port {smtp_port} is taken: set CATCHER_SMTP_PORT to a free one."
        ) from fault
    web = Server(
        create_catcher_app(items, settings.webhook_secrets, utc_now),
        address=host,
        port=settings.mail_port,
        interface=Interfaces.ASGINL,
        log_enabled=False,
        websockets=False,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, web.stop)
    _log.info("catcher.ready", smtp_port=smtp_port, page=f"http://{host}:{settings.mail_port}/")
    try:
        await web.serve()
    finally:
        mail.close()


def main() -> None:
    """Run the catcher; a fault of its set-up ends it with a sentence."""
    configure_logging("catcher")
    try:
        settings = load_settings()
        raw = os.environ.get("CATCHER_SMTP_PORT", str(DEFAULT_SMTP_PORT))
        if not raw.isdecimal() or not 0 < int(raw) < 65536:
            raise SettingsError(f"CATCHER_SMTP_PORT={raw!r} is not a port: set a number from 1 to 65535.")
        host = os.environ.get("CATCHER_HOST", HOST)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(catch(settings, host=host, smtp_port=int(raw)))
    except ServiceError as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
