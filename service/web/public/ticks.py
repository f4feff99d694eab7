"""The list of what is done for the evidence, ticked at the venue: each change is a message to whoever has the report.

Messages are in English for those who read them. What is ticked is read from them again, so nothing else is stored.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import uuid4

from schemas.follow_up import MessageLine
from service.texts import N_

_HEAD: Final = "From the list at the venue."
_DONE: Final = "Done:"
_NOT_DONE: Final = "Not done after all:"


class Tick(NamedTuple):
    """One thing to do: what the venue reads, and what the message says of it."""

    value: str
    label: str
    says: str


TICKS: Final = (
    Tick("glass", N_("The glass or bottle is kept, covered and in a bag"), "glass or bottle kept and bagged"),
    Tick("samples", N_("The first urine is kept, or a sample was taken"), "samples kept or taken"),
    Tick("cctv", N_("The camera pictures are saved"), "camera pictures saved"),
    Tick("witnesses", N_("The names of witnesses and staff are written down"), "names of witnesses noted"),
    Tick("batch", N_("All reports like this from tonight are put together"), "similar reports put together"),
    Tick("ambulance", N_("An ambulance was called"), "ambulance asked for"),
    Tick("police", N_("The police know (999 or 101)"), "police told"),
)


def tick_list(done: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What the list's template needs; each list that is shown has a key of its own."""
    return {"ticks": TICKS, "done": done, "tick_key": str(uuid4())}


def ticked(conversation: Iterable[MessageLine]) -> frozenset[str]:
    """What stands ticked after all that was written."""
    found: set[str] = set()
    for message in conversation:
        head, *lines = message.text.splitlines()
        if message.author != "reporter" or head != _HEAD:
            continue
        for line in lines:
            if line.startswith(_DONE):
                found |= _named(line.removeprefix(_DONE))
            elif line.startswith(_NOT_DONE):
                found -= _named(line.removeprefix(_NOT_DONE))
    return frozenset(found)


def message(before: frozenset[str], after: Sequence[str]) -> str | None:
    """What is to be told of a change, or None when nothing changed."""
    done = [tick.says for tick in TICKS if tick.value in after and tick.value not in before]
    undone = [tick.says for tick in TICKS if tick.value in before and tick.value not in after]
    lines = [
        *([f"{_DONE} {'; '.join(done)}."] if done else []),
        *([f"{_NOT_DONE} {'; '.join(undone)}."] if undone else []),
    ]
    return "\n".join([_HEAD, *lines]) if lines else None


def _named(line: str) -> set[str]:
    said = {one.strip() for one in line.strip().removesuffix(".").split(";")}
    return {tick.value for tick in TICKS if tick.says in said}
