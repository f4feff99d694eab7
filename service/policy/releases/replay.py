"""Deciding stored reports again under another policy. Nothing is changed: every transaction is read-only.

The reports are cut into batches by their ids and shared out to a process for each core. All of them see the database
as it was when the replay began (an exported snapshot), however long it takes. A batch is forgotten once it is counted,
so memory does not grow with the number of reports.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import asyncpg
import msgspec

from schemas.reports import Report
from service.db.partitions import first_id
from service.db.sql import load_queries
from service.errors import ServiceError
from service.intake.classify import classify
from service.policy.releases.candidate import load_files
from service.policy.releases.comparing import Tally
from service.policy.releases.model import Files
from service.routing.model import Decision

BATCH: Final = 1_000
"""Reports decided between two signs of progress; some 10 MB in memory."""
_FAR_FUTURE: Final = datetime(9999, 1, 1, tzinfo=UTC)
_QUERIES: Final = load_queries("service.policy.releases", "replay.sql")
_REPORT: Final = msgspec.json.Decoder(Report)
_DECISION: Final = msgspec.json.Decoder(Decision)
TEXT_GONE: Final = "its text was removed later"
NOT_READABLE: Final = "it was stored in a form that this release does not read"
NOT_DECIDED: Final = "no decision on it is stored"

Span = tuple[UUID, UUID]
_worker: "_Worker | None" = None


class ReplayFailed(ServiceError):
    """A process of the replay ended before its time; is there enough memory?"""

    code = "replay-failed"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to decide again. `baseline` None compares with the stored decisions, else with what that policy decides."""

    url: str
    candidate: Files
    baseline: Files | None = None
    since: datetime
    until: datetime | None = None
    most: int = 50
    processes: int = 0
    """0: one for each core."""


class _Handed(msgspec.Struct, frozen=True):
    """What a process is given to begin with."""

    job: Job
    snapshot: str


def replay(job: Job, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Tally:
    """Decide the reports of a job again and add up what changes. `progress` is told (done, total).

    Runs event loops of its own, so call it outside of any. Raises PolicyError for a policy that cannot be used, and
    what the database raises.
    """
    with asyncio.Runner() as runner:
        connection = runner.run(_connect(job.url))
        try:
            # Held open to the end: the snapshot lives as long as the transaction that exported it.
            spans, total, snapshot = runner.run(_begin(connection, job))
            tally = Tally(most=job.most)
            progress(0, total)
            with _deciding(_Handed(job, snapshot), spans) as counted:
                for part in counted:
                    tally.merge(part)
                    progress(tally.reports, total)
        finally:
            connection.terminate()
    return tally.finished()


async def _begin(connection: asyncpg.Connection, job: Job) -> tuple[list[Span], int, str]:
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
    low, high = first_id(job.since), first_id(job.until or _FAR_FUTURE)
    firsts = [row["id"] for row in await connection.fetch(_QUERIES["begin"], low, high, BATCH)]
    total = await connection.fetchval(_QUERIES["count"], low, high)
    return list(pairwise([*firsts, high])), total, snapshot


@contextmanager
def _deciding(handed: _Handed, spans: list[Span]) -> Iterator[Iterator[Tally]]:
    """The tally of each span, as they come; decided in this process when one batch is all."""
    processes = min(handed.job.processes or len(os.sched_getaffinity(0)), len(spans))
    if processes <= 1:
        with _Worker(handed) as worker:
            yield (worker.count(span) for span in spans)
        return
    # Started afresh and not forked, so that no connection or loop of this process is shared by accident.
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(handed,)
    )
    try:
        yield _shared_out(pool, spans, 2 * processes)
    except BrokenProcessPool as broken:
        raise ReplayFailed from broken
    finally:
        pool.shutdown(cancel_futures=True)


def _shared_out(pool: ProcessPoolExecutor, spans: list[Span], ahead: int) -> Iterator[Tally]:
    """Each span's tally, with no more than `ahead` of them under way or waiting to be added up."""
    waiting: set[Future[Tally]] = set()
    for span in spans:
        if len(waiting) >= ahead:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)
        waiting.add(pool.submit(_count, span))
    yield from (one.result() for one in as_completed(waiting))


def _start_worker(handed: _Handed) -> None:
    global _worker  # noqa: PLW0603 - what one process of the pool keeps from batch to batch
    # Ctrl-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = _Worker(handed)


def _count(span: Span) -> Tally:
    if _worker is None:
        raise ReplayFailed
    return _worker.count(span)


class _Worker:
    """Decides batches, with a read-only connection and the policies of its own."""

    def __init__(self, handed: _Handed) -> None:
        job = handed.job
        self._most = job.most
        self._candidate = load_files(job.candidate)
        self._baseline = None if job.baseline is None else load_files(job.baseline)
        self._runner = asyncio.Runner()
        self._connection: Any = self._runner.run(_within(job.url, handed.snapshot))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.terminate()
        self._runner.close()

    def count(self, span: Span) -> Tally:
        """Decide the reports of a span again."""
        tally = Tally(most=self._most)
        for row in self._runner.run(self._connection.fetch(_QUERIES["stored"], *span)):
            self._compare(row, tally)
        return tally.finished()

    def _compare(self, row: asyncpg.Record, tally: Tally) -> None:
        if row["decision"] is None:
            tally.left_out[NOT_DECIDED] += 1
            return
        tally.versions[row["policy"]] += 1
        try:
            report = _REPORT.decode(row["body"])
            was = _DECISION.decode(row["decision"])
        except msgspec.MsgspecError:
            tally.left_out[NOT_READABLE] += 1
            return
        if not report.description and _quotes(was):
            tally.left_out[TEXT_GONE] += 1
            return
        at = row["received_at"]
        if self._baseline is not None:
            was = classify(report, self._baseline, at)
        now = classify(report, self._candidate, at)
        tally.add(was, now, report=row["id"], reference=row["reference"], concern=row["concern"], at=at)


def _quotes(decision: Decision) -> bool:
    """Whether a decision cites words of the report."""
    reasons = [*decision.reasons, *(reason for told in decision.recipients for reason in told.why)]
    return any(evidence.origin == "text" for reason in reasons for evidence in reason.because)


async def _connect(url: str) -> asyncpg.Connection:
    """A connection that cannot write, as the role of the pattern work: it may read reports and no source."""
    connection = await asyncpg.connect(
        url,
        timeout=10,
        server_settings={
            "application_name": "evenlode_replay",
            "role": "evenlode_pattern",
            "default_transaction_read_only": "on",
        },
    )
    # Left as the JSON that it is; each is decoded once, into what it is for.
    await connection.set_type_codec(
        "jsonb", encoder=bytes, decoder=lambda value: value[1:], schema="pg_catalog", format="binary"
    )
    return connection


async def _within(url: str, snapshot: str) -> asyncpg.Connection:
    """A connection that sees what the first one saw when the replay began."""
    connection = await _connect(url)
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    return connection
