"""The facts every report can carry, whoever sends it.

They are the common language between the forms and the policy. An unanswered fact is *unknown*, never "no".
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from schemas.base import Count, Incoming, Label, Latitude, Longitude, ReportText, ShortText

Concern = Literal[
    "county_lines",
    "cce",
    "cse",
    "cuckooing",
    "drug_supply",
    "drug_use_nuisance",
    "spiking_drink",
    "spiking_needle",
    "underage_drinking",
    "alcohol_disorder",
    "sexual_assault",
    "domestic_abuse",
    "stalking_harassment",
    "vawg_public",
    "hbv_fgm_fm",
    "serious_violence",
    "weapons",
    "youth_violence_gangs",
    "ms_labour",
    "ms_care_sector",
    "ms_sexual",
    "ms_criminal",
    "ms_domestic",
    "debt_bondage",
    "trafficking_child",
    "burglary_business",
    "burglary_home",
    "theft_vehicle_plant",
    "theft_fuel_metal",
    "theft_other",
    "livestock_crime",
    "hare_coursing",
    "suspicious_rural",
    "fly_tipping",
    "asb_personal",
    "asb_nuisance",
    "asb_environmental",
    "hate_incident",
    "fraud_advance_fee",
    "fraud_courier",
    "fraud_romance",
    "fraud_doorstep",
    "radicalisation",
    "missing_vulnerable",
    "care_abuse",
    "discrimination_mh",
    "other",
    "not_sure",
]
YesNo = Literal["yes", "no"]
YesMaybeNo = Literal["yes", "maybe", "no"]
Happening = Literal["now", "last_24h", "last_7_days", "older", "ongoing"]
Injured = Literal["no", "hurt", "seriously"]
Weapon = Literal["none", "mentioned", "seen", "threatened", "used"]
WeaponKind = Literal["blade", "firearm", "corrosive", "other"]
IdentifierKind = Literal[
    "vehicle_registration", "address", "venue", "postcode", "name", "description", "phone", "username"
]
Precision = Literal["exact", "about", "part_of_day", "date"]
Moment = Annotated[
    datetime,
    Meta(tz=True, description="RFC 3339 date and time with its offset, as 2026-11-20T23:30:00+00:00."),
]


class Identifier(Incoming, frozen=True):
    """Something by which a person, vehicle or place may be known again."""

    kind: IdentifierKind
    value: Annotated[str, Meta(min_length=1, max_length=300)]


class Location(Incoming, frozen=True):
    """A place, as exactly or as vaguely as the reporter knows it; every field may be left out."""

    description: ShortText | None = None
    address: ShortText | None = None
    town: Label | None = None
    postcode: Annotated[str, Meta(max_length=10)] | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    accuracy_m: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None
    grid_reference: Annotated[str, Meta(max_length=20)] | None = None
    what3words: Annotated[str, Meta(max_length=120)] | None = None
    uprn: Annotated[str, Meta(pattern=r"^[0-9]{1,12}$")] | None = None


class Contact(Incoming, frozen=True):
    """How the reporter may be reached; stored encrypted and apart from the report."""

    name: Label | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    safe_to_contact: YesNo | None = None
    safe_times: ShortText | None = None
    safe_method: Literal["voice", "text", "email"] | None = None
    language: Label | None = None


class Facts(Incoming, frozen=True):
    """The facts of a report (triage guide, "the facts a decision is made from").

    Times carry their offset; `happening` is about the moment of reporting. `description` is kept as written.
    """

    concern: Concern
    description: ReportText = ""
    happening: Happening | None = None
    danger_now: YesNo | None = None
    injured: Injured | None = None
    weapon: Weapon | None = None
    weapon_kind: WeaponKind | None = None
    child: YesMaybeNo | None = None
    adult_at_risk: YesMaybeNo | None = None
    victim_still_there: YesNo | None = None
    victim_wants_help: YesNo | None = None
    offenders_on_site: YesNo | None = None
    targeted: YesNo | None = None
    hate: YesNo | None = None
    times_seen: Count | None = None
    threat_to_reporter: YesNo | None = None
    identifiers: Annotated[list[Identifier], Meta(max_length=50)] = []
    occurred_at: Moment | None = None
    occurred_precision: Precision | None = None
    location: Location | ShortText | None = None
    anonymity: Literal["anonymous", "confidential", "named"] | None = None
    contact: Contact | None = None
