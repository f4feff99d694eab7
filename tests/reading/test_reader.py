"""What the text reader promises whatever its weights: the same again, words for what it found, and a bounded price."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.features import folded, letters_of
from service.reading.reader import TextReader, shipped_reader
from service.reading.words import tokens_of

_TOLD = (
    "Girl of about thirteen got in with a man of fifty, she is crying and says she wants to go home,"
    " we are on the A40 to a hotel now"
)


def _sure(text: str, atom: str) -> float:
    reader = shipped_reader()
    return float(reader.look(tokens_of(text)).scores[reader.columns[atom]])


def test_what_is_told_is_sure_and_what_is_not_is_not() -> None:
    assert _sure(_TOLD, "child=yes") > 0
    assert _sure(_TOLD, "weapon=seen") < -2


def test_a_denial_makes_a_fact_less_sure() -> None:
    assert _sure("he had a knife on him", "weapon=seen") > _sure("he had no knife on him", "weapon=seen") + 1


def test_the_words_shown_are_those_the_fact_was_read_from() -> None:
    reader = shipped_reader()
    tokens = tokens_of(f"The weather was fine and the road was dry. {_TOLD}")
    start, end, _ = reader.look(tokens).runs([reader.columns["child=yes"]])[0]

    assert {"girl", "thirteen"} & set(tokens[start:end])
    assert "weather" not in tokens[start:end]


def test_a_word_never_met_is_read_by_its_letters() -> None:
    reader = shipped_reader()
    strange, stranger = "knifeblade", "qqxzzwv"
    assert strange not in reader.spelling.mended([strange]) or strange not in reader.english

    looks = [reader.look(tokens_of(f"he pulled a {word} on me")).scores for word in (strange, stranger)]

    assert not np.allclose(*looks)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_any_text_is_read_the_same_twice_and_every_fact_has_words(text: str) -> None:
    reader = shipped_reader()
    tokens = tokens_of(text)
    if not tokens:
        return
    first, second = reader.look(tokens), reader.look(tokens)

    assert np.isfinite(first.scores).all()
    assert (first.scores == second.scores).all()
    for column in range(0, len(reader.atoms), 7):
        start, end, _ = first.runs([column])[0]
        assert 0 <= start < end <= len(tokens)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_a_text_shorter_than_the_network_looks_around_is_read(count: int) -> None:
    assert np.isfinite(shipped_reader().look(["knife"] * count).scores).all()


def test_numbers_are_read_by_their_size() -> None:
    assert folded("14") == folded("fifteen") == "#10"
    assert folded("30") == folded("forty") == "#18"
    assert folded("999") == "#100"
    assert folded("07700900123") == "#many"
    assert folded("14yr") == "#10yr"
    assert folded("a1b2") == "a1b2"
    assert folded("1a2") == "#mixed"
    assert folded("\n") == "."


def test_runs_of_letters_fall_into_the_table_and_marks_have_none() -> None:
    assert letters_of("knife", 100)
    assert all(0 <= row < 100 for row in letters_of("knife" * 40, 100))
    assert len(letters_of("knife" * 40, 100)) == 24
    assert letters_of(".", 100) == letters_of("#10", 100) == []


def test_the_version_follows_the_weights() -> None:
    reader = shipped_reader()

    assert len(reader.version) == 8
    assert isinstance(reader, TextReader)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=120), min_size=1, max_size=6)
)
def test_a_text_is_read_the_same_alone_and_beside_others(texts: list[str]) -> None:
    reader = shipped_reader()
    several = [tokens for text in (_TOLD, *texts) if (tokens := tokens_of(text))]

    for tokens, beside in zip(several, reader.look_together(several), strict=True):
        alone = reader.look(tokens)
        assert (alone.scores == beside.scores).all()
        assert alone.runs([0, 1]) == beside.runs([0, 1])
