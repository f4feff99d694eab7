"""Promise 4: a backlog of P3 and P4 does not delay a P1, with the real relay, broker and workers."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from tests.workers.conftest import until
from tests.workers.outbox_rows import queue, states
from tests.workers.processes import RELAY, ROUTINE, URGENT, Processes, processes
from tests.workers.receivers import MailServer, mail_server

BACKLOG = 3000


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def running(environ: dict[str, str], tmp_path: Path, mail: MailServer) -> Iterator[Processes]:
    given = {**environ, "EVENLODE_DEMO": "1", "SMTP_URL": f"smtp://127.0.0.1:{mail.port}"}
    with processes(given, tmp_path) as started:
        yield started


async def test_promise_4_a_p1_overtakes_whatever_waits_of_p3_and_p4(
    running: Processes, database: asyncpg.Connection
) -> None:
    waiting = await queue(database, BACKLOG, grade=4) + await queue(database, BACKLOG, grade=3)
    for part in (RELAY, URGENT, ROUTINE):
        running.start(part)

    async def delivered(ids: Sequence[UUID], least: int) -> bool:
        return (await states(database, ids)).get("delivered", 0) >= least

    await until(lambda: delivered(waiting, 1), within=60)
    urgent = await queue(database, 3, grade=1)
    await until(lambda: delivered(urgent, 3), within=60)
    # By far the most of what came before is still there when the last P1 has arrived.
    assert (await states(database, waiting))["delivered"] < BACKLOG
