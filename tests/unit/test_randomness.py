"""Random bytes: as many as asked for, never the same twice, and none shared with a forked process."""

import os

import pytest

from service.randomness import random_bytes


@pytest.mark.parametrize("count", [0, 1, 10, 4096, 10_000])
def test_as_many_bytes_as_asked_for(count: int) -> None:
    assert len(random_bytes(count)) == count


def test_no_byte_is_given_out_twice() -> None:
    drawn = [random_bytes(16) for _ in range(2_000)]
    assert len(set(drawn)) == len(drawn)


def test_a_forked_process_draws_bytes_of_its_own() -> None:
    random_bytes(1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_bytes(32))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    assert len(told) == 32
    assert told != random_bytes(32)
