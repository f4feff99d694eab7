"""Guessing is slowed down, by account and by network; nobody is kept out for good, and not by somebody else."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis

from service.access.errors import SignInThrottled
from service.access.throttle import Throttle, of_account, of_network
from tests.access.visiting import Console, Person


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


async def tries(throttle: Throttle, count: int, *counted: object) -> int:
    """How many of so many tries at once were let through."""
    outcomes = await asyncio.gather(
        *(throttle.begin(*counted) for _ in range(count)),
        return_exceptions=True,  # type: ignore[arg-type]
    )
    assert all(outcome is None or isinstance(outcome, SignInThrottled) for outcome in outcomes)
    return outcomes.count(None)


async def test_tries_that_come_together_are_counted_like_those_that_do_not(redis: Redis) -> None:
    # Six, where a second passes meanwhile and with it the first wait.
    assert await tries(Throttle(redis), 40, of_account("somebody")) in {5, 6}


def test_waits_grow_up_to_a_quarter_of_an_hour_and_no_further() -> None:
    waits = [of_account("somebody").wait_after(count) for count in range(1, 40)]
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:8] == [1, 2, 4, 8]
    assert waits == sorted(waits)
    assert waits[-1] == 15 * 60


async def test_the_wait_is_over_by_itself(redis: Redis) -> None:
    throttle, somebody = Throttle(redis), of_account("somebody")
    with pytest.raises(SignInThrottled) as refused:  # noqa: PT012 - which of them it is depends on the time they take
        for _ in range(20):
            await throttle.begin(somebody)
    assert 1 <= refused.value.wait_seconds <= 15 * 60
    async with asyncio.timeout(20):
        while True:
            if await tries(throttle, 1, somebody):
                return
            await asyncio.sleep(0.1)


async def test_what_was_right_is_forgotten(redis: Redis) -> None:
    throttle, somebody = Throttle(redis), of_account("somebody")
    for _ in range(20):
        await throttle.begin(somebody)
        await throttle.succeeded(somebody)


async def test_an_office_that_signs_in_all_day_is_not_slowed_down(redis: Redis) -> None:
    throttle = Throttle(redis)
    for person in range(100):
        counted = (of_account(str(person)), of_network("office"))
        await throttle.begin(*counted)
        await throttle.succeeded(*counted)


async def test_many_accounts_tried_from_one_network_are_slowed_down(redis: Redis) -> None:
    throttle = Throttle(redis)
    through = [
        await tries(throttle, 1, of_account(str(person)), of_network("somewhere")) for person in range(50)
    ]
    # More than thirty where one of the tries takes longer than the first waits.
    assert 30 <= sum(through) < 40
    # A wait of the network is no try of the account.
    assert await tries(throttle, 1, of_account("49")) == 1


async def test_without_the_broker_guessing_stays_slow_and_people_get_in() -> None:
    async with Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1) as away:
        throttle, somebody = Throttle(away), of_account("somebody")
        assert await tries(throttle, 40, somebody) in {5, 6}
        assert await tries(throttle, 1, of_account("somebody else")) == 1
        await throttle.succeeded(somebody)
        assert await tries(throttle, 1, somebody) == 1


async def test_the_desk_says_how_long_to_wait_and_then_lets_the_person_in(console: Console) -> None:
    person = await console.somebody()
    refused = await guess_until_refused(console, person)
    assert re.search(r"Wait \d+ seconds?, then try again", refused.text)
    visitor = console.visitor()
    async with asyncio.timeout(100):
        while True:
            if "Choose a password" in (await visitor.give_password(person)).text:
                return
            await asyncio.sleep(0.1)


async def test_whoever_guesses_elsewhere_does_not_keep_somebody_out_of_their_own_browser(
    console: Console,
) -> None:
    visitor = await console.signed_in()
    person = visitor.person
    await guess_until_refused(console, person)
    await visitor.send("/desk/me", "/desk/sign-out")
    await visitor.sign_in(person)
    assert await visitor.is_in()


async def test_guesses_of_a_code_are_slowed_down_as_well(console: Console) -> None:
    person = (await console.signed_in()).person
    visitor = console.visitor()
    await visitor.give_password(person)
    answers = [(await visitor.give_code("000000")).status_code for _ in range(12)]
    assert answers[:5] == [422] * 5
    assert 429 in answers


async def guess_until_refused(console: Console, person: Person) -> httpx.Response:
    """What somebody without the password does, and how that ends."""
    for _ in range(12):
        answer = await console.visitor().give_password(person, "a guess of somebody")
        if answer.status_code == 429:
            return answer
    raise AssertionError("guessing was not slowed down")
