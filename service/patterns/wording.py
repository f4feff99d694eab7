"""A text as words for reading identifiers: what is cut apart, what is a number, and which words name nothing."""

from typing import Final

import msgspec

LONGEST_TEXT: Final = 4000
_APOSTROPHES: Final = "'\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`\N{ACUTE ACCENT}"
_APART: Final = str.maketrans(dict.fromkeys(',;:!()[]{}<>"/\\|-_+=~#&%$^', " ") | dict.fromkeys(_APOSTROPHES))


def listed(words: str) -> list[str]:
    """A list of words, written in one piece to be read as one."""
    return words.split()


_UNITS: Final = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS: Final = listed("twenty thirty forty fifty sixty seventy eighty ninety")
NUMBERS: Final = (
    {word: str(value) for value, word in enumerate(_UNITS)}
    | {word: str(20 + 10 * place) for place, word in enumerate(_TENS)}
    | {
        f"{tens}{unit}": str(20 + 10 * place + value)
        for place, tens in enumerate(_TENS)
        for value, unit in enumerate(_UNITS[1:10], 1)
    }
)
"""Numbers in words, up to ninety-nine."""
NAMELESS: Final = frozenset(
    listed("""
    a an the and or but if so as at by for from in into near of off on onto out over past to under up with without
    i me my we us our you your he him his she her hers they them their it its this that these those there here who
    what which when where why how is was are were be been being am do does did has have had will would can could
    should may might must not no yes
    all any both each every few many more most other same some such than then too very just only even also again
    still now today tonight yesterday tomorrow later early late soon ago about around after before during until
    man men woman women boy boys girl girls lad lads kid kids child children people person youth youths teenager
    teenagers male males female females guy guys bloke blokes driver passenger fare customer friend friends mum dad
    brother sister son daughter
    day days week weeks month months year years yr yrs hour hours minute minutes min mins second seconds time times
    night nights morning afternoon evening am pm oclock
    car cars van vans bike bikes lorry taxi cab bus truck vehicle house houses flat flats door doors room rooms
    come comes came coming go goes going gone went get gets got getting give gave given take took taken taking see
    saw seen seeing look looks looked looking said say says tell told put puts run runs ran running walk walks walked
    walking drive drives drove driving stop stops stopped stopping park parks parked parking turn turned stand stood
    sat sit live lives lived living stay stayed call called knock knocked drop dropped pick picked move moved
    old new young big small little local long short whole busy main dead wrong right left next last first second third
    back front side top bottom same different own nice quiet dark open closed empty posh cheap rough
    one two three four five six seven eight nine ten
    """)
)
"""Words that are no name of a street, a house or a pub."""


class Words(msgspec.Struct, frozen=True):
    """The words of a text: `lower` in one spelling, `raw` as typed (the same length), without full stops at the end."""

    text: str
    lower: list[str]
    raw: list[str]


def words_of(text: str) -> Words:
    """Cut a text into words; at most the first 4,000 characters of it."""
    text = text[:LONGEST_TEXT]
    raw = text.translate(_APART).split()
    raw = [word.rstrip(".").lstrip(".") if "." in word else word for word in raw]
    return Words(text, [word.casefold() for word in raw], raw)


def quoted(words: Words, start: int, end: int) -> str:
    """The words from `start` to before `end`, as typed."""
    return " ".join(words.raw[max(start, 0) : end])


def number_at(words: list[str], at: int) -> tuple[str, int] | None:
    """A number ending at `words[at]`, in digits with a letter if one follows (12a), and where it begins."""
    if at < 0:
        return None
    word = words[at]
    if word.isascii() and word[:1].isdigit() and len(word) <= 5:
        digits = word.rstrip("abcdefgh")
        return (word, at) if digits.isdigit() and len(word) - len(digits) <= 1 else None
    value = NUMBERS.get(word)
    if value is None:
        return None
    if at > 0 and len(value) == 1 and value != "0" and words[at - 1] in _TENS:
        return str(int(NUMBERS[words[at - 1]]) + int(value)), at - 1
    return value, at
