"""Sending reports the way a client should: a key for each, and the same key again until there is an answer."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import httpx
import msgspec

from schemas.reports import Accepted
from service.demo.evening import Sending

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
_ACCEPTED: Final = msgspec.json.Decoder(Accepted)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How one press of "send" ended. `accepted` is None when it was refused, and `refusal` then says why.

    `repeats` is how often the request was sent again with the same key before it had an answer.
    """

    number: int
    second_click: bool
    repeats: int
    accepted: Accepted | None = None
    refusal: str = ""


class Evening(msgspec.Struct, frozen=True, kw_only=True):
    """What the service answered to an evening. `same` and `different` count answers to second clicks."""

    accepted: dict[int, Accepted]
    same: int
    different: int
    repeats: int
    refusals: list[str]


async def send_report(
    client: httpx.AsyncClient,
    body: bytes,
    key: str,
    *,
    patience: float,
    longest_pause: float = _LONGEST_PAUSE,
) -> tuple[httpx.Response | None, int]:
    """Send one report until it has an answer that will not change: 201, or a refusal of the report itself.

    A lost connection, a time-out, 429 and any 5xx are repeated with the same key, which is safe, after a jittered
    pause that grows to `longest_pause` seconds and heeds `Retry-After` within it. Returns the answer, None when
    `patience` seconds brought none, and the number of repeats.
    """
    deadline = time.monotonic() + patience
    pause = _FIRST_PAUSE
    repeats = 0
    while True:
        wait = pause
        try:
            answer = await client.post(
                "/v1/reports",
                content=body,
                headers={"Content-Type": "application/json", "Idempotency-Key": key},
            )
        except httpx.TransportError:
            pass
        else:
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS and not answer.is_server_error:
                return answer, repeats
            wait = max(pause, _retry_after(answer))
        wait = min(wait, longest_pause) * random.uniform(0.7, 1.3)  # noqa: S311 - only spreads clients out
        if time.monotonic() + wait > deadline:
            return None, repeats
        await asyncio.sleep(wait)
        pause = min(pause * 2, longest_pause)
        repeats += 1


async def send_evening(
    client: httpx.AsyncClient,
    sendings: Iterable[Sending],
    *,
    run: str,
    concurrency: int,
    patience: float = 120,
    progress: Callable[[Answer], None] = lambda _answer: None,
) -> Evening:
    """Send in order, `concurrency` at a time. `run` begins every Idempotency-Key and must be new each time."""
    answers: list[Answer] = []
    waiting = iter(sendings)

    async def sender(queue: Iterator[Sending]) -> None:
        for sending in queue:
            answer = await _send(client, sending, f"demo-{run}-{sending.number:06d}", patience)
            answers.append(answer)
            progress(answer)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(sender(waiting))
    return _sum_up(answers)


async def _send(client: httpx.AsyncClient, sending: Sending, key: str, patience: float) -> Answer:
    response, repeats = await send_report(client, sending.body, key, patience=patience)
    accepted, refusal = None, ""
    if response is None:
        refusal = f"no answer within {patience:g} seconds"
    elif response.status_code == httpx.codes.CREATED:
        accepted = _ACCEPTED.decode(response.content)
    else:
        refusal = f"{response.status_code} {response.text[:300]}"
    return Answer(
        number=sending.number,
        second_click=sending.second_click,
        repeats=repeats,
        accepted=accepted,
        refusal=refusal,
    )


def _sum_up(answers: list[Answer]) -> Evening:
    first = {one.number: one.accepted for one in answers if one.accepted and not one.second_click}
    second = [one for one in answers if one.second_click and one.accepted]
    same = sum(one.accepted == first.get(one.number) for one in second)
    return Evening(
        accepted=first,
        same=same,
        different=len(second) - same,
        repeats=sum(one.repeats for one in answers),
        refusals=[one.refusal for one in answers if one.accepted is None],
    )


def _retry_after(answer: httpx.Response) -> float:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else 0.0
