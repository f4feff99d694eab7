"""What the decoder found, in words that a form can show beside the field."""

import re
from typing import Final

_TYPES: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a date and time with its offset, such as 2026-11-20T23:31:00Z",
    "null": "nothing",
}
_EXPECTED: Final = re.compile(
    r"Expected `(?P<types>[a-z |]+)`(?:, got `(?P<got>[a-z]+)`)?(?P<limit>.*)", re.DOTALL
)
_LIMIT: Final = re.compile(r" (?P<of_length>of length )?(?P<sign><=|>=|<) (?P<bound>-?[0-9.]+)")
_SIGNS: Final = {"<=": "at most", ">=": "at least", "<": "less than"}


def told(what: str) -> str:
    """Say a fault of msgspec without its type names; what is not known is left as it is.

    The value itself is never repeated: it may hold anything.
    """
    if what.startswith("Invalid enum value"):
        return "This is not one of the values allowed here; see /schema."
    if what == "Invalid RFC3339 encoded datetime":
        return f"This must be {_TYPES['datetime']}."
    found = _EXPECTED.fullmatch(what)
    if found is None:
        return f"{what}."
    types = [name for name in found["types"].split(" | ") if name != "null"]
    wanted = " or ".join(_TYPES.get(name, name) for name in types)
    if got := found["got"]:
        return f"This must be {wanted}, not {_TYPES.get(got, got)}."
    limit = _LIMIT.fullmatch(found["limit"])
    if limit is None:
        return f"This must be {wanted}." if "timezone" in found["limit"] else f"{what}."
    unit = {"str": " characters", "array": " items"}.get(types[0], "") if limit["of_length"] else ""
    joint = " of " if unit else ", "
    return f"This must be {wanted}{joint}{_SIGNS[limit['sign']]} {limit['bound']}{unit}."
