"""Taking out of a report's words what tells who reported. Pure; knows words, and no source.

Contact details are kept encrypted and are opened by a reveal only, so nothing here is compared with them: what is
found is what the words themselves show, in English for all but numbers and addresses. A coordinator reads the result
and strikes out the rest. Taking out too much is the smaller harm (College of Policing: a sanitised text must not
reveal its source "openly or by implication").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import phonenumbers

Kind = Literal["phone", "email", "name", "about_reporter", "own_vehicle", "struck_out", "answer"]
GAP: Final = "[removed]"
"""What stands in a package where something was."""
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|0)\d(?:[\s().\u2013-]{0,2}\d){7,13}(?!\w)")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAME: Final = r"[^\W\d_a-z][\w'\u2019-]+(?:[ \t]+[^\W\d_a-z][\w'\u2019-]+){0,2}"
_NAMED: Final = (
    re.compile(
        r"\b(?i:my (?:full |real )?name(?:['\u2019]s| is|:)|i am called|call me|ask for|speak to|contact me,?"
        rf"|you can reach me,?)\s+({_NAME})"
    ),
    re.compile(rf"\b(?i:this is|it['\u2019]?s)\s+({_NAME})(?=\s+(?:here|speaking|from)\b)"),
    # At the end of a message, as one signs.
    re.compile(
        r"(?i:\b(?:(?:many )?thanks|thank you|(?:kind |best )?regards|cheers|yours(?: sincerely| faithfully| truly)?))"
        rf"[\s,.!-]+({_NAME})[\s.!]*$",
        re.MULTILINE,
    ),
)
_WORK: Final = (
    r"managers?|landlord|landlady|owner|licensee|publican|bar(?:man|maid|tender|staff)?|bouncer|door(?:man| staff"
    r"| supervisor)|security|driver|cabbie|nurse|doctor|paramedic|carer|care worker|support worker|teacher|neighbour"
    r"|wife|husband|partner|mother|mum|father|dad|son|daughter|sister|brother|cousin|aunt|uncle|girlfriend|boyfriend"
    r"|tenant|lodger|employee|worker|cleaner|cook|chef|waiter|waitress|receptionist|farmer|farmhand|gamekeeper|vicar"
    r"|councillor|colleague|friend|housemate|flatmate|victim|witness|customer|passenger|shop ?keeper|cashier"
)
_OF: Final = r"(?:\s+(?:of|at|for|in|from|to|with|near)\s+[^.,;:!?\n]{1,60})?"
_ABOUT: Final = (
    re.compile(
        rf"\b(?i:i am|i['\u2019]?m|i was|we are|we['\u2019]re)\s+(?:\w+['\u2019]?s?\s+){{0,4}}?(?i:{_WORK})\b{_OF}",
    ),
    re.compile(
        r"\b(?i:i|we)\s+(?:(?i:also|still|just|only)\s+)?"
        r"(?i:live|work|drive|deliver|volunteer|rent|lodge|manage|own|run|farm)\b"
        r"(?!\s+(?i:out|away|off|past)\b)[^.,;:!?\n]{0,60}"
    ),
    re.compile(
        r"\b(?i:my|our)\s+(?i:badge|plate|licen[cs]e|call ?sign|address|postcode|room|flat|house|home)"
        r"(?:\s+(?i:number|no\.?))?\s*(?:\b(?i:is)\b|:)\s*[^.,;!?\n]{1,60}"
    ),
)
_OWN_VEHICLE: Final = re.compile(
    r"\b(?i:my|our)\s+(?:\w+\s+)?(?i:taxi|cab|car|van|truck|lorry|bike|motorbike|vehicle|plate|registration|reg)\b"
    r"[^.!?\n]{0,40}?\b([A-Za-z]{2}\d{2}\s?[A-Za-z]{3}|[A-Za-z]\d{1,3}\s?[A-Za-z]{3})\b"
)
_SHORTEST_NAME: Final = 3
SPEAKS_OF_SELF: Final = ("I", "me", "my", "mine", "myself", "we", "us", "our", "ours")
"""Where a coordinator should look twice."""
_CODES: Final = frozenset(
    {"value", "serial", "cesar", "uprn", "premises_licence", "postcode", "grid_reference", "what3words"}
)
"""Answers that are an identifier by themselves and no text."""


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a text: kept, or taken out as something that tells who reported."""

    text: str
    removed: Kind | None = None


class Strikes(msgspec.Struct, frozen=True):
    """What goes out wherever it stands: words a coordinator struck out, and what was found to be the reporter's own.

    `kept` are digits of telephone numbers that the report names as somebody else's.
    """

    words: tuple[tuple[str, Kind], ...] = ()
    kept: frozenset[str] = frozenset()


def strikes_for(body: Mapping[str, Any], struck: Iterable[str]) -> Strikes:
    """What goes out of every word of a report: what was struck out by hand, and names and plates found in the text."""
    text = str(body.get("description", ""))
    words: list[tuple[str, Kind]] = [(one, "struck_out") for one in struck]
    for pattern in _NAMED:
        for found in pattern.finditer(text):
            # The first name goes by itself as well, and so does the family's.
            parts = [one for one in found[1].split() if len(one) >= _SHORTEST_NAME]
            words += [(one, "name") for one in (found[1], *parts)]
    words += [(found[1], "own_vehicle") for found in _OWN_VEHICLE.finditer(text)]
    others = (one["value"] for one in body.get("identifiers", ()) if one.get("kind") == "phone")
    return Strikes(tuple(dict.fromkeys(words)), frozenset(_digits(one) for one in others))


def sanitise(text: str, strikes: Strikes, *, words_only: bool = False) -> list[Piece]:
    """A text in pieces, kept and removed. With `words_only` nothing is sought but the strikes."""
    taken: list[tuple[int, int, Kind]] = []
    for words, kind in strikes.words:
        taken += [(*found.span(), kind) for found in _sought(words, kind).finditer(text)]
    if not words_only:
        taken += [(*found.span(), "email") for found in _EMAIL.finditer(text)]
        taken += [
            (*found.span(), "phone")
            for found in _PHONE.finditer(text)
            if _digits(found[0]) not in strikes.kept
        ]
        taken += [(*found.span(), "about_reporter") for one in _ABOUT for found in one.finditer(text)]
    pieces: list[Piece] = []
    at = 0
    # The longest of those that begin together, and what overlaps it goes with it.
    for start, end, kind in sorted(taken, key=lambda one: (one[0], -one[1])):
        if end <= at:
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[max(start, at) : end], kind))
        at = end
    return [*pieces, Piece(text[at:])] if at < len(text) else pieces


def joined(pieces: Sequence[Piece]) -> str:
    """The text as it is handed over: a gap where something was, and one where several stood side by side."""
    kept: list[str] = []
    for piece in pieces:
        if piece.removed is None:
            kept.append(piece.text)
        elif not kept or kept[-1] != GAP:
            kept.append(GAP)
    return "".join(kept)


def sanitise_answers(value: Any, strikes: Strikes, found: list[Kind], name: str = "") -> Any:
    """An answer, or all of them, with every text sanitised; what was removed is added to `found`."""
    if isinstance(value, Mapping):
        return {key: sanitise_answers(part, strikes, found, key) for key, part in value.items()}
    if isinstance(value, list):
        return [sanitise_answers(part, strikes, found, name) for part in value]
    if not isinstance(value, str):
        return value
    pieces = sanitise(value, strikes, words_only=name in _CODES)
    found += [piece.removed for piece in pieces if piece.removed]
    return joined(pieces)


def _sought(words: str, kind: Kind) -> re.Pattern[str]:
    """Words however they are spaced and in whatever case; a plate also where it is written together."""
    parts = [re.escape(part) for part in (words.replace(" ", "") if kind == "own_vehicle" else words).split()]
    if kind == "own_vehicle":
        parts = [r"\s?".join(re.escape(one) for one in words if not one.isspace())]
    spaced = r"\s+".join(parts)
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


def _digits(number: str) -> str:
    """A telephone number as E.164, or its digits where it is none."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number, "GB"), phonenumbers.PhoneNumberFormat.E164
        )
    except phonenumbers.NumberParseException:
        return "".join(one for one in number if one.isdigit())
