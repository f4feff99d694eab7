"""A stretch of words as features: what the sentence reader counts, in training and in service alike."""

from collections.abc import Iterator, Sequence
from typing import Final

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
_MARKS: Final = frozenset(".,;:!?()\n£")


def folded(token: str) -> str:
    """A token as it is counted: numbers by their size, because 14 and fifteen say the same of an age."""
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


def features(words: Sequence[str], denied: Sequence[bool]) -> Iterator[str]:
    """The features of a stretch: each word (marked when denied), each pair, pair over a gap, and three in a row.

    `words` are folded tokens without marks of punctuation.
    """
    before, last = "", ""
    for word, no in zip(words, denied, strict=True):
        yield f"!{word}" if no else word
        if last:
            yield f"{last} {word}"
            if before:
                yield f"{before} _ {word}"
                yield f"{before} {last} {word}"
        before, last = last, word


def words_only(tokens: Sequence[str]) -> list[int]:
    """Places of the tokens that are words."""
    return [at for at, token in enumerate(tokens) if token not in _MARKS]
