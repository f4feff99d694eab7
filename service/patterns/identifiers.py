"""What a text says by which a vehicle, person or place is known again: plates, telephones, names online, addresses.

Pure, and linear in the text. Most texts hold none of it, so cheap tests come first: words without a digit, a street, a
venue, a service or a letter of the spelling alphabet are passed over at once.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

import phonenumbers

from service.intake.normalise import phone_e164, postcode
from service.patterns.doors import HOUSES, SUFFIXES, Door, read_doors
from service.patterns.plates import LETTERS, read_plates
from service.patterns.venues import NOUNS, read_venues
from service.patterns.wording import NAMELESS, NUMBERS, Words, listed, words_of

_SERVICES: Final = frozenset(
    listed(
        "snap snapchat sc insta instagram ig tiktok telegram facebook fb discord kik twitter signal wickr steam"
        " roblox xbox psn youtube onlyfans whatsapp vinted grindr tinder username handle usernames"
    )
)
_PLATE, _DOOR, _VENUE, _SERVICE, _DIGIT = range(5)
_TOKENS: Final = re.compile(r"[a-z0-9?*]+")
_CUT: Final = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) not in "?*"}
_EVERYDAY: Final = re.compile(
    r"[0-9]*(?:am|pm|st|nd|rd|th|yo|y|yrs?|k|ish|s|mins?|hrs?|x|m|km|miles|mph|ft|cm|kg|g|p|d|h)?"
)
"""Numbers as every text has them: 11pm, 3rd, 14yo."""
_TRIGGERS: Final = (
    dict.fromkeys((*LETTERS, *"bcdefghjklmnopqrstuvwxyz"), _PLATE)
    | dict.fromkeys((*SUFFIXES, *HOUSES), _DOOR)
    | dict.fromkeys(NOUNS, _VENUE)
)
_QUICK: Final = (
    _TRIGGERS
    | dict.fromkeys(_SERVICES, _SERVICE)
    | dict.fromkeys(("ends", "ending", "ended", "finishes"), _SERVICE)
)
_ENDING_WORDS: Final = frozenset(listed("ends ending ended finishes finishing"))
_POSTCODE: Final = re.compile(r"\b([A-Za-z]{1,2}[0-9][A-Za-z0-9]?) {0,2}([0-9][A-Za-z]{2})\b")
_DIGITS: Final = re.compile(r"(?:\+|\b)[0-9][0-9 ().-]{7,22}[0-9]\b")
_MOST_RUNS: Final = 40
_MOST_SEARCHED: Final = 4
_MOST_POSTCODES: Final = 40
_LEAST_DIGITS: Final = 9
_GROUP: Final = re.compile(r"[0-9]+")
_MOST_GROUPS: Final = 6
"""Groups of digits in a telephone number as people write it, with one to spare for a number beside it."""
_AT: Final = re.compile(r"(?<![A-Za-z0-9._-])@([A-Za-z0-9_.-]{3,30})")
_NAMED: Final = re.compile(
    rf"\b(?:{'|'.join(sorted(_SERVICES))})\b"
    r"(?P<between>[\s:=]{0,4}(?:(?:is|was|name|username|user|handle|account|acc|called|as|id|page|profile)\b[\s:=]{0,4}){0,3})"
    r"@?(?P<handle>[A-Za-z0-9_.-]{3,30})",
    re.IGNORECASE,
)
_SAID: Final = re.compile(r"username|handle|called|name", re.IGNORECASE)


class Found(NamedTuple):
    """One identifier: its kind as on the form, its value in one spelling, and the words it was read from."""

    kind: str
    value: str
    words: str


class Readings(NamedTuple):
    """What one text names."""

    found: list[Found]
    doors: list[Door]
    words: Words


def read_identifiers(text: str) -> list[Found]:
    """Everything in a text by which something is known again, each value once.

    Kinds: vehicle_registration (`?` for characters not seen), phone (E.164), username, address, venue, postcode.
    """
    return read(text).found if _worth_reading(text) else []


def _worth_reading(text: str) -> bool:
    """A quick look, several times quicker than reading: False when there is nothing to be read for certain."""
    lower = text.casefold()
    tokens = lower.translate(_CUT).split() if lower.isascii() else _TOKENS.findall(lower)
    triggers = _QUICK
    tokens.append("")  # stands after the last word and, as the one at -1, before the first
    run = 0
    last = -2
    for at in [at for at, token in enumerate(tokens) if token in triggers or not token.isalpha()]:
        token, before = tokens[at], tokens[at - 1]
        kind = triggers.get(token, _DIGIT)
        if kind != _DIGIT:
            # Most of what could end a street or a pub's name follows a word that names nothing: "would drive".
            if (kind == _SERVICE or before not in NAMELESS or before == "the") and _promising(
                tokens, at, kind
            ):
                return True
        elif token.isdigit():
            run = run + len(token) if at == last + 1 else len(token)
            last = at
            if run >= _LEAST_DIGITS or _promising_number(before, tokens[at + 1]):
                return True
        elif token and _promising_mixed(token, before):
            return True
    return False


def _promising(tokens: list[str], at: int, kind: int) -> bool:
    """Whether the word at `at`, which is none of a number, may be part of an identifier by what stands beside it."""
    before, after = tokens[at - 1], tokens[at + 1]
    if kind == _DOOR:
        near = tokens[max(0, at - 3) : max(0, at - 1)]
        return before != "the" or any(token in NUMBERS or token[:1].isdigit() for token in near)
    if kind == _PLATE:
        return after in LETTERS or before in LETTERS or len(after) == 1 or len(before) == 1 or after == "for"
    return True


def _promising_number(before: str, after: str) -> bool:
    return (len(before) <= 3 and before not in NAMELESS) or (0 < len(after) <= 3 and after not in NAMELESS)


def _promising_mixed(token: str, before: str) -> bool:
    """Whether a word of letters and digits is more than "11pm" or "what?"."""
    bare = token.strip("?")
    if len(before) == 3 and len(bare) <= 4 and before not in NAMELESS:
        return True  # ABC 12D
    return "??" in token or not (bare.isalpha() or _EVERYDAY.fullmatch(bare))


def read(text: str) -> Readings:
    """As `read_identifiers`, with the addresses taken apart and streets without a number."""
    words = words_of(text)
    plates: list[int] = []
    streets: list[int] = []
    venues: list[int] = []
    triggers = _TRIGGERS
    for at, word in enumerate(words.lower):
        if word in triggers:
            kind = triggers[word]
            (plates if kind == _PLATE else streets if kind == _DOOR else venues).append(at)
        elif not word.isalpha():
            plates.append(at)
    found: list[Found] = []
    doors: list[Door] = []
    if plates or not _ENDING_WORDS.isdisjoint(words.lower):
        found.extend(
            Found("vehicle_registration", sighting.plate, sighting.words)
            for sighting in read_plates(words, plates)
        )
    if plates:
        found.extend(_phones(words.text))
        found.extend(_postcodes(words.text))
    if streets:
        doors.extend(read_doors(words, streets))
        found.extend(Found("address", _spelt(door), door.words) for door in doors if door.house)
    if venues:
        found.extend(Found("venue", venue.name, venue.words) for venue in read_venues(words, venues))
    if not _SERVICES.isdisjoint(words.lower):
        found.extend(_usernames(words.text))
    return Readings(
        list({(one.kind, one.value): one for one in reversed(found)}.values())[::-1], doors, words
    )


def _spelt(door: Door) -> str:
    unit = f"flat {door.unit}" if door.unit else ""
    return ", ".join(filter(None, (unit, f"{door.house} {door.street}".strip(), door.place)))


def _phones(text: str) -> Iterator[Found]:
    """Telephone numbers. A run of digits is mostly one; where it is not, the library looks for one in it."""
    searched = 0
    for run in islice(_DIGITS.finditer(text), _MOST_RUNS):
        if len(_GROUP.findall(run[0])) > _MOST_GROUPS:
            continue
        if (number := phone_e164(run[0])) is not None:
            yield Found("phone", number, run[0])
        elif searched < _MOST_SEARCHED:
            searched += 1
            for match in phonenumbers.PhoneNumberMatcher(
                run[0], "GB", leniency=phonenumbers.Leniency.POSSIBLE
            ):
                if (number := phone_e164(match.raw_string)) is not None:
                    yield Found("phone", number, match.raw_string)


def _postcodes(text: str) -> Iterator[Found]:
    written = dict.fromkeys(match[0] for match in _POSTCODE.finditer(text))
    for words in islice(written, _MOST_POSTCODES):
        if (value := postcode(words)) is not None:
            yield Found("postcode", value, words)


def _usernames(text: str) -> Iterator[Found]:
    """Names in apps: "snap: example_user", "his insta is @example.user", "@example_user" in a text about an app."""
    for match in _AT.finditer(text):
        yield Found("username", match[1].rstrip(".-").casefold(), match[0])
    for match in _NAMED.finditer(text):
        handle = match["handle"].rstrip(".-")
        plain = handle.isalpha()
        said = ":" in match["between"] or "=" in match["between"] or _SAID.search(match["between"])
        if len(handle) > 2 and handle.casefold() not in NAMELESS and (not plain or said):
            yield Found("username", handle.casefold(), match[0])
