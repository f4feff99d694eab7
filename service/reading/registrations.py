"""Vehicle registrations in a text."""

import re
from typing import Final

# Capitals only when there is a space, or "OX28 and" would be one.
_REGISTRATION: Final = re.compile(
    r"\b(?:[A-HJ-PR-Y]{2}[0-9]{2} [A-HJ-PR-Z]{3}|[A-HJ-PR-Ya-hj-pr-y]{2}[0-9]{2}[A-HJ-PR-Za-hj-pr-z]{3})\b"
)


def registration_in(text: str) -> str | None:
    """The first registration of the current form (2001 and later) written in a text, such as AB00 CDE."""
    found = _REGISTRATION.search(text)
    return None if found is None else found[0]
