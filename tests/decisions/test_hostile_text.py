"""Texts that nobody means: a decision all the same, in time that grows with the length and no faster."""

import time
from collections.abc import Callable

import pytest

from tests.decisions.deciding import decided

_LONGEST = 4_000


def _filled(piece: str) -> str:
    return (piece * (_LONGEST // len(piece) + 1))[:_LONGEST]


def _fancy(text: str) -> str:
    """Small letters in the shapes that a phone's font apps make (mathematical bold Fraktur)."""
    return "".join(chr(0x1D586 + ord(letter) - ord("a")) if letter.islower() else letter for letter in text)


HOSTILE = {
    "one letter": _filled("a"),
    "one letter, spaced": _filled("a "),
    "emoji": _filled("🚕"),
    "zalgo": _filled("h\u0321\u0316e\u0337\u0345l\u0322\u034ap "),
    "pasted page": _filled('<script src="//x.example/a.js"></script><b onclick=alert(1)>'),
    "sql": _filled("'; DROP TABLE report; -- "),
    "another script": _filled("Мъжът отзад държи пистолет "),
    "no spaces between words": _filled("这个男人有一把刀"),
    "capitals": _filled("HELP HE HAS A KNIFE "),
    "denials": _filled("no not never without "),
    "words of phrases": _filled("threatened him with a passport knife until he paid the debt and "),
    "nearly words": _filled("knfie passprot threatned kindapped "),
    "ends of sentences": _filled(". "),
    "ends of lines": _filled("\n"),
    "nothing that can be seen": _filled("\u200b"),
    "fancy letters": _filled(_fancy("he has a knife ")),
    "numbers": _filled("14 fifteen 07700900123 "),
    "empty": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_text_that_nobody_means_gets_a_decision(text: str) -> None:
    decision = decided("not_sure", description=text)

    assert decision.grade in {"P1", "P2", "P3", "P4"}
    assert decision.reasons


def _time(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(5))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_costs_far_more_than_a_plain_one_of_its_length(text: str) -> None:
    plain = _filled("The gentleman asked me to drive him to the station and was rude about the fare again. ")

    assert _time(lambda: decided("not_sure", description=text)) < 15 * _time(
        lambda: decided("not_sure", description=plain)
    )


def test_capitals_and_fancy_letters_are_read_as_plain_ones() -> None:
    for written in ("HE HAS PULLED A KNIFE ON ME", _fancy("he has pulled a knife on me")):
        assert decided("not_sure", description=written, happening="now").grade == "P1"
