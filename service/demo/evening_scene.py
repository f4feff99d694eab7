"""What an evening's report is drawn from: scenes, and the words that vary within them.

Everything here is made up, and made up recognisably: telephone numbers are those kept for drama (01632 960xxx and
07700 900xxx), registrations bear the age code 00 that is never issued, names of businesses say that they are examples,
and nobody is named.
"""

from random import Random
from string import ascii_uppercase
from typing import Any, Final

import msgspec

_FIRST: Final = "".join(letter for letter in ascii_uppercase if letter not in "IQZ")
_LAST: Final = "".join(letter for letter in ascii_uppercase if letter not in "IQ")
_PLATES: Final = 14
"""Vehicles about on one evening: few enough for some to be seen by several reporters."""


class Scene(msgspec.Struct, frozen=True):
    """One thing that happens, and what a reporter ticks and says about it.

    `weight` is how often it comes among its kind's scenes. A tuple in `facts` stands for any of its items; so does
    `{word}` in a text for one of WORDS.
    """

    concern: str
    weight: float
    texts: tuple[str, ...]
    facts: dict[str, Any] = {}
    child: bool = False
    asb: bool = False


WORDS: Final[dict[str, tuple[str, ...]]] = {
    "age": ("13", "14", "15", "16"),
    "bike": ("an off-road bike", "two off-road bikes", "a quad", "three lads on e-bikes"),
    "car": (
        "silver hatchback",
        "dark blue estate",
        "white van",
        "black saloon",
        "grey pick-up",
        "red flatbed",
    ),
    "drink": ("vodka and lemonade", "gin and tonic", "a pint of cider", "rum and coke", "a glass of wine"),
    "few": ("two", "three", "four", "five"),
    "group": ("six or seven", "about ten", "a dozen", "four or five"),
    "hours": ("60", "66", "72", "78", "84"),
    "minutes": ("five", "ten", "fifteen", "twenty"),
    "money": ("£300", "£650", "£1,200", "£4,000"),
    "often": ("most evenings", "every weekend", "three nights this week", "since the summer"),
    "park": ("the recreation ground", "the skate park", "the bus shelter", "the car park", "the play area"),
    "plant": ("quad bike", "mini digger", "trailer", "GPS guidance unit", "ride-on mower"),
    "room": ("the toilets", "the smoking area", "the back bar", "the beer garden"),
    "street": ("our close", "the high street", "the estate", "the lane behind us"),
    "tools": ("battery tools", "two chainsaws", "a generator", "the compressor"),
}


class _Words(dict[str, str]):
    """Draws a word the first time it is asked for, and the same one after that."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self._rng = rng

    def __missing__(self, name: str) -> str:
        self[name] = self._rng.choice(WORDS[name])
        return self[name]


def tell(rng: Random, scene: Scene) -> str:
    """What the reporter writes."""
    text = rng.choice(scene.texts).format_map(_Words(rng))
    return text[0].upper() + text[1:]


def tick(rng: Random, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts ticked, one item drawn wherever several are possible; None is left unanswered."""
    drawn = {name: rng.choice(value) if isinstance(value, tuple) else value for name, value in facts.items()}
    return {name: value for name, value in drawn.items() if value is not None}


def mobile(rng: Random) -> str:
    """A mobile number of the range kept for drama (Ofcom)."""
    return f"07700 900{rng.randrange(1000):03d}"


def landline(rng: Random) -> str:
    """A number of the area code that no area has, kept for drama (Ofcom)."""
    return f"01632 960{rng.randrange(1000):03d}"


def registration(rng: Random) -> str:
    """A registration of the current form with the age code 00, which is never issued."""
    return f"{''.join(rng.choices(_FIRST, k=2))}00 {''.join(rng.choices(_LAST, k=3))}"


def vehicles(rng: Random) -> list[str]:
    """The registrations seen about this evening."""
    return [registration(rng) for _ in range(_PLATES)]
