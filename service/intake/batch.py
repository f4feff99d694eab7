"""Group commit: requests that arrive during a commit share the next one; a lone request never waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from service.errors import StorageUnavailable

Row = TypeVar("Row")
Outcome = TypeVar("Outcome")


class GroupCommit(Generic[Row, Outcome]):
    """Hands rows to `commit` in batches of at most `largest`, one batch at a time, in order of arrival.

    `commit` gets the rows and returns for each, in order, its outcome or the exception it failed with; an exception
    it raises fails the whole batch. Beyond `most_waiting` rows a newcomer is told at once that storage is not keeping
    up, instead of joining a queue that its client will not outwait.
    """

    def __init__(
        self,
        commit: Callable[[list[Row]], Awaitable[list[Outcome | Exception]]],
        *,
        largest: int = 128,
        most_waiting: int = 4096,
    ) -> None:
        self._commit = commit
        self._largest = largest
        self._most_waiting = most_waiting
        self._waiting: list[tuple[Row, asyncio.Future[Outcome]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def submit(self, row: Row) -> Outcome:
        """Return the outcome once the row's batch is committed.

        Raises what its commit raised, or StorageUnavailable when too many rows wait. A caller that is cancelled
        leaves the row with the writer: it may be on its way to the disk already.
        """
        if len(self._waiting) >= self._most_waiting:
            raise StorageUnavailable
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            batch = self._waiting[: self._largest]
            del self._waiting[: self._largest]
            try:
                outcomes = await self._commit([row for row, _ in batch])
            except Exception as fault:  # noqa: BLE001  # it belongs to the requests that wait, not to the writer
                outcomes = [fault] * len(batch)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        # Nothing can arrive between the last look and this line: there is no await between them.
        self._writer = None

    async def close(self) -> None:
        """Wait until everything handed in is settled."""
        if self._writer is not None:
            await self._writer
