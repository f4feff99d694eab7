"""Every text of the public pages stands in every language, or somebody is shown English without knowing why."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from service.web.languages import LANGUAGES, Language, catalogue
from service.web.public.evidence import left_text, ticking_texts
from tools.catalogues import FOLDER, brought_up, gathered, written

OTHERS = [language.code for language in LANGUAGES if language.code != "en"]
_PLACES = re.compile(r"%\(\w+\)s|%\(\w+\)d|%%\{\w+\}|%\{\w+\}")
_SENTENCE = 15
"""Characters; shorter ones may well be the same."""
NOW = gathered()


def read(code: str) -> Catalog:
    return read_po(BytesIO(Path(FOLDER / f"{code}.po").read_bytes()), locale=code)


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_the_texts_of_the_pages_as_they_are_now(code: str) -> None:
    assert (FOLDER / f"{code}.po").read_bytes() == written(brought_up(code, NOW)), "run `make catalogues`"


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_missing_in_a_language(code: str) -> None:
    missing = [message.id for message in read(code) if message.id and not all(strings(message))]

    assert missing == []


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_filled_in_stands_in_the_translation_too(code: str) -> None:
    wrong = [
        (message.id, string)
        for message in read(code)
        if message.id and not isinstance(message.id, tuple)
        for string in strings(message)
        if string and sorted(_PLACES.findall(message.id)) != sorted(_PLACES.findall(string))
    ]

    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_says_that_no_native_speaker_has_read_it(code: str) -> None:
    assert "AWAITING REVIEW BY A NATIVE SPEAKER" in (FOLDER / f"{code}.po").read_text()


@pytest.mark.parametrize("code", OTHERS)
def test_the_pages_speak_the_language(code: str) -> None:
    """That the catalogue is loaded at all, by a text of every page."""
    assert catalogue(code).gettext("Exit this page") != "Exit this page"


def test_no_sentence_is_the_same_in_two_languages() -> None:
    """A catalogue made from another language's keeps that one's sentences where nobody looked."""
    said: dict[tuple[str, str], set[str]] = {}
    for code in OTHERS:
        for message in read(code):
            for string in strings(message) if message.id else ():
                if len(_PLACES.sub("", string)) > _SENTENCE:
                    said.setdefault((str(message.id), string), set()).add(code)

    assert {one: codes for one, codes in said.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_what_is_left_agrees_with_its_number_on_the_page_and_in_the_script(language: Language) -> None:
    """The script has one text for each plural form that browsers know the language to have."""
    shown = ticking_texts(language)
    units = msgspec.json.decode(shown["units"], type=dict[str, dict[str, str]])
    for number in range(2, 40):
        text = units["days"][Locale(language.code).plural_form(number)] % {"num": number}
        assert text in left_text(timedelta(days=number), language)
    days = {
        "en": "21 days",
        "pl": "21 dni",
        "ro": "21 de zile",
        "bg": "21 дни",
        "ur": "21 دن",
        "pt": "21 dias",
    }
    assert days[language.code] in left_text(timedelta(days=21), language)
    if language.code == "ur":
        assert "1 گھنٹہ" in left_text(timedelta(hours=1), language)
        assert "2 گھنٹے" in left_text(timedelta(hours=2), language)
