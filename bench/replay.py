"""How fast stored decisions are made again under a changed policy, and what the replay says of them."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import Progress

from bench.bodies import bodies
from service.cli.policy_summary import print_changes, print_summary
from service.db.pool import open_pool
from service.intake.accept import Intake
from service.intake.decode import decode_report
from service.intake.store import ReportStore
from service.keys import load_key_ring
from service.policy.load import load_policy
from service.policy.model import Policy
from service.policy.releases.comparing import Tally
from service.policy.releases.folder import read_folder
from service.policy.releases.model import Files
from service.policy.releases.replay import Job, replay

_BATCH = 64
_COPY = """
WITH copied AS MATERIALIZED (
    SELECT report.*, decision.decided_at, decision.grade, decision.due_at, decision.policy, decision.concerns,
           decision.recipients, decision.detail,
           (left(report.id::text, 15) || substr(gen_random_uuid()::text, 16))::uuid AS copy,
           upper(substr(md5(random()::text), 1, 10)) AS code
    FROM (SELECT * FROM report ORDER BY id LIMIT $1) AS report JOIN decision ON decision.report_id = report.id
), handles AS (
    INSERT INTO report_handle (reference, report_id, receipt_hash, receipt_key_id, body_hash, received_at)
    SELECT 'WO-' || code, copy, sha256(copy::text::bytea), 'bench', '', received_at FROM copied
), reports AS (
    INSERT INTO report (id, received_at, reporter, anonymity, concern, body, typed)
    SELECT copy, received_at, reporter, anonymity, concern, body, typed FROM copied
)
INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail)
SELECT gen_random_uuid(), copy, decided_at, grade, due_at, policy, concerns, recipients, detail FROM copied
"""


def measure_replay(
    database_url: str,
    key_file: Path,
    policy_folder: Path,
    count: int,
    console: Console,
    *,
    different: int = 5_000,
) -> float:
    """Store `count` decisions, replay them under a policy with one rule changed, print what it finds.

    `different` of the reports are different ones of a demo evening, the rest are copies: a decision costs what it
    costs, however often it was made before.
    Returns decisions per second, from the start of the replay to its end, the start of its processes included.
    """
    with Progress(transient=True, console=console) as bar:
        task = bar.add_task("Storing decisions", total=count)
        asyncio.run(
            _fill(
                database_url,
                key_file,
                load_policy(policy_folder),
                bodies(min(count, different)),
                count,
                lambda done: bar.update(task, completed=done),
            )
        )
    candidate = _changed(read_folder(policy_folder))
    job = Job(url=database_url, candidate=candidate, since=datetime.now(UTC) - timedelta(days=3), most=5)
    with Progress(transient=True, console=console) as bar:
        task = bar.add_task("Deciding again", total=count)
        started = time.perf_counter()
        tally = replay(job, lambda done, _total: bar.update(task, completed=done))
        took = time.perf_counter() - started
    _print(console, tally, took)
    return tally.compared / took


def _changed(files: Files) -> Files:
    """The policy with a crime in progress as P2 and no longer P1: what nobody should change unseen."""
    before = 'id = "P1f"\ngrade = "P1"'
    if before not in files["rules.toml"]:
        raise ValueError("rules.toml has no rule P1f to change")
    return {**files, "rules.toml": files["rules.toml"].replace(before, 'id = "P1f"\ngrade = "P2"')}


async def _fill(
    database_url: str,
    key_file: Path,
    policy: Policy,
    some: list[bytes],
    count: int,
    progress: Callable[[int], None],
) -> None:
    """Store some reports through the intake, then copy them until there are `count`."""
    pool = await open_pool(database_url, role="evenlode_web", size=2)
    connection = await asyncpg.connect(database_url)
    try:
        clock = datetime.now(UTC) - timedelta(hours=1)
        store = ReportStore(pool, reference_prefix=policy.partnership.reference_prefix)
        intake = Intake(policy=policy, store=store, ring=load_key_ring(key_file), clock=lambda: clock)
        for start in range(0, len(some), _BATCH):
            batch = some[start : start + _BATCH]
            await asyncio.gather(*(intake.accept(decode_report(body), body, None) for body in batch))
            progress(start)
        await intake.close()
        stored = len(some)
        while stored < count:
            copies = min(stored, count - stored, 20_000)
            await connection.execute(_COPY, copies)
            stored += copies
            progress(stored)
        await connection.execute("ANALYZE report, report_handle, decision")
    finally:
        await connection.close()
        await pool.close()


def _print(console: Console, tally: Tally, took: float) -> None:
    console.print(
        f"Replay of {tally.reports:,} stored decisions: {took:.1f} s, {tally.compared / took:,.0f} a second."
    )
    print_summary(console, tally)
    print_changes(console, tally)
