"""One spelling for what can be spelt in many ways, and a clear fault for what cannot be meant.

What helps to find a person, vehicle or place again is never refused for being partial; what the reporter gives so
that we can act on it (a number to ring, a position) must make sense, because a wrong one does harm unseen.
"""

import re
from datetime import datetime, timedelta
from functools import cache
from importlib.util import find_spec
from typing import Any, Final, TypeVar, get_args

import msgspec
import phonenumbers
from uk_postcodes_parsing import is_in_ons_postcode_directory
from uk_postcodes_parsing.postcode_utils import is_valid, to_normalised, to_outcode

from schemas.facts import Contact, Facts, Identifier, Location, Moment
from service.errors import FieldFault, ReportInvalid

# In or near the United Kingdom, degrees WGS84: Scilly to Shetland and Rockall side to Lowestoft, with the sea between.
_SOUTH, _NORTH, _WEST, _EAST = 49.0, 61.5, -9.5, 2.5
_EARLIEST_YEAR: Final = 1950
_CLOCK_SLACK: Final = timedelta(hours=24)
"""A phone's clock may be set to another zone; more than a day ahead is a mistake."""
_OUTWARD: Final = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")
_BFPO: Final = re.compile(r"^BFPO ?[0-9]{1,4}$")
_GRID: Final = re.compile(r"^[HJNOST][A-HJ-Z](?:[0-9]{2}){1,5}$")
_EMAIL: Final = re.compile(r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+$")
AnyReport = TypeVar("AnyReport", bound=Facts)
_FUTURE_ALLOWED: Final = frozenset({"cctv_from", "cctv_to"})


def normalise(report: AnyReport, received_at: datetime) -> tuple[AnyReport, dict[str, str]]:
    """Return the report with one spelling of numbers and codes, and what was typed where that changed (by pointer).

    Raises ReportInvalid with every fault found.
    """
    faults: list[FieldFault] = []
    typed: dict[str, str] = {}
    changes: dict[str, Any] = {}
    if report.contact is not None:
        changes["contact"] = _contact(report.contact, faults)
    if report.identifiers:
        changes["identifiers"] = [
            _identifier(item, f"/identifiers/{place}/value", typed)
            for place, item in enumerate(report.identifiers)
        ]
    if isinstance(report.location, Location):
        changes["location"] = _location(report.location, typed, faults)
    _check_tree(report, "", received_at, faults)
    changes["anonymity"] = _anonymity(report, faults)
    if faults:
        raise ReportInvalid(faults)
    return msgspec.structs.replace(report, **changes), typed


def registration(text: str) -> str:
    """A vehicle registration in capitals without spaces or dashes; `?` for a character not seen stays."""
    return "".join(character for character in text.upper() if character.isalnum() or character == "?")


def phone_e164(text: str) -> str | None:
    """A telephone number as E.164, read as British where no country is given; None when it cannot be one.

    Full-length British numbers outside the ranges in use are taken too: ranges open before any list knows them, and
    the ones kept for drama are among them.
    """
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    full_length_british = number.country_code == 44 and len(national) == 10 and national[0] in "12378"
    if not full_length_british and not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def postcode(text: str) -> str | None:
    """A postcode in its one spelling (`OX28 1NB`), an outward code (`OX28`) or a BFPO number; None when it is none.

    The outward code must exist. A full code whose inward half is not on the list of live postcodes is taken, because
    new ones come into use every month.
    """
    plain = " ".join(text.upper().split())
    if _BFPO.match(plain):
        return plain
    joined = plain.replace(" ", "")
    if _OUTWARD.match(joined) and _outward_exists(joined):
        return joined
    if not is_valid(joined):
        return None
    if not (is_in_ons_postcode_directory(joined) or _outward_exists(to_outcode(joined))):
        return None
    return str(to_normalised(joined))


@cache
def _outward_exists(outward: str) -> bool:
    """Whether the postcode library lists any live postcode of this outward code."""
    return find_spec(f"uk_postcodes_parsing.outcodes.{outward.lower()}") is not None


def _contact(contact: Contact, faults: list[FieldFault]) -> Contact:
    phone = contact.phone
    if phone is not None:
        phone = phone_e164(phone)
        if phone is None:
            faults.append(
                FieldFault(
                    "/contact/phone", "This is not a telephone number. Give it as 07700 900123 or +44…."
                )
            )
    if contact.email is not None and not _EMAIL.match(contact.email):
        faults.append(FieldFault("/contact/email", "This is not an e-mail address such as name@example.org."))
    return msgspec.structs.replace(contact, phone=phone)


def _identifier(item: Identifier, pointer: str, typed: dict[str, str]) -> Identifier:
    match item.kind:
        case "vehicle_registration":
            value: str | None = registration(item.value)
        case "phone":
            value = phone_e164(item.value)
        case "postcode":
            value = postcode(item.value)
        case _:
            return item
    if not value or value == item.value:
        return item
    typed[pointer] = item.value
    return msgspec.structs.replace(item, value=value)


def _location(location: Location, typed: dict[str, str], faults: list[FieldFault]) -> Location:
    changes: dict[str, str | None] = {}
    if location.postcode is not None:
        changes["postcode"] = postcode(location.postcode)
        if changes["postcode"] is None:
            faults.append(
                FieldFault(
                    "/location/postcode",
                    "This is not a UK postcode. Correct it, or leave it out and describe the place.",
                )
            )
        elif changes["postcode"] != location.postcode:
            typed["/location/postcode"] = location.postcode
    if location.grid_reference is not None:
        plain = "".join(location.grid_reference.upper().split())
        changes["grid_reference"] = plain
        if not _GRID.match(plain):
            faults.append(
                FieldFault("/location/grid_reference", "This is not a grid reference such as SP 351 097.")
            )
        elif plain != location.grid_reference:
            typed["/location/grid_reference"] = location.grid_reference
    return msgspec.structs.replace(location, **changes)


def _check_tree(part: msgspec.Struct, pointer: str, received_at: datetime, faults: list[FieldFault]) -> None:
    """Check each time and position, wherever in the report it stands."""
    names = _checked_fields(type(part))
    for name in names:
        value = getattr(part, name)
        if value is None:
            continue
        here = f"{pointer}/{name}"
        if isinstance(value, datetime):
            if fault := _time_fault(value, received_at, future=name in _FUTURE_ALLOWED):
                faults.append(FieldFault(here, fault))
        elif isinstance(value, msgspec.Struct):
            _check_tree(value, here, received_at, faults)
    if "latitude" in type(part).__struct_fields__:
        _check_position(part, pointer, faults)


@cache
def _checked_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a Struct that hold a time or a further Struct."""
    moment = get_args(Moment)[0]

    def matters(annotation: Any) -> bool:
        options = (annotation, *get_args(annotation))
        return any(
            option is moment or (isinstance(option, type) and issubclass(option, msgspec.Struct))
            for option in (inner for outer in options for inner in (outer, *get_args(outer)))
        )

    return tuple(field.name for field in msgspec.structs.fields(kind) if matters(field.type))


def _time_fault(moment: datetime, received_at: datetime, *, future: bool) -> str | None:
    if not _EARLIEST_YEAR <= moment.year <= received_at.year + 1:
        return f"The year must lie between {_EARLIEST_YEAR} and now."
    if not future and moment > received_at + _CLOCK_SLACK:
        return "This time has not come yet. Check the day, the year and the offset."
    return None


def _check_position(part: msgspec.Struct, pointer: str, faults: list[FieldFault]) -> None:
    latitude: float | None = part.latitude  # type: ignore[attr-defined]  # asked for by name just before
    longitude: float | None = part.longitude  # type: ignore[attr-defined]
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        missing = "latitude" if latitude is None else "longitude"
        faults.append(FieldFault(f"{pointer}/{missing}", "A position needs both latitude and longitude."))
    elif not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        faults.append(
            FieldFault(
                f"{pointer}/latitude", "This position is not in or near the United Kingdom; leave it out."
            )
        )


def _anonymity(report: Facts, faults: list[FieldFault]) -> str:
    """What the reporter chose; without a choice, anonymous unless the report says how to reach them."""
    told = [
        name for name in ("contact", *identifying_fields(type(report))) if getattr(report, name) is not None
    ]
    if report.anonymity is None:
        return "confidential" if told else "anonymous"
    if report.anonymity == "anonymous":
        faults.extend(
            FieldFault(
                f"/{name}",
                "An anonymous report cannot carry this, since it tells who you are."
                " Leave it out, or choose confidential.",
            )
            for name in told
        )
    return report.anonymity


@cache
def identifying_fields(kind: type[Facts]) -> tuple[str, ...]:
    """The fields of a kind that tell who is reporting, as its Struct marks them (`IdentifyingText`)."""

    def marked(annotation: Any) -> bool:
        return any(
            isinstance(meta, msgspec.Meta) and (meta.extra or {}).get("identifies_reporter")
            for option in (annotation, *get_args(annotation))
            for meta in getattr(option, "__metadata__", ())
        )

    return tuple(field.name for field in msgspec.structs.fields(kind) if marked(field.type))
