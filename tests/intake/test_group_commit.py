"""Requests share commits, in order, without waiting alone and without failing for one another."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from service.errors import StorageUnavailable
from service.intake.batch import GroupCommit


class Disk:
    """A commit that ends when it is told to, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def commit(self, rows: list[int]) -> list[int | Exception]:
        self.batches.append(rows)
        await self.gate.wait()
        return [ValueError(str(row)) if row < 0 else row * 10 for row in rows]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0)


async def _submitted(commits: GroupCommit[int, int], rows: list[int]) -> list[asyncio.Task[int]]:
    """Hand rows in, each as a request of its own, until all wait."""
    tasks = [asyncio.create_task(_submit(commits.submit(row))) for row in rows]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def _submit(answer: Awaitable[int]) -> int:
    return await answer


async def test_a_lone_request_is_committed_at_once_and_alone() -> None:
    disk = Disk()
    disk.gate.set()
    assert await GroupCommit(disk.commit).submit(1) == 10
    assert disk.batches == [[1]]


async def test_those_that_arrive_during_a_commit_share_the_next_in_their_order() -> None:
    disk = Disk()
    commits = GroupCommit(disk.commit)
    first = await _submitted(commits, [1])
    await _until(lambda: disk.batches == [[1]])
    rest = await _submitted(commits, [2, 3, 4, 5])
    disk.gate.set()
    assert await asyncio.gather(*first, *rest) == [10, 20, 30, 40, 50]
    assert disk.batches == [[1], [2, 3, 4, 5]]


async def test_a_second_commit_starts_as_soon_as_it_is_worth_its_while_and_a_third_waits() -> None:
    disk = Disk()
    commits = GroupCommit(disk.commit, worthwhile=2)
    tasks = await _submitted(commits, [1])
    await _until(lambda: disk.batches == [[1]])
    tasks += await _submitted(commits, [2])
    assert disk.batches == [[1]]
    tasks += await _submitted(commits, [3])
    await _until(lambda: disk.batches == [[1], [2, 3]])
    tasks += await _submitted(commits, [4, 5, 6])
    assert disk.batches == [[1], [2, 3]]
    disk.gate.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40, 50, 60]
    assert disk.batches == [[1], [2, 3], [4, 5, 6]]


async def test_no_batch_is_larger_than_allowed() -> None:
    disk = Disk()
    commits = GroupCommit(disk.commit, largest=2)
    tasks = await _submitted(commits, [1])
    await _until(lambda: bool(disk.batches))
    tasks += await _submitted(commits, [2, 3, 4, 5, 6])
    disk.gate.set()
    await asyncio.gather(*tasks)
    assert disk.batches == [[1], [2, 3], [4, 5], [6]]


async def test_a_row_that_fails_fails_its_own_request_only() -> None:
    disk = Disk()
    disk.gate.set()
    commits = GroupCommit(disk.commit)
    answers = await asyncio.gather(*(commits.submit(row) for row in (1, -2, 3)), return_exceptions=True)
    assert answers[0::2] == [10, 30]
    assert isinstance(answers[1], ValueError)


async def test_a_failed_commit_fails_all_its_requests_and_the_next_one_works() -> None:
    disk = Disk()
    disk.gate.set()
    away = True

    async def commit(rows: list[int]) -> list[int | Exception]:
        if away:
            raise StorageUnavailable
        return await disk.commit(rows)

    commits = GroupCommit(commit)
    answers = await asyncio.gather(commits.submit(1), commits.submit(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [StorageUnavailable, StorageUnavailable]
    away = False
    assert await commits.submit(3) == 30


async def test_a_request_that_gives_up_leaves_its_row_with_the_writer_and_the_others_answered() -> None:
    disk = Disk()
    commits = GroupCommit(disk.commit)
    first = await _submitted(commits, [1])
    await _until(lambda: bool(disk.batches))
    gone, stays = await _submitted(commits, [2, 3])
    gone.cancel()
    disk.gate.set()
    assert await asyncio.gather(*first, stays) == [10, 30]
    assert disk.batches == [[1], [2, 3]]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_newcomer_is_told_at_once_when_too_many_wait() -> None:
    disk = Disk()
    commits = GroupCommit(disk.commit, most_waiting=2)
    tasks = await _submitted(commits, [1])
    await _until(lambda: bool(disk.batches))
    tasks += await _submitted(commits, [2, 3])
    with pytest.raises(StorageUnavailable):
        await commits.submit(4)
    disk.gate.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30]
    assert await commits.submit(5) == 50


async def test_closing_waits_for_everything_handed_in() -> None:
    disk = Disk()
    commits = GroupCommit(disk.commit)
    tasks = await _submitted(commits, [1])
    await _until(lambda: bool(disk.batches))
    tasks += await _submitted(commits, [2])
    closing = asyncio.create_task(commits.close())
    await asyncio.sleep(0)
    assert not closing.done()
    disk.gate.set()
    await closing
    assert [task.done() for task in tasks] == [True, True]
    await commits.close()
