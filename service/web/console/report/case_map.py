"""The schematic map of a report's page: its place and those of reports near it, drawn here, with words beside it.

Drawn from the partnership's own file (`service.web.public.place_map`), so that no place is asked of anybody else.
"""

from collections.abc import Iterable, Mapping
from math import cos, hypot, radians
from typing import Any, Final, Literal

import msgspec

from service.web.public.place_map import Where, place_at, place_map

Kind = Literal["here", "linked", "near"]
_KM_A_DEGREE: Final = 111.32
_LEAST_KM: Final = 8.0
_MARGIN: Final = 1.3
_HEIGHT: Final = 320
_WIDTH: Final = 560
_NEAR_KM: Final = 1.0
_EXACT_M: Final = 50.0
_CHARACTER_PX: Final = 7.5


class Spot(msgspec.Struct, frozen=True):
    """A report on the map, in pixels of the drawing. `says` is where that is; `reach` how exact, in pixels."""

    reference: str
    kind: Kind
    x: float
    y: float
    reach: float
    says: str


class Name(msgspec.Struct, frozen=True):
    """A place's name and dot."""

    text: str
    x: float
    y: float


class Line(msgspec.Struct, frozen=True):
    """A road or river."""

    kind: str
    points: str


class CaseMap(msgspec.Struct, frozen=True):
    """What the template draws. `attribution` is owed to the map's source."""

    width: int
    height: int
    spots: list[Spot]
    names: list[Name]
    lines: list[Line]
    kilometre: float
    attribution: str


def case_map(reports: Iterable[tuple[str, Kind, Any]]) -> CaseMap | None:
    """A map of (reference, kind, location) of reports, the report itself first; None where none was told of it."""
    found = [
        (reference, kind, *where) for reference, kind, told in reports if (where := _where(told)) is not None
    ]
    if not found or found[0][1] != "here":
        return None
    drawing = _Drawing([at for _, _, at, _ in found])
    spots = [
        Spot(
            reference,
            kind,
            *drawing.at(at),
            reach=round(metres / 1000 * drawing.scale, 1),
            says=_says(at, metres),
        )
        for reference, kind, at, metres in found
    ]
    return CaseMap(
        width=_WIDTH,
        height=_HEIGHT,
        spots=spots,
        names=drawing.names([(one.x, one.y) for one in spots]),
        lines=[
            Line(line.kind, " ".join(f"{x:.1f},{y:.1f}" for x, y in map(drawing.at, line.points)))
            for line in place_map().lines
        ],
        kilometre=round(drawing.scale, 1),
        attribution=place_map().attribution,
    )


class _Drawing:
    """A stretch of the map around some points: north is up, kilometres are the same both ways."""

    def __init__(self, points: list[Where]) -> None:
        south, north = min(at[0] for at in points), max(at[0] for at in points)
        west, east = min(at[1] for at in points), max(at[1] for at in points)
        self._middle = ((south + north) / 2, (west + east) / 2)
        self._narrow = cos(radians(self._middle[0]))
        high = max((north - south) * _KM_A_DEGREE * _MARGIN, _LEAST_KM)
        wide = max((east - west) * _KM_A_DEGREE * self._narrow * _MARGIN, _LEAST_KM)
        self.scale = min(_HEIGHT / high, _WIDTH / wide)

    def at(self, where: Where) -> tuple[float, float]:
        """A point in pixels from the upper left."""
        down = (self._middle[0] - where[0]) * _KM_A_DEGREE * self.scale
        right = (where[1] - self._middle[1]) * _KM_A_DEGREE * self._narrow * self.scale
        return round(_WIDTH / 2 + right, 1), round(_HEIGHT / 2 + down, 1)

    def names(self, taken: list[tuple[float, float]]) -> list[Name]:
        """The names that have room, the larger places first."""
        boxes = [(x - 12, y - 30, x + 12, y + 6) for x, y in taken]
        shown = []
        for place in sorted(place_map().places, key=lambda one: one.rank):
            x, y = self.at(place.at)
            box = (x - 4, y - 9, x + 8 + len(place.name) * _CHARACTER_PX, y + 9)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= _WIDTH and box[3] <= _HEIGHT
            if inside and not any(_meet(box, other) for other in boxes):
                boxes.append(box)
                shown.append(Name(place.name, x, y))
        return shown


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _where(told: Any) -> tuple[Where, float] | None:
    """A point and how exact it is in metres: as it was told, else the middle of the town that was named."""
    if not isinstance(told, Mapping):
        return None
    latitude, longitude = told.get("latitude"), told.get("longitude")
    if latitude is not None and longitude is not None:
        return (latitude, longitude), told.get("accuracy_m") or _EXACT_M
    town = place_at(told.get("town") or "")
    return None if town is None else (town.at, 2.0 * place_map().good_to_m)


def _says(at: Where, metres: float) -> str:
    """Where a point is, by the place nearest to it."""
    narrow = cos(radians(at[0]))
    away = [
        (hypot(place.at[0] - at[0], (place.at[1] - at[1]) * narrow) * _KM_A_DEGREE, place.name)
        for place in place_map().places
    ]
    far, name = min(away)
    where = f"in or near {name}" if far < _NEAR_KM else f"{far:.1f} km from {name}"
    return (
        f"{where}, exact to about {metres:,.0f} m"
        if metres < 1000
        else f"{where}, exact to about {metres / 1000:.1f} km"
    )
