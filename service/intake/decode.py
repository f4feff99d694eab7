"""Bytes to a report, or every fault in them at once with its JSON Pointer (RFC 6901)."""

import re
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec

from schemas.base import Incoming
from schemas.reports import Report
from service.errors import FieldFault, ReportInvalid, ReportMalformed
from service.intake.wording import told

MAX_BODY_BYTES: Final = 128 * 1024
"""4,000 characters can take 48,000 bytes when every one is escaped; the rest leaves room for all other answers."""

_MOST_FAULTS: Final = 50
"""Faults told at once, so that a hostile body cannot make a long answer."""

_KINDS: Final = {kind.__struct_config__.tag: kind for kind in get_args(Report)}
AnyIncoming = TypeVar("AnyIncoming", bound=Incoming)
_TAG_FIELD: Final = "reporter"
_DECODER: Final = msgspec.json.Decoder(Report)
_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_STEP: Final = re.compile(r"\.(?P<field>[A-Za-z_][A-Za-z0-9_]*)|\[(?P<item>\d+|\.\.\.)\]")

# What cannot be meant in any script: control characters other than tab and line ends, and the marks that make text
# read in another order than it is stored (overrides, embeddings, isolates). The marks a right-to-left language needs
# (U+200E, U+200F, joiners) stay. The first pattern sees the raw body, quick and sometimes too eager; the second
# judges the decoded text.
_SUSPECT_BYTES: Final = re.compile(
    rb"[\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\\[uU]00[0189][0-9a-fA-F]|\\[uU]007[fF]|\\[bf]"
    rb"|\\[uU]202[a-eA-E]|\\[uU]206[6-9]"
)
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def decode_report(body: bytes) -> Report:
    """Decode one request body.

    Raises ReportMalformed when it is not a JSON object (status 400), ReportInvalid with one fault for each wrong
    field (422).
    """
    try:
        return _decoded(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ReportMalformed([FieldFault("", _malformed(fault))]) from None


def decode_message(body: bytes, kind: type[AnyIncoming]) -> AnyIncoming:
    """Decode a body of one kind that is no report, by the same rules: ReportMalformed, or ReportInvalid."""
    try:
        try:
            message = msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError as first:
            raw = msgspec.json.decode(body)
            if not isinstance(raw, dict):
                raise ReportMalformed([FieldFault("", "The body must be a JSON object.")]) from None
            faults = _faults_of(raw, kind, "") + _forbidden_characters(raw, "")
            raise ReportInvalid((faults or [_fault(first, "")])[:_MOST_FAULTS]) from None
        if _SUSPECT_BYTES.search(body) and (faults := _forbidden_characters(msgspec.json.decode(body), "")):
            raise ReportInvalid(faults[:_MOST_FAULTS])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ReportMalformed([FieldFault("", _malformed(fault))]) from None
    return message


def _decoded(body: bytes) -> Report:
    try:
        report: Report = _DECODER.decode(body)
    except msgspec.ValidationError as first:
        raise ReportInvalid(_all_faults(body, first)[:_MOST_FAULTS]) from None
    if _SUSPECT_BYTES.search(body) and (faults := _forbidden_characters(msgspec.json.decode(body), "")):
        raise ReportInvalid(faults[:_MOST_FAULTS])
    return report


def _malformed(fault: Exception) -> str:
    if isinstance(fault, UnicodeDecodeError):
        return "The body is not valid UTF-8."
    if isinstance(fault, RecursionError):
        return "The body is nested too deeply."
    return f"The body is not valid JSON: {fault}."


def _all_faults(body: bytes, first: msgspec.ValidationError) -> list[FieldFault]:
    """Look at every field by itself, since the decoder stops at the first fault and a form shows all."""
    raw = msgspec.json.decode(body)
    if not isinstance(raw, dict):
        raise ReportMalformed([FieldFault("", "The body must be a JSON object.")]) from None
    tag = raw.get(_TAG_FIELD)
    kind = _KINDS.get(tag) if isinstance(tag, str) else None
    if kind is None:
        kinds = ", ".join(map(str, _KINDS))
        return [FieldFault(f"/{_TAG_FIELD}", f"Say who is reporting: one of {kinds}.")]
    del raw[_TAG_FIELD]
    faults = _faults_of(raw, kind, "") + _forbidden_characters(raw, "")
    return faults or [_fault(first, "")]


def _faults_of(raw: dict[str, Any], kind: type[msgspec.Struct], pointer: str) -> list[FieldFault]:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    faults = [
        FieldFault(f"{pointer}/{name}", "This field is required.")
        for name, field in fields.items()
        if field.required and name not in raw
    ]
    for name, value in raw.items():
        here = f"{pointer}/{_escaped(name)}"
        if name not in fields:
            faults.append(FieldFault(here, "This field is not known. Check its spelling, or leave it out."))
            continue
        faults += _faults_of_value(value, fields[name].type, here)
    return faults


def _faults_of_value(value: Any, annotation: Any, pointer: str) -> list[FieldFault]:
    inner = _struct_in(annotation)
    if inner is not None and isinstance(value, dict):
        return _faults_of(value, inner, pointer)
    item = _item_in(annotation)
    if item is not None and isinstance(value, list):
        faults = [
            fault
            for place, one in enumerate(value[:_MOST_FAULTS])
            for fault in _faults_of_value(one, item, f"{pointer}/{place}")
        ]
        if faults:
            return faults
    try:
        msgspec.convert(value, annotation)
    except msgspec.ValidationError as fault:
        return [_fault(fault, pointer)]
    return []


def _item_in(annotation: Any) -> Any:
    """What the items of an annotation such as `Annotated[list[Identifier], Meta(…)]` are, None when it is no list."""
    for option in (annotation, *get_args(annotation)):
        if get_origin(option) is list:
            return get_args(option)[0]
    return None


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    """The Struct of an annotation such as `Journey | None`."""
    for option in (annotation, *get_args(annotation)):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return option
    return None


def _fault(fault: msgspec.ValidationError, pointer: str) -> FieldFault:
    match = _AT.match(str(fault))
    what, path = (match["what"], match["path"] or "") if match else (str(fault), "")
    steps = "".join(f"/{step['field'] or step['item']}" for step in _STEP.finditer(path))
    return FieldFault(pointer + steps, told(what))


def forbidden_in(text: str) -> str | None:
    """The first character of a text that is taken from nobody: of control, or turning the direction of what follows."""
    found = _FORBIDDEN.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def _forbidden_characters(value: Any, pointer: str) -> list[FieldFault]:
    match value:
        case str():
            if found := _FORBIDDEN.search(value):
                code = f"U+{ord(found[0]):04X}"
                return [FieldFault(pointer, f"Character {code} at place {found.start() + 1} is not allowed.")]
        case dict():
            return [
                fault
                for key, item in value.items()
                for fault in _forbidden_characters(item, f"{pointer}/{_escaped(key)}")
            ]
        case list():
            return [
                fault
                for place, item in enumerate(value)
                for fault in _forbidden_characters(item, f"{pointer}/{place}")
            ]
    return []


def _escaped(name: str) -> str:
    """A field name as a JSON Pointer step, cut and cleaned since it came from outside."""
    return _FORBIDDEN.sub("?", name[:60]).replace("~", "~0").replace("/", "~1")
