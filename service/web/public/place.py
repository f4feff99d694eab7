"""Where it was, told in whatever way somebody knows it: the questions, and the position that follows from the answers.

What is typed (words, postcode, grid reference, what3words, town) is kept as it is, all of it. There is one position,
from the most exact source at hand: the phone's own, as exact as the phone says; else a tap on the map, as exact as a
finger and the map's own places; else the middle of the chosen place. `accuracy_m` says how far to trust it. Whoever
reads the report goes by, in this order: what3words and a grid reference, a position good to less than a kilometre, the
postcode, any other position, the town, the words.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.texts import N_
from service.web.public.place_map import place_at, place_map
from service.web.public.questions import Choice, Question, Step

Fields = Mapping[str, Sequence[str]]
POSITION: Final = "location.latitude"
"""The question that the position stands at; a fault of it is shown there."""
_REST: Final = ("location.longitude", "location.accuracy_m")
PLACE_GOOD_TO_M: Final = 2000
"""Metres from the middle of a village within which somebody means it, farms and all; a town is not larger."""
_SAID: Final = N_("On the map or by your phone, good to about %(metres)s metres")


def position_fields(fields: Fields) -> list[tuple[str, Any]]:
    """The facts of a position that a script put into the form's hidden fields; none when any of them is no number."""
    found: list[tuple[str, Any]] = []
    for name in (POSITION, *_REST):
        given = next(iter(fields.get(name, ())), "").strip()
        if not given and name != POSITION:
            continue
        try:
            number = float(given)
        except ValueError:
            return []
        if not math.isfinite(number):
            return []
        found.append((name, number))
    return found


def with_position(body: dict[str, Any]) -> None:
    """Give a report whose place was only chosen from the list the position of that place."""
    location = body.get("location", {})
    if "latitude" in location or (place := place_at(location.get("town", ""))) is None:
        return
    location["latitude"], location["longitude"] = place.at
    location["accuracy_m"] = PLACE_GOOD_TO_M


def position_said(fields: Fields, say: Any) -> str:
    """The position in words, for the page on which answers are checked; '' without one."""
    told = dict(position_fields(fields))
    if POSITION not in told:
        return ""
    return str(say(_SAID) % {"metres": round(told.get(_REST[1], 0))})


def place_steps() -> tuple[Step, Step]:
    """The two steps of any form that asks for a place."""
    return (
        Step(
            id="place",
            questions=(
                Question(
                    name=POSITION,
                    shape="position",
                    label=N_("Where was it?"),
                    hint=N_("Tell it in the way that is easiest. You can leave out the rest."),
                ),
                Question(
                    name="location.town",
                    shape="select",
                    label=N_("Nearest town or village"),
                    choices=tuple(Choice(value=place.name, label=place.name) for place in place_map().places),
                ),
                Question(
                    name="location.description",
                    shape="text",
                    label=N_("In your own words"),
                    hint=N_("For example: the barn on the lane from Asthall to Swinbrook"),
                ),
                Question(
                    name="location.postcode",
                    shape="text",
                    most=10,
                    label=N_("Postcode, if you know it"),
                    hint=N_("For example: OX28 1NB. The first half is fine too."),
                ),
            ),
        ),
        Step(
            id="place_codes",
            title=N_("Do you have an exact position?"),
            note=N_("You can leave this empty."),
            questions=(
                Question(
                    name="location.grid_reference",
                    shape="text",
                    most=20,
                    label=N_("Grid reference"),
                    hint=N_("For example: SP 351 097"),
                ),
                Question(
                    name="location.what3words",
                    shape="text",
                    most=120,
                    label=N_("what3words"),
                    hint=N_("Three words with dots between them, in any language"),
                ),
            ),
        ),
    )
