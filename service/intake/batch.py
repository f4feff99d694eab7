"""Group commit: requests that arrive during a commit share the next one; a lone request never waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from service.errors import StorageUnavailable

Row = TypeVar("Row")
Outcome = TypeVar("Outcome")


class GroupCommit(Generic[Row, Outcome]):
    """Hands rows to `commit` in batches of at most `largest`, in order of arrival.

    A row that finds nothing under way goes at once. While a commit is under way rows gather; as soon as `worthwhile`
    have, they go as a second batch, so that one is prepared while the other waits for the disk. Never are more than
    two under way: the rest gather for a larger one.

    `commit` gets the rows and returns for each, in order, its outcome or the exception it failed with; an exception
    it raises fails the whole batch. Beyond `most_waiting` rows a newcomer is told at once that storage is not keeping
    up, instead of joining a queue that its client will not outwait.
    """

    def __init__(
        self,
        commit: Callable[[list[Row]], Awaitable[list[Outcome | Exception]]],
        *,
        largest: int = 64,
        worthwhile: int = 16,
        most_waiting: int = 4096,
    ) -> None:
        self._commit = commit
        self._largest = largest
        self._worthwhile = worthwhile
        self._most_waiting = most_waiting
        self._waiting: list[tuple[Row, asyncio.Future[Outcome]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def submit(self, row: Row) -> Outcome:
        """Return the outcome once the row's batch is committed.

        Raises what its commit raised, or StorageUnavailable when too many rows wait. A caller that is cancelled
        leaves the row with the writer: it may be on its way to the disk already.
        """
        if len(self._waiting) >= self._most_waiting:
            raise StorageUnavailable
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        self._start()
        return await future

    def _start(self) -> None:
        """Send the next batch on its way if it is time for one."""
        enough = (1, self._worthwhile)
        if len(self._under_way) < len(enough) and len(self._waiting) >= enough[len(self._under_way)]:
            task = asyncio.create_task(self._send())
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._start()

    async def _send(self) -> None:
        # Taken only now, when the loop has run: what arrived in the same turn goes along.
        batch = self._waiting[: self._largest]
        del self._waiting[: self._largest]
        if not batch:
            return  # the batch before this one, sent in the same turn, had room for all
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

    async def close(self) -> None:
        """Wait until everything handed in is settled."""
        while self._under_way:
            await asyncio.wait(self._under_way)
