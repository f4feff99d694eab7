"""Number plates in a text: whole or in part, in any spacing and case, spelled out, and what the vehicle looks like."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from service.patterns.wording import NUMBERS, Words, listed, quoted

_FOLD: Final = str.maketrans("OISB", "0158")
_SHAPE: Final = str.maketrans(
    {**dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "A"), **dict.fromkeys("0123456789", "9"), "*": "?"}
)
_CURRENT: Final = re.compile(r"[A-HJ-PR-Y?][A-HJ-PR-Y?][0-9?][0-9?][A-HJ-PR-Z?]{3}")
_OLDER: Final = re.compile(r"[A-HJ-NPQRSTVWXY][0-9]{1,3}[A-HJ-PR-Z]{3}|[A-Z]{3}[0-9]{1,3}[A-HJ-NPR-TV-Y]")
_NORTHERN: Final = re.compile(r"(?=[A-Z]*[IZ])[A-Z]{3}[0-9]{4}")
_ANY: Final = re.compile(r"(?=[A-Z0-9?]*[0-9])[A-Z0-9?]{2,8}")
_NUMBERED: Final = re.compile(r"[0-9]|^..\?\?")
_TO_DIGIT: Final = str.maketrans("OISB", "0158")
_TO_LETTER: Final = str.maketrans("0158", "OISB")
LETTERS: Final[Mapping[str, str]] = {
    name: name[0].upper()
    for name in listed(
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec"
        " romeo sierra tango uniform victor whiskey xray yankee zulu"
    )
} | {"alfa": "A", "juliett": "J", "whisky": "W"}
"""The spelling alphabet, as people write it down."""
_SPOKEN_DIGITS: Final = {**NUMBERS, "nought": "0", "oh": "0", "o": "0"}
_UNKNOWN: Final = frozenset({"something", "somethin", "blank", "dunno", "whatever", "etc"})
_CUES: Final = frozenset(
    listed(
        "reg regs rego registration registrations plate plates numberplate vrm partial partially starts starting"
        " begins beginning"
    )
)
_ENDING: Final = frozenset(listed("ends ending ended end finishes finishing finished last"))
_TWO_LETTER_WORDS: Final = frozenset(
    listed(
        "ad ah am an as at be by do eh er go ha he hi if in is it la ma me mr ms my no of oh ok on or ox pa pm so"
        " st to uk up us we ye"
    )
)
_THREE_LETTER_WORDS: Final = frozenset(
    listed(
        "ago all and any are ask bad bag bar bed big bit boy bus but buy can car cos cry cut dad day did die dog"
        " eat end far few for fun get god got gun guy had has hat her him his hit hot how ill its job kid lad led"
        " let lie lot low mad man may men met min mph mum nan new not now odd off old one our out own pay per pop"
        " pub put ran red row run sad sat saw say sec see set she shy sir sit six son ten the tho tie too top try"
        " two use van via vet was way who why win won yes yet you yrs"
    )
)
_CUE_REACH: Final = 6
_RUN: Final = 21
Plate = str
"""A plate in capitals without spaces; `?` stands for a character not seen."""


class Sighting(msgspec.Struct, frozen=True):
    """A plate as it was read, and the words it was read from."""

    plate: Plate
    words: str


def folded(plate: Plate) -> str:
    """One spelling for characters that are taken for each other: O and 0, I and 1, S and 5, B and 8."""
    return plate.translate(_FOLD)


def read_plates(words: Words, hits: list[int]) -> Iterator[Sighting]:
    """The plates of a text; `hits` are the places of words with a digit, a `?` or a letter of the spelling alphabet.

    Bounded work for each hit, so linear in the text.
    """
    done = -1
    for at in hits:
        if at <= done:
            continue
        start = _spelling_begins(words.lower, at)
        found = (
            _spelled(words, start) if words.lower[start] in LETTERS or words.lower[start].isalpha() else None
        )
        found = found or _written(words, at)
        if found is not None:
            plate, start, done = found
            yield Sighting(plate, quoted(words, start, done + 1))
    yield from _endings(words)


def plate_of(value: str) -> Plate | None:
    """The plate meant by what was typed in a field for one; None when nothing of it can be a plate."""
    joined = "".join(character for character in value.upper() if character.isalnum() or character in "?*")
    joined = joined.replace("*", "?").replace("SOMETHING", "?")
    if len(joined) == 5 and joined.endswith("?") and joined[2:4].isdigit():
        joined = joined[:4] + "???"
    repaired = _as_current(joined)
    if repaired is not None:
        return repaired
    return (
        joined
        if joined.isascii() and _ANY.fullmatch(joined) and len(joined) - joined.count("?") > 1
        else None
    )


def _as_current(joined: str) -> Plate | None:
    """`joined` (7 capitals) as a plate of the current form, O for 0 and the like put right; None when it is none."""
    if len(joined) != 7 or joined[4].isdigit():  # a digit there ends a postcode
        return None
    plate = (
        joined[:2].translate(_TO_LETTER) + joined[2:4].translate(_TO_DIGIT) + joined[4:].translate(_TO_LETTER)
    )
    known = len(plate) - plate.count("?")
    return plate if _CURRENT.fullmatch(plate) and known >= 3 and _NUMBERED.search(joined) else None


def _written(words: Words, at: int) -> tuple[Plate, int, int] | None:
    """A plate about the word at `at`, and its first and last word."""
    lower = words.lower
    word = lower[at]
    if len(word) > 8 or not word.isascii():
        return None
    shape = word.translate(_SHAPE)
    before = lower[at - 1] if at > 0 else ""
    after = lower[at + 1] if at + 1 < len(lower) else ""
    if len(word) == 7 and (plate := _as_current(word.upper().replace("*", "?"))):
        return plate, at, at
    if len(word) > 4 and _OLDER.fullmatch(word.upper()) and (len(word) >= 6 or _cued(lower, at)):
        return word.upper(), at, at
    pieces = (
        (before + word + after, at - 1, at + 1),
        (word + after, at, at + 1),
        (before + word, at - 1, at),
    )
    for joined, start, end in pieces:
        if 5 <= len(joined) <= 7 and start >= 0 and end < len(lower):
            parts = lower[start : end + 1]
            if not all(map(str.isascii, parts)) or not _meant(words, start, parts, at):
                continue
            plate_or_none = _joined(joined.upper().replace("*", "?"), parts)
            if plate_or_none is not None:
                return plate_or_none, start, end
    return _head(words, at, shape, after)


def _joined(joined: str, parts: list[str]) -> Plate | None:
    # The letters at the end stand together, or it is something else in a row.
    lengths = [len(part) for part in parts]
    if len(joined) == 7 and lengths in ([4, 3], [2, 5], [2, 2, 3]) and (plate := _as_current(joined)):
        return plate
    if lengths[-1] in {1, 3, 4} and (_OLDER.fullmatch(joined) or _NORTHERN.fullmatch(joined)):
        return joined if len(parts) > 1 and (lengths[0] <= 4) else None
    return None


def _meant(words: Words, start: int, parts: list[str], at: int) -> bool:
    """Whether words that together have the shape of a plate are one: "at 10 the" has it too."""
    common = sum(part in _TWO_LETTER_WORDS or part in _THREE_LETTER_WORDS for part in parts)
    if common == 0:
        one_letter = any(len(part) == 1 and part.isalpha() for part in parts)
        return (
            not one_letter
            or _cued(words.lower, at)
            or all(map(_capitals, words.raw[start : start + len(parts)]))
        )
    return common == 1 and _cued(words.lower, at)


def _capitals(word: str) -> bool:
    return word.upper() == word


def _cued(lower: list[str], at: int) -> bool:
    return not _CUES.isdisjoint(lower[max(0, at - _CUE_REACH) : at + 3])


def _head(words: Words, at: int, shape: str, after: str) -> tuple[Plate, int, int] | None:
    """The first four of a plate ("AB00 something", "starts AB00 C"), or its last five."""
    word = words.lower[at].upper().replace("*", "?")
    if shape in {"AA99", "AA9?", "AA??", "A?99", "?A99"}:
        rest = after.upper().replace("*", "?")
        if after in _UNKNOWN or (rest and set(rest) == {"?"} and len(rest) <= 3):
            return f"{word}???", at, at + 1
        if _cued(words.lower, at):
            begun = (
                after.isascii() and 1 <= len(after) <= 2 and after.isalpha() and _capitals(words.raw[at + 1])
            )
            return (f"{word}{rest}".ljust(7, "?"), at, at + 1) if begun else (f"{word}???", at, at)
    if shape in {"AA99?", "AA99A", "AA99AA", "AA99A?", "AA99??"} and ("?" in word or _cued(words.lower, at)):
        return word.ljust(7, "?"), at, at
    return None


def _endings(words: Words) -> Iterator[Sighting]:
    """The last three letters: "ending CDE", "last three letters charlie delta echo"."""
    lower = words.lower
    for at, word in enumerate(lower):
        if word not in _ENDING:
            continue
        begin = at + 1
        while begin < min(at + 5, len(lower)) and lower[begin] in {
            "in",
            "with",
            "three",
            "letters",
            "were",
            "was",
            "is",
        }:
            begin += 1
        letters, end = _letters(lower, begin, 3)
        spelled = end - begin > 1
        if len(letters) == 3 and (
            spelled or (_capitals(words.raw[begin]) and lower[begin] not in _THREE_LETTER_WORDS)
        ):
            yield Sighting(f"????{letters}", quoted(words, at, end))


def _letters(lower: list[str], at: int, wanted: int) -> tuple[str, int]:
    found = ""
    while at < len(lower) and len(found) < wanted:
        word = lower[at]
        if word in LETTERS:
            found += LETTERS[word]
        elif word.isascii() and word.isalpha() and len(word) in {1, wanted - len(found)}:
            found += word.upper()
        else:
            break
        at += 1
    return found, at


def _spelling_begins(lower: list[str], at: int) -> int:
    """Where what is spelled out at `at` begins: "a b 0 0 …", "a for apple b for bravo …"."""
    start = at
    while start > 0 and at - start < _RUN and len(lower[at]) == 1:
        if len(lower[start - 1]) == 1:
            start -= 1
        elif start > 2 and lower[start - 2] in {"for", "as"} and len(lower[start - 3]) == 1:
            start -= 3
        else:
            break
    return start


def _spelled(words: Words, at: int) -> tuple[Plate, int, int] | None:
    """A plate spelled out from `at`: "alpha bravo zero zero charlie delta echo", "a b 0 0 c d e"."""
    spelt, place, named = "", at, 0
    lower = words.lower
    twice = 1
    while place < min(at + _RUN, len(lower)) and len(spelt) < 7:
        word = lower[place]
        if word in {"double", "triple"}:
            twice = 2 if word == "double" else 3
        elif (
            word in {"for", "as"}
            and place + 1 < len(lower)
            and spelt
            and lower[place + 1][:1].upper() == spelt[-1]
        ):
            place += 1  # "M for mother"
        else:
            character = LETTERS.get(word) or _SPOKEN_DIGITS.get(word) or _short(word)
            if character is None:
                break
            named += word in LETTERS or len(word) == 1
            spelt += character * twice
            twice = 1
        place += 1
    if place - at < 4 or named < 3:
        return None
    plate = _as_current(spelt)
    if plate is None and 5 <= len(spelt) <= 7 and (_OLDER.fullmatch(spelt) or _NORTHERN.fullmatch(spelt)):
        plate = spelt
    if plate is None and len(spelt) >= 4 and _cued(lower, at):
        plate = _as_current(spelt[:7].ljust(7, "?"))
    return None if plate is None else (plate, at, place - 1)


def _short(word: str) -> str | None:
    return (
        word.upper()
        if word.isascii() and word.isalnum() and (len(word) == 1 or word.isdigit()) and len(word) <= 3
        else None
    )
