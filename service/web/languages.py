"""The languages of the public pages: gettext catalogues, read once."""

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Final, NamedTuple

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations


class Language(NamedTuple):
    """A language: its code, what it calls itself, and which way it is written."""

    code: str
    name: str
    direction: str = "ltr"


LANGUAGES: Final = (
    Language("en", "English"),
    Language("pl", "Polski"),
    Language("ro", "Română"),
    Language("bg", "Български"),
    Language("ur", "اردو", "rtl"),
    Language("pt", "Português"),
)
BY_CODE: Final = {language.code: language for language in LANGUAGES}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(code: str) -> Translations:
    """The texts of a language; English is what the texts are keyed by."""
    translations = Translations()
    path = files("service.web").joinpath("catalogues", f"{code}.po")
    if code != "en" and path.is_file():
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=code))
        compiled.seek(0)
        translations = Translations(compiled)
    return translations


def language_and_path(path: str) -> tuple[Language, str]:
    """The language an address is in, and the address without it."""
    first = path.split("/")[1]
    if first in BY_CODE and first != "en":
        return BY_CODE[first], path[len(first) + 1 :] or "/"
    return BY_CODE["en"], path


def prefix(code: str) -> str:
    """What the addresses of a language begin with."""
    return "" if code == "en" else f"/{code}"


def addresses(path: str) -> list[str]:
    """A path in every language."""
    return [(prefix(language.code) + path).removesuffix("/") or "/" for language in LANGUAGES]
