"""What the text reader knows of a word, in training and in service alike."""

from itertools import islice
from typing import Final
from zlib import crc32

_TEN_TO_SEVENTEEN: Final = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17,
}  # fmt: skip
_NUMBER_WORDS: Final = {
    "one": "#1", "two": "#1", "three": "#1", "four": "#1", "five": "#1", "six": "#1", "seven": "#1", "eight": "#1",
    "nine": "#1", "eighteen": "#18", "nineteen": "#18", "twenty": "#18", "thirty": "#18", "forty": "#18",
    "fifty": "#18", "sixty": "#18", "seventy": "#18", "eighty": "#18", "ninety": "#18",
    **dict.fromkeys(_TEN_TO_SEVENTEEN, "#10"),
}  # fmt: skip
_MOST_RUNS: Final = 24


def folded(token: str) -> str:
    """A token as it is read: numbers by their size, because 14 and fifteen say the same of an age."""
    if token == "\n":  # noqa: S105 - the end of a line, no secret
        return "."
    if token[0].isdigit():
        return _number(token)
    return _NUMBER_WORDS.get(token, token)


def _number(token: str) -> str:
    digits = token.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not digits.isdecimal():
        return "#mixed"
    tail = token[len(digits) :]
    if len(digits) > 4:
        size = "#many"
    else:
        value = int(digits)
        size = (
            "#1" if value < 10 else "#10" if value < 18 else "#18" if value < 100
            else "#year" if 1900 <= value < 2100 else "#100"
        )  # fmt: skip
    return size + tail


def letters_of(word: str, rows: int) -> list[int]:
    """The rows of a table of `rows` for the runs of three and four letters in a word; none for what is no word.

    By CRC-32, since it is the same on every machine and quick; two runs in one row do little harm.
    """
    if not word[0].isalpha():
        return []
    ends = f"<{word}>"
    runs = (ends[at : at + length] for length in (3, 4) for at in range(len(ends) - length + 1))
    return [crc32(run.encode()) % rows for run in islice(runs, _MOST_RUNS)]
