"""What a vehicle looks like: its colour and make, in one spelling, as far as a text tells."""

from collections.abc import Mapping
from typing import Final

from service.patterns.wording import listed

COLOURS: Final[Mapping[str, str]] = {
    "silver": "silver", "grey": "grey", "gray": "grey", "black": "black", "white": "white", "blue": "blue",
    "navy": "blue", "red": "red", "maroon": "red", "burgundy": "red", "green": "green", "yellow": "yellow",
    "orange": "orange", "gold": "gold", "golden": "gold", "brown": "brown", "beige": "beige", "cream": "beige",
    "purple": "purple", "pink": "pink", "bronze": "brown", "turquoise": "blue",
}  # fmt: skip
_MODELS: Final[Mapping[str, str]] = {
    "volkswagen": "vw volkswagen golf golfs polo passat tiguan touran caddy transporter",
    "ford": "ford fiesta focus mondeo transit kuga ranger",
    "vauxhall": "vauxhall corsa astra insignia vivaro zafira combo movano mokka",
    "bmw": "bmw beemer bimmer",
    "audi": "audi",
    "mercedes": "mercedes merc benz sprinter vito",
    "toyota": "toyota prius yaris avensis hilux auris corolla",
    "nissan": "nissan qashqai juke navara micra leaf",
    "honda": "honda civic jazz",
    "skoda": "skoda octavia fabia superb",
    "seat": "seat ibiza leon",
    "peugeot": "peugeot partner",
    "citroen": "citroen berlingo",
    "renault": "renault clio megane trafic kangoo",
    "kia": "kia picanto sportage",
    "hyundai": "hyundai",
    "mazda": "mazda",
    "mini": "mini",
    "fiat": "fiat punto ducato",
    "volvo": "volvo",
    "jaguar": "jaguar jag",
    "land rover": "landrover rover defender discovery freelander evoque",
    "tesla": "tesla",
    "dacia": "dacia duster",
    "suzuki": "suzuki",
    "mitsubishi": "mitsubishi l200",
    "isuzu": "isuzu",
    "subaru": "subaru",
    "iveco": "iveco",
    "lexus": "lexus",
}
_MAKES: Final = {model: make for make, models in _MODELS.items() for model in models.split()}
# Words first and cars second: believed only beside a colour or a make.
_UNSURE: Final = frozenset(
    listed(
        "golf golfs polo focus ranger combo partner caddy transporter leaf jazz superb seat leon mini rover"
        " defender discovery duster juke transit"
    )
)
_VEHICLES: Final = frozenset(
    listed(
        "car cars van vans hatchback estate saloon coupe suv 4x4 pickup pick jeep minibus people truck lorry motor"
        " vehicle taxi cab"
    )
)
_REACH: Final = 3


def looks_of(lower: list[str]) -> frozenset[str]:
    """The colours and makes of vehicles told in a text, in one spelling. Words are lower case.

    A colour counts beside a vehicle or a make ("silver hatchback", "the car was dark blue"), so that a grey coat
    does not.
    """
    found: set[str] = set()
    for at, word in enumerate(lower):
        make = _MAKES.get(word)
        if make is not None:
            near = lower[max(0, at - _REACH) : at + _REACH + 1]
            beside = any(other in COLOURS or (other in _MAKES and other not in _UNSURE) for other in near)
            if word not in _UNSURE or beside:
                found.add(make)
        elif word in COLOURS:
            after = lower[at + 1 : at + 1 + _REACH]
            if any(other in _VEHICLES or other in _MAKES for other in after) or _told_after(lower, at):
                found.add(COLOURS[word])
    return frozenset(found)


def _told_after(lower: list[str], at: int) -> bool:
    """Whether the colour is said of a vehicle just before: "the van was a dark blue"."""
    before = lower[max(0, at - _REACH - 1) : at]
    if not any(word in _VEHICLES or word in _MAKES for word in before):
        return False
    return not {"wearing", "hoodie", "coat", "jacket", "top", "hair"} & set(lower[max(0, at - 4) : at + 2])
