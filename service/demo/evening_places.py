"""Where the demo evening happens: towns and villages of West Oxfordshire, and how often each is named.

Coordinates are WGS84 and good to about a kilometre (GeoNames, CC BY 4.0, and open lists). A postcode is either an
outward code or that of a public building, never that of a home.
"""

from random import Random
from typing import Any, Final, NamedTuple


class Place(NamedTuple):
    """A town or village."""

    town: str
    latitude: float
    longitude: float
    district: str


_PLACES: Final = {
    place.town: place
    for place in (
        Place("Witney", 51.784, -1.485, "OX28"),
        Place("Carterton", 51.759, -1.594, "OX18"),
        Place("Chipping Norton", 51.941, -1.545, "OX7"),
        Place("Eynsham", 51.781, -1.375, "OX29"),
        Place("Woodstock", 51.849, -1.351, "OX20"),
        Place("Charlbury", 51.873, -1.482, "OX7"),
        Place("Burford", 51.809, -1.636, "OX18"),
        Place("Bampton", 51.726, -1.545, "OX18"),
        Place("Brize Norton", 51.767, -1.567, "OX18"),
        Place("Ducklington", 51.768, -1.484, "OX29"),
        Place("Minster Lovell", 51.793, -1.548, "OX29"),
        Place("North Leigh", 51.814, -1.441, "OX29"),
        Place("Stonesfield", 51.851, -1.430, "OX29"),
        Place("Standlake", 51.727, -1.424, "OX29"),
        Place("Leafield", 51.835, -1.544, "OX29"),
        Place("Enstone", 51.915, -1.454, "OX7"),
        Place("Long Hanborough", 51.822, -1.393, "OX29"),
        Place("Kingham", 51.915, -1.622, "OX7"),
        Place("Shipton-under-Wychwood", 51.860, -1.598, "OX7"),
        Place("Ascott-under-Wychwood", 51.867, -1.565, "OX7"),
        Place("Lyneham", 51.889, -1.588, "OX7"),
        Place("Sarsden", 51.903, -1.589, "OX7"),
        Place("Churchill", 51.916, -1.591, "OX7"),
        Place("Over Norton", 51.950, -1.545, "OX7"),
        Place("Great Rollright", 51.976, -1.529, "OX7"),
        Place("Fulbrook", 51.815, -1.629, "OX18"),
        Place("Taynton", 51.822, -1.662, "OX18"),
        Place("Holwell", 51.780, -1.665, "OX18"),
        Place("Westwell", 51.788, -1.677, "OX18"),
        Place("Langford", 51.724, -1.644, "GL7"),
        Place("Filkins", 51.735, -1.661, "GL7"),
        Place("Little Faringdon", 51.711, -1.676, "GL7"),
    )
}
# Anti-social behaviour: 54 of 100 reports in Witney; the rest of the district shares what the four towns leave.
_ASB_TOWNS: Final = {"Witney": 0.54, "Carterton": 0.16, "Chipping Norton": 0.08, "Eynsham": 0.05}
_BY_POPULATION: Final = {
    "Witney": 29_103,
    "Carterton": 15_680,
    "Chipping Norton": 5_719,
    "Eynsham": 4_648,
    "Woodstock": 3_521,
    "Charlbury": 2_830,
    "Bampton": 2_561,
}
# Within about three kilometres of the A361, along which most of the district's rural crime is.
_A361: Final = (
    "Burford",
    "Shipton-under-Wychwood",
    "Ascott-under-Wychwood",
    "Lyneham",
    "Sarsden",
    "Churchill",
    "Over Norton",
    "Great Rollright",
    "Fulbrook",
    "Taynton",
    "Holwell",
    "Westwell",
    "Langford",
    "Filkins",
    "Little Faringdon",
)
_ALONG_A361: Final = 0.6
_PUBLIC_BUILDINGS: Final = {"Witney": "OX28 1NB", "Woodstock": "OX20 1SN"}
"""The district council's offices and the county museum."""


def town_place(rng: Random) -> Place:
    """A place by the number of people who live there: where taxis, venues and care homes are."""
    return _PLACES[rng.choices(list(_BY_POPULATION), list(_BY_POPULATION.values()))[0]]


def asb_place(rng: Random) -> Place:
    """A place where anti-social behaviour is reported from."""
    rest = [town for town in _PLACES if town not in _ASB_TOWNS]
    share = (1 - sum(_ASB_TOWNS.values())) / len(rest)
    return _PLACES[rng.choices([*_ASB_TOWNS, *rest], [*_ASB_TOWNS.values(), *[share] * len(rest)])[0]]


def rural_place(rng: Random) -> Place:
    """A village: three in five along the A361."""
    if rng.random() < _ALONG_A361:
        return _PLACES[rng.choice(_A361)]
    return _PLACES[rng.choice([town for town in _PLACES if town not in _A361 and town not in _BY_POPULATION])]


def as_location(rng: Random, place: Place) -> dict[str, Any] | str:
    """The place as reporters give it: a name, a postcode, a point on the map, or a few words."""
    match rng.choices(("name", "postcode", "point", "words"), (0.4, 0.25, 0.25, 0.1))[0]:
        case "name":
            return {"town": place.town}
        case "postcode":
            return {"town": place.town, "postcode": _PUBLIC_BUILDINGS.get(place.town, place.district)}
        case "point":
            return {
                "town": place.town,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "accuracy_m": 1000,
            }
        case _:
            return f"{rng.choice(('near', 'just outside', 'the middle of', 'on the road into'))} {place.town}"
