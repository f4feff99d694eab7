"""Every text of the public pages stands in every language, or somebody is shown English without knowing why."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from service.web.languages import LANGUAGES, catalogue
from tools.catalogues import FOLDER, brought_up, gathered, written

OTHERS = [language.code for language in LANGUAGES if language.code != "en"]
_PLACES = re.compile(r"%\(\w+\)s|%\(\w+\)d|%%\{\w+\}|%\{\w+\}")
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
