"""What every message on the wire shares: the base Structs and the named limits."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Incoming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message from outside: unknown fields are refused, so a misspelt fact cannot be lost in silence."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message to the outside."""


ReportText = Annotated[
    str, Meta(max_length=4000, description="Free text in any language, up to 4,000 characters.")
]
LongText = Annotated[str, Meta(max_length=1000)]
ShortText = Annotated[str, Meta(max_length=200)]
Label = Annotated[str, Meta(max_length=60)]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="WGS84 degrees north.")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="WGS84 degrees east.")]
IdentifyingText = Annotated[
    str,
    Meta(
        max_length=20,
        description="Tells who is reporting: kept encrypted with the source, refused in an anonymous report.",
        extra={"identifies_reporter": True},
    ),
]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Pounds = Annotated[float, Meta(ge=0, le=100_000_000, description="Pounds sterling.")]
