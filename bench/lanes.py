"""How long a P1 waits for its channel, with nothing else to do and with a backlog of P4 being worked off."""

import asyncio
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import monotonic
from uuid import uuid4

import asyncpg
import click
import httpx
import msgspec
from rich.progress import Progress
from rich.table import Table

from service.embedded.children import PlannedChild
from service.embedded.plans import plans
from service.settings import default_policy_folder, load_settings

_P1S = 200
_EVERY = 0.025
_PROCESSES = ("web", "relay", "urgent", "routine")
_TVP_P1 = {
    "reporter": "rural_resident",
    "concern": "serious_violence",
    "danger_now": "yes",
    "happening": "now",
    "anonymity": "named",
    "contact": {"phone": "07700 900123"},
}


class Waits(msgspec.Struct, frozen=True):
    """Milliseconds from receipt to the channel, and the P4 that waited before and after."""

    milliseconds: list[float]
    backlog_before: int
    backlog_after: int


def measure_lanes(port: int, environment: Mapping[str, str], backlog: int) -> tuple[Table, float]:
    """Send P1 reports one by one, first alone, then while `backlog` P4 notifications wait and are worked off."""
    state = Path(environment["EVENLODE_STATE"])
    everything = {**environment, "PORT": str(port), "EVENLODE_POLICY": str(_null_policy(state / "policy"))}
    seen: dict[str, Waits] = {}
    with _processes(everything), Progress(transient=True) as bar:
        task = bar.add_task("P1 hand-over", total=3)
        asyncio.run(_wait_ready(port))
        asyncio.run(_measure(everything, port, 0))  # connections opened, code warm
        for name, waiting in (("none", 0), (f"{backlog:,} P4", backlog)):
            seen[name] = asyncio.run(_measure(everything, port, waiting))
            bar.advance(task)
    table = Table(title=f"P1 accepted → channel, {_P1S} reports, one every 25 ms", title_justify="left")
    for column in ("waiting", "median ms", "p95 ms", "P4 at the start", "at the end"):
        table.add_column(column, justify="left" if column == "waiting" else "right")
    for name, waits in seen.items():
        ordered = sorted(waits.milliseconds)
        table.add_row(
            name,
            f"{median(ordered):.1f}",
            f"{ordered[int(len(ordered) * 0.95)]:.1f}",
            f"{waits.backlog_before:,}",
            f"{waits.backlog_after:,}",
        )
    alone, crowded = (median(waits.milliseconds) for waits in seen.values())
    table.add_row("backlog ÷ none", f"[bold]{crowded / alone:.2f}[/]", "", "", "")
    return table, crowded / alone


def _null_policy(folder: Path) -> Path:
    """The shipped policy with every notification going nowhere, so that only the way there is measured."""
    shutil.copytree(default_policy_folder(), folder, dirs_exist_ok=True)
    recipients = folder / "recipients.toml"
    channels = re.compile(r"channels = \[.*?^\]", re.DOTALL | re.MULTILINE)
    nowhere = channels.sub('channels = [{ kind = "null" }]', recipients.read_text())
    recipients.write_text(nowhere)
    return folder


@contextmanager
def _processes(environment: Mapping[str, str]) -> Iterator[None]:
    settings = load_settings(environment)
    logs = settings.state / "bench-logs"
    logs.mkdir(exist_ok=True)

    with ExitStack() as stack:
        for plan in plans(settings):
            if plan.name in _PROCESSES:
                child = PlannedChild(plan, logs=logs, cwd=Path.cwd(), environ={**os.environ, **environment})
                stack.callback(child.stop)
                child.spawn()
        yield


async def _wait_ready(port: int) -> None:
    until = monotonic() + 30
    async with httpx.AsyncClient() as client:
        while monotonic() < until:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise click.ClickException("the processes did not start")


async def _measure(environment: Mapping[str, str], port: int, backlog: int) -> Waits:
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    try:
        if backlog:
            await _fill(connection, backlog)
        before = await _waiting(connection)
        sent = await _send(port)
        after = await _waiting(connection)
        return Waits(await _waits(connection, sent), before, after)
    finally:
        await connection.close()


async def _send(port: int) -> list[str]:
    sent = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        for _ in range(_P1S):
            started = monotonic()
            answer = await client.post("/v1/reports", json=_TVP_P1, headers={"Idempotency-Key": str(uuid4())})
            answer.raise_for_status()
            sent.append(answer.json()["id"])
            await asyncio.sleep(max(0.0, _EVERY - (monotonic() - started)))
    return sent


async def _waits(connection: asyncpg.Connection, sent: list[str]) -> list[float]:
    """From the moment a report was received to the attempt on record just before its channel is called."""
    until = monotonic() + 60
    while True:
        rows = await connection.fetch(
            "SELECT min(extract(epoch FROM attempt.started_at - report.received_at) * 1000)::float8 AS waited"
            " FROM report_handle AS report JOIN delivery ON delivery.report_id = report.report_id"
            " JOIN delivery_attempt AS attempt ON attempt.delivery_id = delivery.id"
            " WHERE report.report_id = any($1::uuid[]) GROUP BY report.report_id",
            sent,
        )
        if len(rows) == len(sent):
            return [row["waited"] for row in rows]
        if monotonic() > until:
            raise click.ClickException(f"only {len(rows)} of {len(sent)} P1 reached their channel")
        await asyncio.sleep(0.05)


async def _waiting(connection: asyncpg.Connection) -> int:
    waiting: int = await connection.fetchval(
        "SELECT count(*) FROM delivery WHERE grade = 4 AND state IN ('waiting', 'handed')"
    )
    return waiting


async def _fill(connection: asyncpg.Connection, backlog: int) -> None:
    """P4 notifications due now, each of a report of its own."""
    await connection.execute(_FILL.format(backlog=int(backlog)))
    await connection.execute("ANALYZE delivery, route, decision, report_handle")


_FILL = """
CREATE TEMP TABLE n AS
    SELECT i, gen_random_uuid() AS report, gen_random_uuid() AS decision, gen_random_uuid() AS route
    FROM generate_series(1, {backlog}) AS i;
INSERT INTO report_handle (reference, report_id, receipt_hash, receipt_key_id, body_hash, received_at)
    SELECT 'B-' || i, report, sha256(report::text::bytea), '', '', now() FROM n;
INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail)
    SELECT decision, report, now(), 4, now(), 'bench', '["other"]', 1, '{{}}' FROM n;
INSERT INTO route (id, decision_id, report_id, recipient, tier)
    SELECT route, decision, report, 'asb_team', 'D3' FROM n;
INSERT INTO delivery (id, route_id, report_id, recipient, channel, grade, made_at, due_at, coarse)
    SELECT gen_random_uuid(), route, report, 'asb_team', 'null', 4, now(), now(), false FROM n;
SELECT pg_notify('evenlode_delivery', '4');
DROP TABLE n;
"""
